"""An order as juchu knows it, whatever mall or file it came from."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from data.model.order_parts import (
    Change,
    Coupon,
    Frozen,
    Instant,
    Package,
    Person,
    TaxSummary,
    Yen,
)

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
