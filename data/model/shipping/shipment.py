"""A shipment: one parcel with a tracking number, and whether it may be reported.

A shipment is identified by (order, package, tracking number) and reported effectively
once (docs/rules.md 6.6). Here stand its states, the delivery companies, and the reasons
not to report it; `plan` decides which rows of the mall's report to change.
"""

import re
import unicodedata
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from data.model.order import Frozen, Mall, ShopOrderNumber
from data.model.shipping.short_key import PackageRef

MOST_AHEAD: Final = timedelta(days=30)
"""A card's authorisation lasts 30 days: a later shipping date is a typing error."""
MOST_ROWS: Final = 20
"""Rows that RMS takes for one destination (docs/rms/order-api.md §4.2)."""

_TextCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
NO_NUMBER: Final = "なし"
"""Stands in the place of a number (`data.model.shipping.unnumbered`)."""

_Tracking = Annotated[
    str, StringConstraints(pattern=rf"^(?:[0-9A-Z]{{1,120}}|{NO_NUMBER})$")
]


class ShipmentState(StrEnum):
    """How far a shipment has come on its way to the mall; the value is stored."""

    PLANNED = "planned"
    """Read from a file, not yet reported."""
    SENT = "sent"
    """RMS accepted the report; the row has not been read back yet."""
    VERIFIED = "verified"
    """Read back: exactly this row stands at the mall."""
    REFUSED = "refused"
    """RMS, or a rule of ours, rejected it; `reason` says why."""
    UNKNOWN = "unknown"
    """The report was sent and no answer came: read the order, then decide."""
    CANCELLED = "cancelled"
    """The order was cancelled before the shipment could be reported."""
    REPLACED = "replaced"
    """The number was wrong and another shipment has its place, or its label is gone."""


WANTED: Final = frozenset(
    {
        ShipmentState.PLANNED,
        ShipmentState.SENT,
        ShipmentState.VERIFIED,
        ShipmentState.UNKNOWN,
    }
)
"""States of a shipment whose row should stand at the mall."""


class Shipment(Frozen):
    """One parcel of one package, as it should stand in the mall's shipping report."""

    mall: Mall
    shop_id: str
    order_number: ShopOrderNumber
    basket_id: str
    carrier_code: _TextCode = Field(description="RMS's deliveryCompany, e.g. 1001")
    tracking_number: _Tracking = Field(
        description="normalised: no hyphens; なし for a parcel that has none"
    )
    shipping_date: date
    state: ShipmentState = ShipmentState.PLANNED
    reason: str | None = Field(None, description="Japanese, or RMS's code and text")
    shipping_detail_id: str | None = Field(
        None, description="the mall's row to change, once known"
    )
    replaces: str | None = Field(
        None, description="the wrong number this one corrects, normalised"
    )

    @property
    def package(self) -> PackageRef:
        """The package the parcel belongs to."""
        return PackageRef(self.mall, self.shop_id, self.order_number, self.basket_id)


class ReportFault(StrEnum):
    """Why a shipment cannot be reported; the value is the sentence for shop staff."""

    NOT_READY = (
        "発送待ち(300)の注文ではありません。"
        "対処: 発送待ちになると、次の実行で自動的に報告します。"
    )
    CANCELLED = (
        "キャンセルされた注文です。"
        "対処: 出荷を止めてください。出荷済みの場合は、返送を手配してください。"
    )
    CLOSED = (
        "発送済みの注文です。"
        "対処: 発送情報を変更する場合は、RMSの画面で行ってください。"
    )
    BEFORE_ORDER = (
        "発送日が注文日より前です。対処: 発送日と注文番号を確認してください。"
    )
    TOO_FAR_AHEAD = (
        f"発送日が{MOST_AHEAD.days}日より先です。対処: 発送日を確認してください。"
    )
    NO_PACKAGE = (
        "この送付先はRMSの注文にありません。"
        "対処: RMSの画面で発送情報を登録してください。"
    )
    NO_ROOM = (
        f"送付先の発送情報が{MOST_ROWS}件に達しています。"
        "対処: RMSの画面で不要な行を削除してください。"
    )
    CHANGED_AT_MALL = (
        "報告した行がRMSで変更または削除されています。"
        "対処: RMSの画面で発送情報を確認してください。"
    )


def why_not_report(mall_status: str) -> ReportFault | None:
    """Return why RMS takes no shipping rows at this orderProgress; None if it does.

    Only 300 is sure to be accepted (docs/rms/order-api.md §4.2). Some vendors report at
    100 and 200 already, but the parcel of an unpaid order had better wait.
    """
    match mall_status:
        case "300":
            return None
        case "800" | "900":
            return ReportFault.CANCELLED
        case "500" | "600" | "700":
            return ReportFault.CLOSED
        case _:
            return ReportFault.NOT_READY


