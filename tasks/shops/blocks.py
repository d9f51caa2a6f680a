"""Shops as Prefect blocks, which staff edit in the UI; or else as environment."""

import re
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, ClassVar, NamedTuple, Self, cast

from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import BlockDocument
from prefect.exceptions import PrefectHTTPStatusError
from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    WithJsonSchema,
)

from connectors.notices.keys import NoticeKeys
from connectors.settings.reading import SettingsProblem, read_settings
from connectors.settings.shop_environment import (
    handles_in_environment,
    has_rms_in_environment,
    home_in_environment,
    shop_from_environment,
)
from data.model.order import Mall
from data.model.shops.onboarding import StartRule
from data.model.shops.shop import (
    HOME_NAME,
    SHOP_HANDLE,
    SHOP_ID,
    LastDay,
    Shop,
    ShopHandle,
)
from data.model.stock_link import SILENT_HOURS
from data.model.typed.name import in_short, suggestion


class UnknownShop(LookupError):
    """No block and no environment describes the shop."""


class OtherHome(UnknownShop):
    """The shop's orders are in another home: here they would be stored twice."""


class RmsShop(Block):
    """楽天市場の1店舗と、RMS WEB SERVICE のキーです。

    ブロックの名前が店舗コードになり、フローの「店舗」に入力します。
    """

    _block_type_name: ClassVar[str] = "RMS shop"
    _block_type_slug: ClassVar[str] = "rms-shop"
    _description: ClassVar[str] = (
        "楽天市場の1店舗と、RMS WEB SERVICE のキーです。"
        "ブロックの名前(Name)が店舗コードになり、フローの「店舗」に入力します。"
        "半角の英小文字・数字・ハイフンで付けてください。"
    )

    mall: Annotated[
        Mall, WithJsonSchema({"type": "string", "enum": [Mall.RAKUTEN.value]})
    ] = Field(
        Mall.RAKUTEN,
        title="モール",
        description="rakuten(楽天市場)のままにします",
    )
    shop_id: str = Field(
        title="店舗番号",
        description="注文番号の先頭の数字です(123456-20260701-0000000001 なら 123456)",
        pattern=SHOP_ID,
    )
    shop_url: str = Field(
        "",
        title="店舗URL",
        description="https://www.rakuten.co.jp/ の後の店舗名です。"
        "通知を受け取る場合に必要です",
    )
    service_secret: SecretStr = Field(
        title="サービスシークレット(serviceSecret)",
        description="RMS WEB SERVICE の画面に表示されるサービスシークレットです。"
        "保存した後は表示されません",
    )
    license_key: SecretStr = Field(
        title="ライセンスキー(licenseKey)",
        description="RMSのアクセス許可設定に表示されるライセンスキーです。"
        "保存した後は表示されません",
    )
    license_key_before: SecretStr = Field(
        SecretStr(""),
        title="前のライセンスキー",
        description="キーの切り替え中だけ入力します。"
        "新しいキーが使えるようになるまで、こちらを使用します",
    )
    license_expires_on: Annotated[
        LastDay, WithJsonSchema({"type": "string", "format": "date"})
    ] = Field(
        None,
        title="ライセンスキーの有効期限",
        description="RMSのライセンスキーの隣に表示される日です。"
        "30・14・7・3・1日前にお知らせします",
    )
    notice_auth_key: SecretStr = Field(
        SecretStr(""),
        title="通知の認証キー(authKey)",
        description="通知を受け取る場合に入力します。楽天が通知に付けるキーです",
    )
    notice_auth_key_before: SecretStr = Field(
        SecretStr(""),
        title="前の認証キー",
        description="キーの切り替え中だけ入力します。通常は空欄です",
    )
    contract_id: str = Field(
        "",
        title="契約ID(contractId)",
        description="入力すると、この契約の通知だけを受け取ります",
    )
    start_rule: StartRule = Field(
        "09:00",
        title="通知の開始時刻",
        description="09:00=開始日(9時以降の承認は翌日)の9時から取り込みます。"
        "next-hour=承認した次の正時から取り込みます",
    )
    safety_stock: int = Field(
        0,
        ge=0,
        title="安全在庫",
        description="販売せずに残しておく個数です。在庫数から引いてモールに転送します",
    )
    stock_link: bool = Field(
        True,
        title="在庫連動",
        description="オンの場合、在庫が動くたびにモールに転送します。オフの場合は、"
        "朝9時の処理と、店舗を指定した手動の実行だけが転送します",
    )
    silent_hours: str = Field(
        "",
        pattern=SILENT_HOURS,
        title="転送を止める時間帯",
        description="自動の転送をしない時間帯です(例: 20-22。22-2 は翌日の2時まで。"
        "複数は「,」で区切ります)。朝9時の処理と手動の実行は止めません",
    )
    home: str = Field(
        "",
        pattern=HOME_NAME,
        title="ホーム",
        description="複数のホストで動かす場合に、この店舗を処理するホームの名前です。"
        "ほかのホームは、この店舗を処理しません。1台で動かす場合は空欄のままにします",
    )

    @classmethod
    def from_shop(cls, shop: Shop) -> Self:
        """Return the block of a shop that is described elsewhere."""
        return cls(**{name: getattr(shop, name) for name in _IN_BOTH})

    def to_shop(self, handle: ShopHandle) -> Shop:
        """Return the part of the block that calls to the mall need."""
        return Shop(handle=handle, **{name: getattr(self, name) for name in _IN_BOTH})


