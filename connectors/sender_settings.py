"""Settings of the shop as its labels show it; part of `connectors.settings`."""

from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings


class SenderSettings(BaseSettings):
    """Blank until labels are to be exported; `connectors.sender` asks for them then."""

    sender_name: str = Field(
        "", description="送り状の送り主の名前 (sender on labels)", examples=[""]
    )
    sender_zip: str = Field(
        "", description="送り主の郵便番号 (sender's postal code)", examples=[""]
    )
    sender_address: str = Field(
        "", description="送り主の住所 (sender's address)", examples=[""]
    )
    sender_building: str = Field(
        "", description="送り主の建物名。空欄でよい (building, optional)", examples=[""]
    )
    sender_phone: str = Field(
        "", description="送り主の電話番号 (sender's phone)", examples=[""]
    )
    sender_billing_code: str = Field(
        "",
        description="ご請求先顧客コード、お客様コード (number with the carrier)",
        examples=[""],
    )
    sender_billing_class: str = Field(
        "", description="ご請求先分類コード、ヤマトのみ (Yamato only)", examples=[""]
    )
    sender_freight_code: str = Field(
        "01", description="運賃管理番号、ヤマトのみ (Yamato only)", examples=["01"]
    )
    sender_contents: str = Field(
        "商品",
        description="送り状の品名 (what labels say is inside)",
        examples=["商品"],
    )


LAST: Final = tuple(SenderSettings.model_fields)
"""They stand at the end of `.env.example`, though inherited fields come first."""