def date_fault(
    shipping_date: date, today: date, ordered_on: date | None
) -> ReportFault | None:
    """Return why no parcel can have left on that day; None if it can.

    RMS accepts any date from the order's day on, up to 12 months ahead
    (docs/rms/order-api.md §4.2). Rejected is a day before the order, and one after the
    card's authorisation has expired.
    """
    if ordered_on is not None and shipping_date < ordered_on:
        return ReportFault.BEFORE_ORDER
    if shipping_date > today + MOST_AHEAD:
        return ReportFault.TOO_FAR_AHEAD
    return None


class Carrier(StrEnum):
    """Whose file lists the parcels; the value is the flow parameter `carrier`."""

    YAMATO = "yamato"
    SAGAWA = "sagawa"
    JAPAN_POST = "japanpost"
    RAKUTEN = "rakuten"
    """RMS's own 発送 CSV, with parcels of any company."""
    TEMPLATE = "template"
    """Our own plain file, with parcels of any company."""


YAMATO: Final = "1001"
SAGAWA: Final = "1002"
JAPAN_POST: Final = "1003"

DELIVERY_COMPANIES: Final = {
    "1000": "その他",
    "1001": "ヤマト運輸",
    "1002": "佐川急便",
    "1003": "日本郵便",
    "1004": "西濃運輸",
    "1005": "セイノースーパーエクスプレス",
    "1006": "福山通運",
    "1007": "名鉄運輸",
    "1008": "トナミ運輸",
    "1009": "第一貨物",
    "1010": "新潟運輸",
    "1011": "中越運送",
    "1012": "岡山県貨物運送",
    "1013": "久留米運送",
    "1014": "山陽自動車運送",
    "1015": "NXトランスポート",
    "1016": "エコ配",
    "1017": "EMS",
    "1018": "DHL",
    "1019": "FedEx",
    "1020": "UPS",
    "1021": "日本通運",
    "1022": "TNT",
    "1023": "OCS",
    "1024": "USPS",
    "1025": "SFエクスプレス",
    "1026": "Aramex",
    "1027": "SGHグローバル・ジャパン",
    "1028": "Rakuten EXPRESS",
    "1029": "日本郵便 楽天倉庫出荷",
    "1030": "ヤマト運輸 クロネコゆうパケット",
    "1031": "名鉄NX運輸",
}
"""Delivery companies by RMS's code (docs/rms/order-api.md §4.3). Data, not an enum: RMS
adds companies, and a code that is missing here may still be right."""

_SHORT: Final = {
    "ヤマト": "1001",
    "クロネコヤマト": "1001",
    "宅急便": "1001",
    "佐川": "1002",
    "日本郵政": "1003",
    "郵便局": "1003",
    "ゆうパック": "1003",
    "西濃": "1004",
    "福山": "1006",
    "クロネコ": "1001",
    "ヤマト宅急便": "1001",
    "宅急便コンパクト": "1001",
    "ネコポス": "1001",
    "佐川急便株式会社": "1002",
    "飛脚宅配便": "1002",
    "飛脚": "1002",
    "ヤマト運輸株式会社": "1001",
    "ゆうパケット": "1003",
    "レターパック": "1003",
    "クリックポスト": "1003",
    "ゆうメール": "1003",
    "クロネコゆうパケット": "1030",
    "カンガルー便": "1004",
    "日通": "1021",
    "yamato": "1001",
    "sagawa": "1002",
    "japanpost": "1003",
    "jppost": "1003",
    "seino": "1004",
}
"""Names that malls and people write which mean one company only."""

_CODE: Final = re.compile(r"1[0-9]{3}")


_COMPANY: Final = re.compile(r"株式会社|\(株\)|(?<=[a-z]) ?(?:transport|express)$")
_PARTS: Final = re.compile(r"[\s()\[\]:/・_-]+")


def _plain(name: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()


_BY_NAME: Final = {
    _plain(name): code
    for name, code in [
        *((name, code) for code, name in DELIVERY_COMPANIES.items()),
        *_SHORT.items(),
    ]
}


def company_code(text: str) -> str | None:
    """Return the delivery company's code for a code or a name; None if unknown.

    A name of several words, such as 「ヤマト運輸(ネコポス)」, is the company that all
    the words known among them mean; 「ヤマト運輸(クロネコゆうパケット)」 is a name.
    """
    plain = _plain(text)
    if _CODE.fullmatch(plain):
        return plain
    if plain in _BY_NAME:
        return _BY_NAME[plain]
    words = unicodedata.normalize("NFKC", text).casefold()
    if (joined := _PARTS.sub("", words)) in _BY_NAME:
        return _BY_NAME[joined]
    parts = _PARTS.split(_COMPANY.sub("", words.strip()))
    known = {_BY_NAME[part] for part in map(_plain, parts) if part in _BY_NAME}
    return known.pop() if len(known) == 1 else None
