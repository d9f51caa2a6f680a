"""OrderModel as getOrder sends it, versions 3 to 10 (rms/order-api.md §3.3-3.15).

Card fields, memo, wrapping, due dates and whatever else we do not read are not here: a
surprise in them refuses nothing, and card data never enters the process's models.

PackageModel and below, as RMS sends it (rms/order-api.md §3.4, 3.7-3.11).

Nullable is what the manual marks N; text about people may be null too, so that an odd
address costs a field and not the order. Fields newer than version 3 may be missing.

How RMS writes values, and the strict reading of each (rms/order-api.md §0).

Strict where we read, so that "1" is not 1 and true is not 1: a changed type must refuse
one order, never pass as another value.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from data.model.japan_time import JST

OPEN_AMOUNTS = frozenset({-9999, -99999})
"""未確定; −99999 in legacy orders (rms/order-api.md §5.3)."""

WIRE_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d", re.ASCII)
WIRE_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Wire(BaseModel):
    """A part of RMS's answer: what we read, typed; what we do not read, not here."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        strict=True,
        hide_input_in_errors=True,
        alias_generator=to_camel,
    )


def yen(amount: int | None) -> int | None:
    """Give whole yen, or None while RMS shows the amount as open (−9999)."""
    return None if amount in OPEN_AMOUNTS else amount


def wire_datetime(moment: datetime) -> str:
    """Write a time the only way RMS takes it (rms/order-api.md §2.2)."""
    return moment.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S+0900")


def _datetime(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    if not WIRE_DATETIME.fullmatch(text):
        raise ValueError("not YYYY-MM-DDThh:mm:ss+0900")
    try:
        return datetime.fromisoformat(text).astimezone(JST)
    except OverflowError:
        raise ValueError("outside the calendar") from None


def _date(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    if not WIRE_DATE.fullmatch(text):
        raise ValueError("not YYYY-MM-DD")
    return date.fromisoformat(text)


WireDatetime = Annotated[datetime, BeforeValidator(_datetime)]
WireDate = Annotated[date, BeforeValidator(_date)]


class RmsParty(Wire):
    """OrdererModel or SenderModel: one person or company with an address."""

    zip_code1: str | None
    zip_code2: str | None
    prefecture: str | None
    city: str | None
    sub_address: str | None
    family_name: str | None
    first_name: str | None = None
    family_name_kana: str | None = None
    first_name_kana: str | None = None
    phone_number1: str | None = None
    phone_number2: str | None = None
    phone_number3: str | None = None
    email_address: str | None = None


class RmsSku(Wire):
    """SkuModel, from version 7."""

    variant_id: str | None = None
    merchant_defined_sku_id: str | None = None
    sku_info: str | None = None


class RmsItem(Wire):
    """ItemModel: one line."""

    item_detail_id: int
    item_name: str
    item_id: int | None = None
    item_number: str | None = None
    manage_number: str
    price_tax_incl: int
    units: int
    selected_choice: str | None = None
    restore_inventory_flag: int | None = None
    delete_item_flag: int = 0
    tax_rate: float
    sku_model_list: list[RmsSku] | None = Field(None, alias="SkuModelList")


class RmsShipping(Wire):
    """ShippingModel: one row of the shipping report, often half-filled."""

    shipping_detail_id: int
    shipping_number: str | None = None
    delivery_company: str | None = None
    shipping_date: WireDate | None = None


class RmsPickup(Wire):
    """DeliveryCVSModel, whose key is `DeliveryCvsModel`: store or post office."""

    store_name: str | None = None


class RmsSocialGift(Wire):
    """SocialGiftModel, from version 10; until `input_flag` 1 the sender is a dummy."""

    input_due_date: WireDate | None = None
    input_flag: int
    receiver_email_address: str | None = None


class RmsPackage(Wire):
    """PackageModel: one destination."""

    basket_id: int
    postage_price: int
    delivery_price: int
    goods_price: int
    total_price: int
    noshi: str | None = None
    default_delivery_company_code: str | None = None
    drop_off_location: str | None = None
    sender: RmsParty = Field(alias="SenderModel")
    items: list[RmsItem] = Field(alias="ItemModelList")
    shipping: list[RmsShipping] | None = Field(None, alias="ShippingModelList")
    pickup: RmsPickup | None = Field(None, alias="DeliveryCvsModel")
    social_gift: RmsSocialGift | None = Field(None, alias="SocialGiftModel")


class RmsSettlement(Wire):
    """SettlementModel without anything about cards."""

    settlement_method_code: int | None = None
    settlement_method: str | None = None


class RmsDelivery(Wire):
    """DeliveryModel."""

    delivery_name: str | None = None


class RmsPoint(Wire):
    """PointModel."""

    used_point: int | None = None


class RmsCoupon(Wire):
    """CouponModel; item_detail_id 0 = not tied to a line."""

    coupon_code: str
    coupon_capital_code: int
    coupon_unit: int
    coupon_total_price: int
    item_detail_id: int = 0


class RmsChange(Wire):
    """ChangeReasonModel: one entry of the order's history, confirmation included."""

    change_id: int
    change_type: int | None = None
    change_reason: int | None = None
    change_reason_detail: int | None = None
    change_apply_datetime: WireDatetime | None = None
    change_fix_datetime: WireDatetime | None = None


class RmsTaxSummary(Wire):
    """TaxSummaryModel: what is billed at one rate."""

    tax_rate: float
    req_price: int
    req_price_tax: int


class RmsOrder(Wire):
    """The part of an RMS order that we read."""

    order_number: str
    order_progress: int
    sub_status_id: int | None = None
    sub_status_name: str | None = None
    order_datetime: WireDatetime
    shop_order_cfm_datetime: WireDatetime | None = None
    order_fix_datetime: WireDatetime | None = None
    shipping_inst_datetime: WireDatetime | None = None
    shipping_cmpl_rpt_datetime: WireDatetime | None = None
    cancel_due_date: WireDate | None = None
    delivery_date: WireDate | None = None
    shipping_term: int | None = None
    remarks: str | None = None
    gift_check_flag: int
    social_gift_flag: int = 0
    order_type: int
    caution_display_type: int
    caution_display_detail_type: int | None = None
    rakuten_confirm_flag: int
    goods_price: int
    postage_price: int
    delivery_price: int
    payment_charge: int
    total_price: int
    request_price: int
    coupon_all_total_price: int
    coupon_shop_price: int
    coupon_other_price: int
    additional_fee_occur_amount_to_user: int | None = None
    modify_flag: int
    orderer: RmsParty = Field(alias="OrdererModel")
    settlement: RmsSettlement | None = Field(None, alias="SettlementModel")
    delivery: RmsDelivery = Field(alias="DeliveryModel")
    point: RmsPoint | None = Field(None, alias="PointModel")
    packages: list[RmsPackage] = Field(alias="PackageModelList", min_length=1)
    coupons: list[RmsCoupon] | None = Field(None, alias="CouponModelList")
    changes: list[RmsChange] | None = Field(None, alias="ChangeReasonModelList")
    tax_summaries: list[RmsTaxSummary] | None = Field(None, alias="TaxSummaryModelList")
