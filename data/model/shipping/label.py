"""A shipping label (送り状): when a package may have one, and what stands on it.

Everything personal is left out of `repr`: a parcel may turn up in an error or a log.
"""

import re
import unicodedata
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Final, TypedDict

from pydantic import Field, StringConstraints

from data.model.order import Frozen, Order, Package, Person, ShippingRow
from data.model.shipping.short_key import PackageRef, short_key
from data.model.shipping.unnumbered import UnnumberedWay, unnumbered_way

CASH_ON_DELIVERY: Final = 2
"""RMS's paymentMethod code of 代金引換 (docs/rms/order-api.md §3)."""
LONGEST_KEPT: Final = timedelta(days=7)
"""How long carriers keep a parcel for its day of delivery, by their usual terms."""

_PICK_UP: Final = re.compile(
    r"(?:店舗|店頭|郵便局|営業所|コンビニ|ロッカー|来店)(?:で|での)?"
    r"(?:お?受け?取|お?引き?取|お?渡し)|局留|営業所止"
)

_HOUSE: Final = re.compile(r"\d|[一二三四五六七八九十](?:丁目|番|号)")
"""What an address has from its 番地 on."""

_LETTERBOX: Final = re.compile(
    "メール便|DM便|ネコポス|ゆうパケット|ゆうメール|クリックポスト|レターパック"
    "|スマートレター|定形外|定形郵便|普通郵便|ポスト投函|飛脚メール"
)

_Required = Annotated[str, StringConstraints(min_length=1), Field(repr=False)]
_Optional = Annotated[str, Field(repr=False)]


class Cool(StrEnum):
    """How cold the parcel travels."""

    NONE = "none"
    CHILLED = "chilled"
    FROZEN = "frozen"


class Sender(Frozen):
    """The shop as it stands on the label, and its customer numbers with the carrier."""

    name: str
    zip: str
    address: str
    building: str = ""
    phone: str
    billing_code: str = Field("", description="ご請求先顧客コード / お客様コード")
    billing_class: str = Field("", description="ご請求先分類コード, Yamato only")
    freight_code: str = Field("01", description="運賃管理番号, Yamato only")


class ParcelOrder(Frozen):
    """One package of an order, ready for a label; no label prints the kana."""

    order_number: str
    short_key: str
    recipient_name: _Required
    zip: _Required
    prefecture: _Optional
    city: _Optional
    street: _Required
    phone: _Required
    contents: str = Field(description="品名, what the label says is inside")
    shipping_date: date
    delivery_on: date | None = None
    delivery_slot: int | None = Field(
        None, description="RMS's shippingTerm: 0 none, 1 morning, 1416 = 14-16h"
    )
    cod_total: int | None = Field(None, description="yen to collect; None = paid")
    cod_tax: int | None = Field(None, description="tax of the order, before points")
    cool: Cool = Cool.NONE
    missed_wish: date | None = Field(
        None, description="the day the buyer wished for, if the parcel leaves later"
    )
    letterbox: str | None = Field(
        None, description="the delivery method, if it is one for the letter box"
    )

    @property
    def collected_tax(self) -> int:
        """The tax that may stand beside the amount to collect: never more than that."""
        return min(self.cod_tax or 0, self.cod_total or 0)

    @property
    def is_early(self) -> bool:
        """Whether the wished day is further away than a carrier keeps a parcel."""
        return self.delivery_on is not None and (
            self.delivery_on - self.shipping_date > LONGEST_KEPT
        )


_IN_FILE: Final = (
    "対処: モールの画面で送付先を確認し、注文CSVをもう一度取り込んでください。"
)


