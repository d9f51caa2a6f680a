"""A shipment: one parcel with a tracking number, and whether it may be reported.

It is known by (order, package, tracking number) and reported effectively once (design:
rule 6.6). What stands here decides without asking anyone; `shipping_rows` says how.

Delivery companies by the code RMS knows them by (rms/order-api.md §4.3).

Data, not a closed type: the list grows, and a code that is not here yet may be right.
"""

import re
import unicodedata
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Final, NamedTuple

from pydantic import Field, StringConstraints

from data.model.order import Frozen, Mall, Order, OrderNumber, ShippingRow
from data.model.short_key import PackageRef

MOST_AHEAD: Final = timedelta(days=30)
"""A card's authorisation lasts 30 days; a date further ahead is a slip of the pen."""

_TextCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
_Tracking = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{1,120}$")]


class ShipmentState(StrEnum):
    """How far a shipment has come on its way to the mall."""

    PLANNED = "planned"
    """Read from a file, not yet reported."""
    SENT = "sent"
    """RMS took the report; whether the row stands there is not yet seen."""
    VERIFIED = "verified"
    """Read back: exactly this row stands at the mall."""
    REFUSED = "refused"
    """RMS, or a rule of ours, said no; `reason` says why."""
    UNKNOWN = "unknown"
    """The report left and no answer came: read back, then decide."""
    CANCELLED = "cancelled"
    """The order was cancelled before it could be reported."""
    REPLACED = "replaced"
    """The number was wrong; another shipment stands in its place."""


WANTED: Final = frozenset(
    {
        ShipmentState.PLANNED,
        ShipmentState.SENT,
        ShipmentState.VERIFIED,
        ShipmentState.UNKNOWN,
    }
)
"""States in which the shipment's row should stand at the mall."""


class Shipment(Frozen):
    """One parcel of one package, as it should stand in the mall's shipping report."""

    mall: Mall
    shop_id: str
    order_number: OrderNumber
    basket_id: str
    carrier_code: _TextCode = Field(description="deliveryCompany, 1000-codes")
    tracking_number: _Tracking = Field(description="normalised: no hyphens")
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


class Readiness(StrEnum):
    """Whether RMS takes shipping rows for an order in this state (§4.2, §6)."""

    READY = "ready"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class Ready(NamedTuple):
    """A readiness and, unless READY, its reason in Japanese."""

    readiness: Readiness
    reason: str | None


def readiness(mall_status: str) -> Ready:
    """Say whether a shipment of an order with this orderProgress may be reported now.

    Some vendors report at 100 and 200 already; only 300 is sure to be taken, and the
    parcel of an order that is not paid yet had better wait.
    """
    match mall_status:
        case "300":
            return Ready(Readiness.READY, None)
        case "800" | "900":
            return Ready(
                Readiness.CANCELLED,
                "キャンセルされた注文です(cancelled)。対処: 出荷を止めるか、"
                "返送を手配してください。",
            )
        case "500" | "600" | "700":
            return Ready(
                Readiness.CLOSED,
                "発送済みの注文です(already shipped)。対処: 変更はRMSの画面で"
                "行ってください。",
            )
        case _:
            return Ready(
                Readiness.WAITING,
                "発送待ち(300)の注文ではありません(not ready to ship)。"
                "対処: 発送待ちになるまで待ってください。",
            )


def date_fault(shipping_date: date, today: date, ordered_on: date | None) -> str | None:
    """Why no parcel can have left on that day, or None.

    RMS itself takes any date: early ones are allowed, late ones too (§4.2). So only
    what cannot be true is refused here: a day before the order, or one so far ahead
    that the card's authorisation is over.
    """
    if ordered_on is not None and shipping_date < ordered_on:
        return (
            "発送日が注文日より前です(before the order)。対処: 発送日か"
            "注文番号を確かめてください。"
        )
    if shipping_date > today + MOST_AHEAD:
        return (
            f"発送日が{MOST_AHEAD.days}日より先です(too far ahead)。"
            "対処: 発送日を確かめてください。"
        )
    return None


def is_complete(row: ShippingRow) -> bool:
    """Whether a row has company, number and date: only then may the order close."""
    return bool(row.carrier_code and row.tracking_number and row.shipping_date)


def why_not_pack(order: Order, basket_id: str) -> tuple[str, ...]:
    """Every reason not to print a label for this package; none = safe to pack.

    rms/order-api.md §6. A package handed out at a store is none of the rules there,
    but its label needs what our files do not carry.
    """
    package = next((one for one in order.packages if one.basket_id == basket_id), None)
    if package is None:
        return ("この送付先は注文にありません(no such package)。",)
    reasons = {
        "発送待ち(300)の注文ではありません(not ready to ship)。": (
            order.mall_status != "300"
        ),
        "楽天確認中です(under review)。": order.is_under_review,
        "金額が未確定です(amounts not fixed)。": not order.amounts_fixed,
        "ソーシャルギフトの住所がまだ入力されていません(no gift address yet)。": (
            order.is_social_gift and not package.gift_address_given
        ),
        "店舗・郵便局受取の送付先です(pick-up)。送り状は手作業で作ってください。": (
            package.pickup_store is not None
        ),
        "発送情報がすでに登録されています(already reported)。": any(
            map(is_complete, package.shipping_rows)
        ),
    }
    return tuple(text for text, applies in reasons.items() if applies)


class Carrier(StrEnum):
    """Whose file tells of parcels; the value is the flow's parameter `carrier`."""

    YAMATO = "yamato"
    SAGAWA = "sagawa"
    JAPAN_POST = "japanpost"
    RAKUTEN = "rakuten"
    """RMS's own 発送 CSV, of whatever company."""
    TEMPLATE = "template"
    """Our own plain file, of whatever company."""


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
}
"""Names people write by hand; each means one company only."""

_CODE: Final = re.compile(r"1[0-9]{3}")


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
    """The code a code or a company's name stands for; None if it is neither."""
    plain = _plain(text)
    if _CODE.fullmatch(plain):
        return plain
    return _BY_NAME.get(plain)