_IN_BOTH = RmsShop.model_fields.keys() & Shop.model_fields.keys()
"""What a block and a shop say alike; a start rule stands in the block alone."""


def load_shop(handle: ShopHandle) -> Shop:
    """Return a shop from its block, or else from `JUCHU_SHOP_<HANDLE>_*`.

    Raises:
        UnknownShop: there is neither, and the text names the shops there are, and the
            nearest of them; or one has unusable fields.
        OtherHome: the shop is another home's.

    """
    shop = _described(handle)
    if shop.home != (ours := read_settings().home_name):
        raise OtherHome(_of_other_home(shop, ours))
    return shop


def load_rakuten_shop(handle: ShopHandle) -> Shop:
    """Return a shop as `load_shop` does, where it is one that RMS is called for.

    Raises:
        UnknownShop: also for another mall's shop, whose keys are none of Rakuten's.

    """
    shop = load_shop(handle)
    if shop.mall != Mall.RAKUTEN:
        raise UnknownShop(
            f"店舗 {handle} は楽天市場の店舗ではありません({shop.mall})。"
            "対処: 楽天市場の店舗を指定するか、モールを確認してください。"
        )
    return shop


def _described(handle: ShopHandle) -> Shop:
    if not re.fullmatch(SHOP_HANDLE, handle):
        raise UnknownShop(unknown_shop(handle, described_shops()))
    try:
        block = cast(RmsShop, RmsShop.load(handle))
        return block.to_shop(handle)
    except ValidationError as problem:
        fields = ", ".join(".".join(map(str, e["loc"])) for e in problem.errors())
        raise UnknownShop(
            f"ブロック rms-shop/{handle} に使用できない項目があります: {fields}。"
            "対処: Prefect の Blocks で修正して保存してください。"
        ) from None
    except ValueError:  # what Block.load says for a document that is not there
        if shop := _given(handle):
            return shop
    raise UnknownShop(unknown_shop(handle, described_shops()))


def _given(handle: ShopHandle) -> Shop | None:
    """Return the shop that the environment describes; None if it describes none.

    A wrong variable is this shop's trouble, and no other's.
    """
    try:
        return shop_from_environment(handle)
    except SettingsProblem as problem:
        wrong = " / ".join(str(problem).splitlines())
        raise UnknownShop(
            f"店舗 {handle} の設定に誤りがあります({wrong})。"
            "対処: .env または環境変数を修正してください。"
        ) from None


def _of_other_home(shop: Shop, ours: str) -> str:
    theirs = f"ホーム {shop.home} " if shop.home else "ホームのないマシン"
    here = f"ホーム {ours} " if ours else "ホームのないマシン"
    advice = f"名前の最後が @{shop.home} の" if shop.home else "名前に @ のない"
    return (
        f"店舗 {shop.handle} は{theirs}の店舗です(ここは{here}です)。"
        "二重に処理しないため、何もしていません。"
        f"対処: {advice}デプロイメントを実行してください。"
    )


