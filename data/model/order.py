"""An order as juchu knows it, whatever mall or file it came from.

The parts an order is made of.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

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

Yen = Annotated[int, Field(ge=-999_999_999, le=999_999_999)]
"""Whole yen. RMS's −9999 (not fixed yet) never gets this far: it is None."""


Instant = Annotated[AwareDatetime, AfterValidator(in_japan)]
"""A moment, always written in Japan time, so that equal moments look equal."""


class Frozen(BaseModel):
    """Never changes, takes no unknown field, and quotes no value in an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True
    )


class Person(Frozen):
    """Everything personal about one party of an order; stored in one table only."""

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


class Line(Frozen):
    """One order item. A line keeps its `line_id` for life."""

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
    unit_price: Yen = Field(description="with tax")
    quantity: Annotated[int, Field(ge=0)]
    tax_rate: float
    restore_inventory: int | None = Field(description="restoreInventoryFlag 0/1/2")


class ShippingRow(Frozen):
    """One row of the mall's shipping report; half-filled rows exist."""

    shipping_detail_id: str
    carrier_code: str | None
    tracking_number: str | None
    shipping_date: date | None


class Package(Frozen):
    """One destination of an order with its lines."""

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
    shipping_rows: tuple[ShippingRow, ...]
    lines: tuple[Line, ...]


class Coupon(Frozen):
    """One coupon used; `funded_by` 1 shop, 2 maker, 3 service."""

    code: str
    funded_by: int
    line_id: str = Field(description="'' when not tied to a line")
    units: int
    total: Yen | None


class TaxSummary(Frozen):
    """What is billed at one tax rate."""

    rate: float
    billed: Yen | None
    tax: Yen | None


class Change(Frozen):
    """One entry of the mall's own change history (cancelled, reduced, …)."""

    change_id: str
    kind: int | None
    reason: int | None
    reason_detail: int | None
    applied_at: Instant | None
    settled_at: Instant | None


OrderNumber = Annotated[
    str, StringConstraints(pattern=r"^#?[0-9A-Za-z][0-9A-Za-z_.:\-]{0,127}$")
]
"""As the mall writes it; Shopify's start with `#`."""


class Mall(StrEnum):
    """A marketplace; the value is the word used in tables and parameters."""

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
    """Where an order stands for the shop (design: rule 6.3)."""

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
"""orderProgress to status (rms/order-api.md §6)."""


def status_of(mall_status: str) -> Status:
    """Translate RMS's orderProgress; a code nobody knows yet puts the order on hold."""
    return RMS_STATUS.get(mall_status, Status.ON_HOLD)


class Order(Frozen):
    """One order as the mall showed it at `observed_at`, the time we asked.

    RMS has no last-changed field, so `observed_at` is the order's only version:
    a later one replaces an earlier one, never the reverse (design: rule 6.1).
    """

    mall: Mall
    shop_id: Annotated[str, StringConstraints(min_length=1)]
    order_number: OrderNumber
    observed_at: Instant
    answer_hash: str | None = Field(
        None, description="recognises the mall's answer; not content"
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
        """Where the order stands for the shop."""
        return status_of(self.mall_status)

    @property
    def cancelled(self) -> bool:
        """Whether the mall has settled a cancellation."""
        return self.status is Status.CANCELLED

    @property
    def amounts_fixed(self) -> bool:
        """False while the mall still shows an amount as open (−9999)."""
        return None not in (
            self.goods_total,
            self.postage_total,
            self.cod_fee,
            self.order_total,
            self.request_total,
        )


class SameAnswer(Frozen):
    """An order whose answer, asked for at `observed_at`, was read and stored before."""

    mall: Mall
    shop_id: str
    order_number: OrderNumber
    observed_at: Instant
    answer_hash: str


class RefusedOrder(Frozen):
    """An order that could not be taken, with the reason a person can act on."""

    mall: Mall
    shop_id: str
    order_number: str
    code: str = Field(description="the mall's message code, or our own word")
    reason: str = Field(description="Japanese, what happened and what to do next")