class LabelFault(StrEnum):
    """Why a package gets no label; the value is the sentence for shop staff."""

    UNREAD = (
        "RMSから注文を取得できません。"
        "対処: 「取得できなかった注文」の理由を確認して、もう一度出力してください。"
    )
    NOT_READY = (
        "発送待ち(300)の注文ではありません。"
        "対処: 発送待ちになってから、もう一度出力してください。"
    )
    UNDER_REVIEW = (
        "楽天確認中の注文です。"
        "対処: 楽天の確認が終わってから、もう一度出力してください。"
    )
    OPEN_AMOUNTS = (
        "金額が未確定です。"
        "対処: RMSの画面で金額を確定してから、もう一度出力してください。"
    )
    NO_GIFT_ADDRESS = (
        "ソーシャルギフトの住所がまだ入力されていません。"
        "対処: 住所が入力されてから、もう一度出力してください。"
    )
    PICK_UP = "店舗・郵便局受取の送付先です。対処: 送り状は手作業で作成してください。"
    NOTHING_SENT = (
        "商品を発送しない注文です(配送方法: 発送を伴わない)。"
        "対処: ship-without-number で「発送なし」として登録してください。"
    )
    REPORTED = (
        "発送情報がすでに登録されています。"
        "対処: RMSの画面で発送情報を確認してください。"
    )
    NO_PACKAGE = (
        "この送付先は注文にありません。対処: RMSの画面で送付先を確認してください。"
    )
    NO_RECIPIENT = "送付先がありません。対処: RMSの画面で送付先を確認してください。"
    NO_NAME = "送付先の氏名がありません。対処: RMSの画面で送付先を確認してください。"
    NO_ZIP = "送付先の郵便番号がありません。対処: RMSの画面で送付先を確認してください。"
    NO_STREET = "送付先の住所がありません。対処: RMSの画面で送付先を確認してください。"
    NO_PHONE = (
        "送付先の電話番号がありません。対処: RMSの画面で送付先を確認してください。"
    )
    HELD = (
        "モールのステータスが、まだ発送できない注文です"
        "(入金待ち・前払いの未入金・審査中・保留・キャンセルの受付中など)。"
        "対処: 発送できる状態になってから、注文CSVをもう一度取り込んでください。"
    )
    OPEN_AMOUNTS_OF_FILE = (
        "金額が未確定です。"
        "対処: モールで金額が確定してから、注文CSVをもう一度取り込んでください。"
    )
    NO_NAME_IN_FILE = f"送付先の氏名がありません。{_IN_FILE}"
    NO_ZIP_IN_FILE = f"送付先の郵便番号がありません。{_IN_FILE}"
    NO_STREET_IN_FILE = f"送付先の住所がありません。{_IN_FILE}"
    NO_PHONE_IN_FILE = f"送付先の電話番号がありません。{_IN_FILE}"
    UNKNOWN_SLOT = (
        "お届け時間帯を読み取れません。対処: 送り状は手作業で作成してください。"
    )
    NO_COD_TOTAL = (
        "代引で受け取る金額が注文CSVにありません。"
        "対処: モールの画面で金額を確認し、送り状は手作業で作成してください。"
    )
    SEVERAL_PACKAGES = (
        "送付先が複数ある代引の注文です。対処: 送り状は手作業で作成してください。"
    )
    SHARED_KEY = (
        "短縮キーがほかの送付先と同じになります。"
        "対処: 送り状は手作業で作成してください。"
    )


def why_not_pack(order: Order, basket_id: str) -> tuple[LabelFault, ...]:
    """List every reason why this package must not be packed; none = safe to pack.

    The rules are those of docs/rms/order-api.md §6, plus packages that the buyer picks
    up at a store: their labels need what no carrier's import file has a column for.
    """
    package = next((one for one in order.packages if one.basket_id == basket_id), None)
    if package is None:
        return (LabelFault.NO_PACKAGE,)
    applies = {
        LabelFault.NOT_READY: order.mall_status != "300",
        LabelFault.UNDER_REVIEW: order.is_under_review,
        LabelFault.OPEN_AMOUNTS: not order.amounts_fixed,
        LabelFault.NO_GIFT_ADDRESS: (
            order.is_social_gift and not package.gift_address_given
        ),
        LabelFault.PICK_UP: (
            package.pickup_store is not None or is_picked_up(order.delivery_method)
        ),
        LabelFault.NOTHING_SENT: sends_nothing(order.delivery_method),
        LabelFault.REPORTED: any(map(has_number, package.shipping_rows)),
    }
    return tuple(fault for fault, is_true in applies.items() if is_true)


def is_picked_up(delivery_method: str | None) -> bool:
    """Return whether the buyer fetches the goods, by the delivery method's name.

    RMS names the store for few of these methods (docs/rms/order-api.md §3.6, §3.11).
    """
    return _PICK_UP.search(_plain(delivery_method)) is not None


def letterbox_of(delivery_method: str | None) -> str | None:
    """Return the name of a delivery method for the letter box; None for others.

    The carriers' files print labels of 宅急便, which cost several times as much.
    """
    found = _LETTERBOX.search(_plain(delivery_method))
    return delivery_method if found else None


def sends_nothing(delivery_method: str | None) -> bool:
    """Return whether no goods leave, by the delivery method's name."""
    return unnumbered_way(delivery_method or "") is UnnumberedWay.NOTHING_SENT


def _plain(delivery_method: str | None) -> str:
    """Return a method's name with its kana in full width, its letters in half."""
    return unicodedata.normalize("NFKC", delivery_method or "")


