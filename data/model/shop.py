"""A shop: one store on one mall, and what it takes to speak for it."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from data.model.order import Mall

ShopHandle = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$"),
    Field(
        json_schema_extra={
            "title": "店舗 (shop)",
            "description": "店舗ハンドル: rms-shop ブロックの名前",
        }
    ),
]


class Shop(BaseModel):
    """Who we speak for at a mall. Secrets print as asterisks."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    handle: ShopHandle
    mall: Mall
    shop_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,32}$")]
    shop_url: str = ""
    service_secret: SecretStr
    license_key: SecretStr
    notice_auth_key: SecretStr = SecretStr("")
    notice_auth_key_before: SecretStr = SecretStr("")
    """The key that was agreed before, still good while Rakuten changes over."""
    contract_id: str = ""
    license_expires_on: date | None = None
