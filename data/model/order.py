"""An order as juchu knows it, and which of its snapshots wins.

The same type whatever mall it came from: an order has packages, a package has lines,
and everything personal stands in `people`.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from data.model.japan_time import in_japan

MOST_YEN: Final = 999_999_999
NOT_FIXED: Final = (-9999, -99999)
"""What a mall writes for an amount that is not fixed yet; None in the model. RMS writes
−9999, in old orders −99999 (docs/rms/order-api.md §5.3)."""
Yen = Annotated[int, Field(ge=-MOST_YEN, le=MOST_YEN)]
"""Whole yen."""

Instant = Annotated[AwareDatetime, AfterValidator(in_japan)]
"""An aware datetime converted to Japan time, so that equal instants print equally."""

ORDER_NUMBER: Final = r"^#?[0-9A-Za-z][0-9A-Za-z_.:\-]{0,127}$"
"""An order number as RMS and other malls write it: nothing that a remark would have."""
_SIGN: Final = "0-9A-Za-zぁ-んァ-ヴー々一-鿿"
SHOP_ORDER_NUMBER: Final = (
    rf"^[#{_SIGN}](?:[{_SIGN}_.:/#\- ]{{0,126}}[{_SIGN}_.:/#\-])?$"
)
"""An order number of any mall: Shopify lets a shop choose what stands around the
digits, such as `#EN1007-A`, `SHOP/1005` or `見本1006` (docs/order-files.md §9)."""
OrderNumber = Annotated[str, StringConstraints(pattern=ORDER_NUMBER)]
"""Opaque text, known together with the mall and the shop."""
ShopOrderNumber = Annotated[str, StringConstraints(pattern=SHOP_ORDER_NUMBER)]
"""The same of any mall."""


class Frozen(BaseModel):
    """Base of the model: immutable, no unknown fields, no values in error messages."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True
    )


class Person(Frozen):
    """The personal data of one party to an order; stored in `order_people` only."""

    role: Literal["orderer", "recipient"]
    basket_id: str = Field(description="package of a recipient; '' for the orderer")
    family_name: str | None
    first_name: str | None
    family_name_kana: str | None
    first_name_kana: str | None
    zip: str | None
    prefecture: str | None
    city: str | None
    street: str | None
    phone: str | None
    email: str | None
    remarks: str | None = Field(description="the buyer's own words; orderer only")
    memo: str | None = Field(None, description="ひとことメモ; orderer only")
    operator: str | None = Field(None, description="担当者; orderer only")
    mail_note: str | None = Field(
        None, description="the shop's words for mails; orderer only"
    )
    pickup_zip: str | None = Field(None, description="of the store of a pick-up")
    pickup_address: str | None = None


class Line(Frozen):
    """One item of an order; its `line_id` never changes."""

    line_id: str
    basket_id: str
    item_id: str | None
    item_number: str | None
    manage_number: str = Field(description="商品管理番号, lower-cased as RMS does")
    variant_id: str = Field(description="SKU管理番号; '' before the SKU migration")
    sku: str = Field(description="the merchant's own SKU, else manage/variant")
    item_name: str
    choices: str | None
    sku_info: str | None
    unit_price: Yen | None = Field(description="with tax; None while it is open")
    quantity: Annotated[int, Field(ge=0)]
    tax_rate: float
    restore_inventory: int | None = Field(description="restoreInventoryFlag 0/1/2")
    price_before_tax: Yen | None = Field(
        None, description="the mall's own price, where it is without tax"
    )
    lead_time: str | None = Field(None, description="納期情報, the shop's own words")
    includes_postage: bool | None = None
    ships_alone: bool | None = Field(None, description="単品配送")
    is_medicine: bool | None = None
    is_deal: bool | None = Field(None, description="SuperDEAL")


class ShippingRow(Frozen):
    """One row of the mall's shipping report; any of its cells may be empty."""

    shipping_detail_id: str
    carrier_code: str | None
    tracking_number: str | None
    shipping_date: date | None