def has_number(row: ShippingRow) -> bool:
    """Return whether a parcel has its label already: only that gives it a number.

    A company or a date alone may be another tool's plan (docs/rms/order-api.md §4.2).
    """
    return bool(row.tracking_number and row.tracking_number.strip())


def parcel_of(
    order: Order, basket_id: str, contents: str, shipping_date: date
) -> ParcelOrder | tuple[LabelFault, ...]:
    """Build the parcel of one package, or list why its label has to be made by hand.

    The amount to collect is the order's `request_total`, what is left after points and
    coupons; it belongs to the order, so a COD order of several packages is rejected.
    How cold the parcel travels is read in the name of the delivery method. A wished day
    before the shipping date is not printed, because the carrier would refuse the label.
    """
    package = next((one for one in order.packages if one.basket_id == basket_id), None)
    person = next(
        (
            one
            for one in order.people
            if one.role == "recipient" and one.basket_id == basket_id
        ),
        None,
    )
    if package is None or person is None:
        return (LabelFault.NO_RECIPIENT,)
    city, street = city_and_street(
        person.prefecture or "", person.city or "", person.street or ""
    )
    if faults := _gaps(person, street):
        return faults
    is_cod = order.payment_code == CASH_ON_DELIVERY
    if is_cod and len(order.packages) > 1:
        return (LabelFault.SEVERAL_PACKAGES,)
    return ParcelOrder(
        order_number=order.order_number,
        short_key=short_key(reference_of(order, package)),
        recipient_name=_name(person),
        zip=person.zip or "",
        prefecture=person.prefecture or "",
        city=city,
        street=street,
        phone=person.phone or "",
        contents=contents,
        shipping_date=shipping_date,
        **wish_of(order.delivery_on, shipping_date),
        delivery_slot=order.delivery_slot,
        cool=cool_of(order.delivery_method, order.delivery_class),
        letterbox=letterbox_of(order.delivery_method),
        cod_total=order.request_total or None if is_cod else None,
        cod_tax=_tax(order) if is_cod else None,
    )


def city_and_street(prefecture: str, city: str, street: str) -> tuple[str, str]:
    """Return the city and the rest of the address, apart from each other.

    At some malls the first cell has the whole address and the second the building, or
    nothing, and buyers fill in Rakuten's so: 「見本市1-1」 and 「203」 must not become
    1-1203. And they write the prefecture once more.
    """
    city = city.removeprefix(prefecture).strip()
    street = street if city else street.removeprefix(prefecture)
    if not _HOUSE.search(unicodedata.normalize("NFKC", city)):
        return city, street.strip()
    return "", f"{city} {street}".strip()


class Wish(TypedDict):
    """The wished day as a label takes it, one of both blank."""

    delivery_on: date | None
    missed_wish: date | None


def wish_of(day: date | None, shipping_date: date) -> Wish:
    """Return whether a wished day can be kept by a parcel that leaves that day."""
    if day is not None and day < shipping_date:
        return {"delivery_on": None, "missed_wish": day}
    return {"delivery_on": day, "missed_wish": None}


_COLD: Final = {2: Cool.CHILLED, 3: Cool.FROZEN}


def cool_of(delivery_method: str | None, delivery_class: int | None = None) -> Cool:
    """Return how cold the parcel travels, from its class and its method's name.

    Where RMS's 配送区分 does not say it (docs/rms/order-api.md §3.6), the method's name
    does. クール alone means chilled there: a shop that freezes says so in the name.
    """
    if delivery_class in _COLD:
        return _COLD[delivery_class]
    name = _plain(delivery_method)
    if "冷凍" in name:
        return Cool.FROZEN
    is_chilled = any(word in name for word in ("冷蔵", "チルド", "クール"))
    return Cool.CHILLED if is_chilled else Cool.NONE


def reference_of(order: Order, package: Package) -> PackageRef:
    """Return the reference that identifies a package of the order."""
    return PackageRef(
        order.mall.value, order.shop_id, order.order_number, package.basket_id
    )


def _gaps(person: Person, street: str) -> tuple[LabelFault, ...]:
    """List what is missing of the recipient that every label needs."""
    needed = {
        LabelFault.NO_NAME: _name(person),
        LabelFault.NO_ZIP: person.zip,
        LabelFault.NO_STREET: street,
        LabelFault.NO_PHONE: person.phone,
    }
    return tuple(fault for fault, value in needed.items() if not value)


def _name(person: Person) -> str:
    return " ".join(part for part in (person.family_name, person.first_name) if part)


def _tax(order: Order) -> int:
    """Return the tax over all rates: an order may hold goods at 8 % and at 10 %."""
    return sum(summary.tax or 0 for summary in order.tax_summaries)
