"""OrderModel as getOrder sends it, versions 3 to 10 (rms/order-api.md §3.3-3.15).

Card fields, memo, wrapping, due dates and whatever else we do not read are not here: a
surprise in them refuses nothing, and card data never enters the process's models.
"""

from datetime import datetime

from pydantic import Field

from connectors.rms.translate import order_of
from connectors.rms.wire_package import RmsPackage, RmsParty
from connectors.rms.wire_types import Wire, WireDate, WireDatetime
from data.model.order import Order


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

    def to_order(
        self, shop_id: str, observed_at: datetime, answer_hash: str | None = None
    ) -> Order:
        """Translate to our order, seen at `observed_at`; ValidationError if unfit."""
        return order_of(self, shop_id, observed_at, answer_hash)
