"""Shops are Prefect blocks, so that staff can edit them in the UI."""

from contextlib import suppress
from datetime import date
from http import HTTPStatus
from typing import ClassVar, Self, cast

from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectHTTPStatusError
from pydantic import Field, SecretStr, ValidationError

from connectors.notices.keys import NoticeKeys
from connectors.shop_environment import (
    handles_in_environment,
    shop_from_environment,
)
from data.model.onboarding import StartRule
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
    license_key_before: SecretStr = Field(
        SecretStr(""),
        title="前のライセンスキー (former licenseKey)",
        description="キーの切替中だけ。新しいキーが使えるようになるまで、こちらを使います"
        " (used until the new key has answered)",
    )
    license_expires_on: date | None = Field(
        None, title="ライセンスキーの有効期限 (last day of the key)"
    )
    notice_auth_key: SecretStr = Field(
        SecretStr(""), title="通知の認証キー (authKey of event notices)"
    )
    notice_auth_key_before: SecretStr = Field(
        SecretStr(""),
        title="前の認証キー (former authKey)",
        description="鍵の切替中だけ。空欄でよい (good as well while keys change)",
    )
    contract_id: str = Field("", title="契約ID (contractId of event notices)")
    start_rule: StartRule = Field(
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
            license_key_before=shop.license_key_before,
            notice_auth_key=shop.notice_auth_key,
            notice_auth_key_before=shop.notice_auth_key_before,
            contract_id=shop.contract_id,
            license_expires_on=shop.license_expires_on,
            safety_stock=shop.safety_stock,
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
            license_key_before=self.license_key_before,
            notice_auth_key=self.notice_auth_key,
            notice_auth_key_before=self.notice_auth_key_before,
            contract_id=self.contract_id,
            license_expires_on=self.license_expires_on,
            safety_stock=self.safety_stock,
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


def start_rule_of(handle: ShopHandle) -> StartRule:
    """Give the rule by which the shop's notices start; 09:00 where none is set."""
    try:
        return cast(RmsShop, RmsShop.load(handle)).start_rule
    except ValueError:  # no block: the environment has no such setting
        return "09:00"


def shops_in_blocks() -> list[Shop]:
    """Give every shop that has a block; one with unusable fields is left out."""
    shops = []
    for handle in handles_in_blocks():
        with suppress(UnknownShop):
            shops.append(load_shop(handle))
    return shops


def handles_in_blocks() -> list[ShopHandle]:
    """Name every shop that has a block, one with unusable fields as well.

    A Prefect that does not know the block type yet has no shops.
    """
    slug = RmsShop.get_block_type_slug()
    with get_client(sync_client=True) as client:
        try:
            documents = client.read_block_documents_by_type(slug, include_secrets=False)
        except PrefectHTTPStatusError as problem:
            if problem.response.status_code == HTTPStatus.NOT_FOUND:
                return []
            raise
    return sorted(str(document.name) for document in documents)


def described_shops() -> list[ShopHandle]:
    """Name every shop that a block or the environment describes."""
    return sorted({*handles_in_blocks(), *handles_in_environment()})


def notice_keys(shop: Shop) -> NoticeKeys:
    """Give what lets a notice in that speaks for the shop."""
    return NoticeKeys(
        handle=shop.handle,
        shop_id=shop.shop_id,
        shop_url=shop.shop_url,
        contract_id=shop.contract_id,
        auth_keys=(shop.notice_auth_key, shop.notice_auth_key_before),
    )
