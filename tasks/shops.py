"""Shops are Prefect blocks, so that staff can edit them in the UI."""

from datetime import date
from typing import ClassVar, Literal, Self, cast

from prefect.blocks.core import Block
from pydantic import Field, SecretStr, ValidationError

from connectors.settings import shop_from_environment
from data.model.order import Mall
from data.model.shop import Shop, ShopHandle


class UnknownShop(LookupError):
    """No block and no environment describes this shop."""


class RmsShop(Block):
    """楽天市場の1店舗。ブロック名がフローの引数 shop になります。"""

    _block_type_name: ClassVar[str] = "RMS shop"
    _block_type_slug: ClassVar[str] = "rms-shop"
    _description: ClassVar[str] = (
        "楽天市場の1店舗と RMS WEB SERVICE の鍵 (one Rakuten shop and its keys)。"
        "ブロック名がフローの引数 shop になります。"
    )

    mall: Mall = Field(Mall.RAKUTEN, title="モール (mall)")
    shop_id: str = Field(
        title="店舗番号 (shop id)",
        description="注文番号の先頭の数字 (the number that starts order numbers)",
        pattern=r"^[0-9A-Za-z_-]{1,32}$",
    )
    shop_url: str = Field("", title="店舗URL (shop URL)")
    service_secret: SecretStr = Field(title="サービスシークレット (serviceSecret)")
    license_key: SecretStr = Field(title="ライセンスキー (licenseKey)")
    license_expires_on: date | None = Field(
        None, title="ライセンスキーの有効期限 (last day of the key)"
    )
    notice_auth_key: SecretStr = Field(
        SecretStr(""), title="通知の認証キー (authKey of event notices)"
    )
    contract_id: str = Field("", title="契約ID (contractId of event notices)")
    start_rule: Literal["09:00", "next-hour"] = Field(
        "09:00", title="通知の開始時刻 (when notices start after approval)"
    )
    safety_stock: int = Field(
        0, ge=0, title="安全在庫 (units never offered to the mall)"
    )

    @classmethod
    def from_shop(cls, shop: Shop) -> Self:
        """Make the block of a shop described elsewhere."""
        return cls(
            mall=shop.mall,
            shop_id=shop.shop_id,
            shop_url=shop.shop_url,
            service_secret=shop.service_secret,
            license_key=shop.license_key,
            notice_auth_key=shop.notice_auth_key,
            license_expires_on=shop.license_expires_on,
        )

    def to_shop(self, handle: ShopHandle) -> Shop:
        """Give the part of the block that speaking to the mall needs."""
        return Shop(
            handle=handle,
            mall=self.mall,
            shop_id=self.shop_id,
            shop_url=self.shop_url,
            service_secret=self.service_secret,
            license_key=self.license_key,
            notice_auth_key=self.notice_auth_key,
            license_expires_on=self.license_expires_on,
        )


def load_shop(handle: ShopHandle) -> Shop:
    """Find a shop: its block first, `JUCHU_SHOP_<HANDLE>_*` otherwise.

    Raises:
        UnknownShop: neither is there, or the block misses something.

    """
    try:
        block = cast(RmsShop, RmsShop.load(handle))
        return block.to_shop(handle)
    except ValidationError as problem:
        fields = ", ".join(".".join(map(str, e["loc"])) for e in problem.errors())
        raise UnknownShop(
            f"the block rms-shop/{handle} has unusable fields: {fields}"
            " 対処: Prefect の Blocks で直して保存してください。"
        ) from None
    except ValueError:  # what Block.load says for a document that is not there
        if shop := shop_from_environment(handle):
            return shop
    raise UnknownShop(
        f"no block rms-shop/{handle} and no JUCHU_SHOP_{handle.upper()}_* settings"
        f" 対処: Prefect の Blocks で「RMS shop」を名前 {handle} で作ってください。"
    )
