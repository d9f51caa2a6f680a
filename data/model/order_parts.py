"""The parts an order is made of."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

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
