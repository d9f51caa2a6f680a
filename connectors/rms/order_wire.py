"""The order as getOrder sends it, versions 3 to 10 (docs/rms/order-api.md §3.3-3.15).

Only what we read is here: a surprise in card fields, memo, wrapping or due dates
refuses nothing, and card data never enters the process's models. Nullable is what the
manual marks N; text about people may be null too, so that an odd address costs a field
and not the order. Fields newer than version 3 may be missing.
"""

from pydantic import Field

from connectors.rms.wire import Wire, WireDate, WireDatetime


class RmsParty(Wire):
    """OrdererModel or SenderModel: one person or company with an address (§3.4)."""

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
    """SkuModel, from version 7 (§3.9)."""

    variant_id: str | None = None
    merchant_defined_sku_id: str | None = None
    sku_info: str | None = None


class RmsItem(Wire):
    """ItemModel: one line of the order (§3.8)."""

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
    """ShippingModel: one row of the shipping report, often half-filled (§3.10)."""

    shipping_detail_id: int
    shipping_number: str | None = None
    delivery_company: str | None = None
    shipping_date: WireDate | None = None


class RmsPickup(Wire):
    """DeliveryCVSModel, whose key is `DeliveryCvsModel`: the pick-up store (§3.11)."""

    store_name: str | None = None


class RmsSocialGift(Wire):
    """SocialGiftModel, from version 10 (§3.15).

    Until `input_flag` is 1, the package's sender holds placeholders (§3.4).
    """

    input_due_date: WireDate | None = None
    input_flag: int
    receiver_email_address: str | None = None


class RmsPackage(Wire):
    """PackageModel: one package (§3.7)."""

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
    """SettlementModel without anything about cards (§3.5)."""

    settlement_method_code: int | None = None
    settlement_method: str | None = None


class RmsDelivery(Wire):
    """DeliveryModel: the delivery method (§3.6)."""

    delivery_name: str | None = None


class RmsPoint(Wire):
    """PointModel: Rakuten points used (§3.6)."""

    used_point: int | None = None


class RmsCoupon(Wire):
    """CouponModel; `item_detail_id` 0 = not tied to a line (§3.12)."""

    coupon_code: str
    coupon_capital_code: int
    coupon_unit: int
    coupon_total_price: int
    item_detail_id: int = 0


class RmsChange(Wire):
    """ChangeReasonModel: one entry of the history, confirmation included (§3.13)."""

    change_id: int
    change_type: int | None = None
    change_reason: int | None = None
    change_reason_detail: int | None = None
    change_apply_datetime: WireDatetime | None = None
    change_fix_datetime: WireDatetime | None = None


class RmsTaxSummary(Wire):
    """TaxSummaryModel: what is billed at one tax rate (§3.14)."""

    tax_rate: float
    req_price: int
    req_price_tax: int


class RmsOrder(Wire):
    """OrderModel: the part of an order that we read (§3.3)."""

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