class Package(Frozen):
    """One destination of an order, with its lines and its shipping report."""

    basket_id: str
    zip: str | None
    prefecture: str | None
    noshi: str | None
    postage_total: Yen | None
    cod_fee: Yen | None
    goods_total: Yen | None
    package_total: Yen | None
    default_carrier_code: str | None
    drop_off_location: str | None
    pickup_store: str | None = Field(description="store or post office of a pick-up")
    gift_address_given: bool | None = Field(description="None unless a social gift")
    gift_address_due: date | None
    gift_address_at: Instant | None = None
    pickup_chain: int | None = Field(None, description="cvsCode, e.g. 50 = ローソン")
    pickup_store_code: str | None = None
    is_remote_island: bool | None = None
    postage_tax_rate: float | None = None
    cod_fee_tax_rate: float | None = None
    shipping_rows: tuple[ShippingRow, ...]
    lines: tuple[Line, ...]


class Coupon(Frozen):
    """One coupon that was used; `funded_by` is 1 shop, 2 maker, 3 service."""

    code: str
    funded_by: int
    line_id: str = Field(description="'' when not tied to a line")
    units: int
    total: Yen | None
    name: str | None = None


class Wrapping(Frozen):
    """One wrapping that was chosen; `kind` is 1 paper, 2 ribbon."""

    kind: int | None
    price: Yen | None
    tax_rate: float | None


class TaxSummary(Frozen):
    """The amount billed at one tax rate, and the tax in it."""

    rate: float
    billed: Yen | None
    tax: Yen | None


class Change(Frozen):
    """One entry of the mall's change history: cancelled, quantity reduced, …"""

    change_id: str
    kind: int | None
    reason: int | None
    reason_detail: int | None
    applied_at: Instant | None
    settled_at: Instant | None


class Mall(StrEnum):
    """A marketplace; the value is the word in tables and flow parameters."""

    RAKUTEN = "rakuten"
    YAHOO = "yahoo"
    AUPAY = "aupay"
    AMAZON = "amazon"
    QOO10 = "qoo10"
    SHOPIFY = "shopify"
    ECCUBE = "eccube"
    BASE = "base"
    COLORME = "colorme"
    FUTURESHOP = "futureshop"
    PONPARE = "ponpare"
    MINNE = "minne"
    CREEMA = "creema"


class Status(StrEnum):
    """The state of an order from the shop's point of view (docs/rules.md 6.3)."""

    NEW = "新規受付"
    AWAITING_PAYMENT = "入金待ち"
    PROCESSING = "受注処理中"
    SHIPPED = "出荷済"
    CANCELLED = "キャンセル"
    ON_HOLD = "保留"


RMS_STATUS = {
    "100": Status.NEW,
    "200": Status.AWAITING_PAYMENT,
    "300": Status.PROCESSING,
    "400": Status.ON_HOLD,
    "500": Status.SHIPPED,
    "600": Status.SHIPPED,
    "700": Status.SHIPPED,
    "800": Status.ON_HOLD,
    "900": Status.CANCELLED,
}
"""RMS's orderProgress to our status (docs/rms/order-api.md §6)."""


def status_of(mall_status: str) -> Status:
    """Translate RMS's orderProgress; return ON_HOLD for an unknown code."""
    return RMS_STATUS.get(mall_status, Status.ON_HOLD)


class KeptAnswer(Frozen):
    """The mall's own words about an order, packed; personal, and never card data.

    `reader` is the version of what read them then (`connectors.rms.fetch`).
    """

    reader: str
    packed: bytes = Field(repr=False)