def unknown_shop(handle: str, known: Sequence[str]) -> str:
    """Return for staff that there is no such shop, which there are, and what to do.

    The advice is never to register the shop that was typed: it is a typing error more
    often than a shop.
    """
    what = f"店舗 {in_short(handle)} は登録されていません。"
    if not handle.strip():
        what = "店舗コードが入力されていません。"
    if not known:
        return (
            f"{what}登録済みの店舗は1つもありません。"
            "対処: 端末で make shop を実行するか、Prefect の Blocks で「RMS shop」"
            "として登録してください(手順は docs/onboarding.md)。"
        )
    return (
        f"{what}登録済みの店舗: {'、'.join(known)}。{suggestion(handle, known)}"
        "対処: 店舗コードを確認して、もう一度実行してください。"
    )


def start_rule_of(handle: ShopHandle) -> StartRule:
    """Return the rule by which the shop's notices start; 09:00 where none is set."""
    try:
        return cast(RmsShop, RmsShop.load(handle)).start_rule
    except ValueError:  # no block: the environment has no such setting
        return "09:00"


def handles_in_blocks(mall: str = "") -> list[ShopHandle]:
    """Return the handle of every block of our home, of one mall or of all.

    One with unusable fields is among them. A Prefect that does not know the block type
    yet has no shops.
    """
    ours = read_settings().home_name
    return sorted(
        str(one.name)
        for one in _documents()
        if (one.data.get("home") or "") == ours
        if not mall or (one.data.get("mall") or Mall.RAKUTEN) == mall
    )


def homes_in_blocks() -> dict[ShopHandle, str]:
    """Return the home of every shop that has a block, "" for the one machine's."""
    return {str(one.name): str(one.data.get("home") or "") for one in _documents()}


def _documents() -> list[BlockDocument]:
    slug = RmsShop.get_block_type_slug()
    with get_client(sync_client=True) as client:
        try:
            return client.read_block_documents_by_type(slug, include_secrets=False)
        except PrefectHTTPStatusError as problem:
            if problem.response.status_code == HTTPStatus.NOT_FOUND:
                return []
            raise


def described_shops() -> list[ShopHandle]:
    """Return the handle of every shop of our home, described by block or environment.

    Shops of all malls, and no other home's.
    """
    return sorted({*handles_in_blocks(), *_given_to_us()})


def rakuten_shops() -> list[ShopHandle]:
    """Return the handle of every described shop that RMS is called for.

    A run for every shop takes these: another mall's keys are none of Rakuten's.
    """
    given = filter(has_rms_in_environment, _given_to_us())
    return sorted({*handles_in_blocks(Mall.RAKUTEN), *given})


def _given_to_us() -> list[ShopHandle]:
    """Return the handle of every shop of our home that the environment describes."""
    ours = read_settings().home_name
    return [one for one in handles_in_environment() if home_in_environment(one) == ours]


def shops_described_at(mall: str) -> list[Shop]:
    """Return every shop of the mall and of our home that anything describes.

    One with unusable fields is left out.
    """
    shops = []
    for handle in described_shops():
        with suppress(UnknownShop):
            shops.append(load_shop(handle))
    return [shop for shop in shops if shop.mall == mall]


class ShopPlace(NamedTuple):
    """A shop that is set up, and where its orders are stored."""

    handle: ShopHandle
    mall: str
    shop_id: str


def shop_places() -> list[ShopPlace]:
    """Return every shop of our home that anything describes; reads no secret.

    One with unusable fields is left out.
    """
    found = {one.handle: one for one in _places_in_blocks()}
    for handle in handles_in_environment():
        with suppress(SettingsProblem):
            shop = None if handle in found else shop_from_environment(handle)
            if shop and shop.home == read_settings().home_name:
                found[handle] = ShopPlace(handle, str(shop.mall), shop.shop_id)
    return [found[handle] for handle in sorted(found)]


def _places_in_blocks() -> list[ShopPlace]:
    return [
        ShopPlace(str(one.name), str(one.data["mall"]), str(one.data["shop_id"]))
        for one in _documents()
        if one.data.get("mall") and one.data.get("shop_id")
        if (one.data.get("home") or "") == read_settings().home_name
    ]


def notice_keys(shop: Shop) -> NoticeKeys:
    """Return what a notice has to hold to be accepted for the shop."""
    return NoticeKeys(
        handle=shop.handle,
        shop_id=shop.shop_id,
        shop_url=shop.shop_url,
        contract_id=shop.contract_id,
        auth_keys=(shop.notice_auth_key, shop.notice_auth_key_before),
    )