class Order(Frozen):
    """A snapshot of one order: the mall's answer to a request sent at `observed_at`.

    RMS has no last-changed field, so that time is the order's only version; see
    `judge_snapshot`.
    """

    mall: Mall
    shop_id: Annotated[str, StringConstraints(min_length=1)]
    order_number: OrderNumber
    observed_at: Instant
    answer_hash: str | None = Field(
        None, description="hash of the mall's answer; not part of the content"
    )
    answer: KeptAnswer | None = Field(
        None, repr=False, description="the answer itself; no part of the content either"
    )
    mall_status: str
    mall_sub_status: str | None
    ordered_at: Instant
    confirmed_at: Instant | None
    fixed_at: Instant | None
    ship_instructed_at: Instant | None
    shipped_at: Instant | None
    cancel_due_on: date | None
    delivery_on: date | None
    delivery_slot: int | None = Field(description="shippingTerm, e.g. 1416 = 14–16h")
    delivery_method: str | None
    order_type: int
    payment_code: int | None
    payment_method: str | None
    goods_total: Yen | None
    postage_total: Yen | None
    cod_fee: Yen | None
    payment_fee: Yen | None
    buyer_fee: Yen | None
    order_total: Yen | None
    request_total: Yen | None
    point_used: Yen | None
    coupon_total: Yen | None
    coupon_shop: Yen | None
    coupon_other: Yen | None
    is_gift: bool
    is_social_gift: bool
    is_under_review: bool = Field(description="楽天確認中: do not ship")
    caution_code: int
    changed_by_buyer: bool
    delivery_class: int | None = Field(
        None, description="0 none, 1 normal, 2 chilled, 3 frozen, 4 to 8 the shop's own"
    )
    is_remote_island: bool | None = Field(None, description="of some destination")
    is_next_day: bool | None = Field(
        None, description="最強翌日配送 when it was bought"
    )
    is_asuraku: bool | None = Field(None, description="あす楽")
    is_one_day: bool | None = Field(
        None, description="has to leave within one working day"
    )
    has_medicine: bool | None = None
    has_deal: bool | None = Field(None, description="SuperDEAL")
    is_member: bool | None = Field(None, description="楽天会員")
    device_code: int | None = None
    pay_by: date | None = Field(None, description="支払期限")
    change_payment_by: date | None = None
    refund_by: date | None = None
    reserve_number: str | None = Field(None, description="of 定期購入, 予約 and 頒布会")
    reserve_count: int | None = None
    receipts_issued: int | None = None
    receipt_issued_at: Instant | None = Field(None, description="the latest")
    payment_fee_tax_rate: float | None = None
    shop_fee: Yen | None = Field(None, description="of 後払い, borne by the shop")
    gift_fee: Yen | None = Field(None, description="of all wrappings, with tax")
    gift_wrapping: str | None = Field(None, description="their names, a card's words")
    wrappings: tuple[Wrapping, ...] | None = None
    has_open_part: bool | None = Field(
        None, description="a fee, a coupon or a part's amount is still open (-9999)"
    )
    packages: Annotated[tuple[Package, ...], Field(min_length=1)]
    people: tuple[Person, ...]
    coupons: tuple[Coupon, ...]
    tax_summaries: tuple[TaxSummary, ...]
    changes: tuple[Change, ...]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        baskets = [package.basket_id for package in self.packages]
        lines = [line.line_id for package in self.packages for line in package.lines]
        parties = [(person.role, person.basket_id) for person in self.people]
        for ids in (baskets, lines, parties):
            if len(set(ids)) < len(ids):
                raise ValueError("two packages, lines or people have the same id")
        return self

    @property
    def status(self) -> Status:
        """The shop's status, translated from `mall_status`."""
        return status_of(self.mall_status)

    @property
    def cancelled(self) -> bool:
        """Whether the mall has completed the cancellation."""
        return self.status is Status.CANCELLED

    @property
    def amounts_fixed(self) -> bool:
        """Whether every amount is known: none is still open at the mall (−9999)."""
        return not self.has_open_part and None not in (
            self.goods_total,
            self.postage_total,
            self.cod_fee,
            self.order_total,
            self.request_total,
        )


class SnapshotVerdict(StrEnum):
    """What storing a snapshot does to the stored order; the value is the SQL's word."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    STALE = "stale"


def judge_snapshot(
    content: object,
    observed_at: datetime,
    present: object | None,
    last_seen_at: datetime | None,
) -> SnapshotVerdict:
    """Classify a snapshot as created, changed, unchanged or stale (docs/rules.md 6.1).

    `present` is the stored content, None if there is none, and `last_seen_at` the time
    of the latest request that was answered with it. What counts is when a request was
    sent, never when its answer arrived: a snapshot wins only if it was asked for after
    the present content was last seen. Of two contents asked for at the same instant
    the first one stays.

    The warehouse applies this rule to a whole batch at once, in the statement
    `judge_snapshots`; random histories in tests/orders compare the two.
    """
    if present is None or last_seen_at is None:
        return SnapshotVerdict.CREATED
    if content == present:
        return SnapshotVerdict.UNCHANGED
    if observed_at > last_seen_at:
        return SnapshotVerdict.CHANGED
    return SnapshotVerdict.STALE


class SameAnswer(Frozen):
    """An answer of the mall, asked for at `observed_at`, that is stored already."""

    mall: Mall
    shop_id: str
    order_number: OrderNumber
    observed_at: Instant
    answer_hash: str


class RefusedOrder(Frozen):
    """An order that could not be read or stored, with what a person should do."""

    mall: Mall
    shop_id: str
    order_number: str
    code: str = Field(description="the mall's message code, or a word of our own")
    reason: str = Field(description="in Japanese: what happened, and what to do")
