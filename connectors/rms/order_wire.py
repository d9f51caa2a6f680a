"""The order as getOrder sends it, versions 3 to 10 (docs/rms/order-api.md §3.3-3.15).

Only what we read is here: card data never enters the process's models. What no order
depends on is `Extra`: a surprise in a memo, a wrapping or a due date refuses nothing.
Nullable is what the manual marks N; text about people may be null too, so that an odd
address costs a field and not the order. Fields newer than version 3 may be missing.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from connectors.rms.wire import (
    Extra,
    Identifier,
    Number,
    Rate,
    Text,
    Wire,
    WireDate,
    WireDatetime,
)


class RmsParty(Wire):
    """OrdererModel or SenderModel: one person or company with an address (§3.4)."""

    zip_code1: Text | None
    zip_code2: Text | None
    prefecture: Text | None
    city: Text | None
    sub_address: Text | None
    family_name: Text | None
    first_name: Text | None = None
    family_name_kana: Text | None = None
    first_name_kana: Text | None = None
    phone_number1: Text | None = None
    phone_number2: Text | None = None
    phone_number3: Text | None = None
    email_address: Text | None = None
    isolated_island_flag: Extra[Number] = None


class RmsSku(Wire):
    """SkuModel, from version 7 (§3.9)."""

    variant_id: Text | None = None
    merchant_defined_sku_id: Text | None = None
    sku_info: Text | None = None


class RmsItem(Wire):
    """ItemModel: one line of the order (§3.8)."""

    item_detail_id: Identifier
    item_name: Text
    item_id: Identifier | None = None
    item_number: Text | None = None
    manage_number: Text
    price: Extra[Number] = None
    include_tax_flag: Extra[Number] = None
    price_tax_incl: Number
    units: Number
    selected_choice: Text | None = None
    restore_inventory_flag: Number | None = None
    delete_item_flag: Number = 0
    include_postage_flag: Extra[Number] = None
    delvdate_info: Extra[Text] = None
    is_single_item_shipping: Extra[Number] = None
    drug_flag: Extra[Number] = None
    deal_flag: Extra[Number] = None
    tax_rate: Rate
    sku_model_list: list[RmsSku] | None = Field(None, alias="SkuModelList")


class RmsShipping(Wire):
    """ShippingModel: one row of the shipping report, often half-filled (§3.10)."""

    shipping_detail_id: Identifier
    shipping_number: Text | None = None
    delivery_company: Text | None = None
    shipping_date: WireDate | None = None


class RmsPickup(Wire):
    """DeliveryCVSModel, whose key is `DeliveryCvsModel`: the pick-up store (§3.11)."""

    store_name: Text | None = None
    cvs_code: Extra[Number] = None
    store_code: Extra[Text] = None
    store_zip: Extra[Text] = None
    store_prefecture: Extra[Text] = None
    store_address: Extra[Text] = None


class RmsSocialGift(Wire):
    """SocialGiftModel, from version 10 (§3.15).

    Until `input_flag` is 1, the package's sender holds placeholders (§3.4).
    """

    input_due_date: WireDate | None = None
    input_flag: Number
    input_comp_datetime: Extra[WireDatetime] = None
    receiver_email_address: Text | None = None


class RmsPackage(Wire):
    """PackageModel: one package (§3.7)."""

    basket_id: Identifier
    postage_price: Number
    delivery_price: Number
    goods_price: Number
    total_price: Number
    postage_tax_rate: Extra[Rate] = None
    delivery_tax_rate: Extra[Rate] = None
    noshi: Text | None = None
    default_delivery_company_code: Text | None = None
    drop_off_location: Text | None = None
    sender: RmsParty = Field(alias="SenderModel")
    items: list[RmsItem] = Field(alias="ItemModelList")
    shipping: list[RmsShipping] | None = Field(None, alias="ShippingModelList")
    pickup: RmsPickup | None = Field(None, alias="DeliveryCvsModel")
    social_gift: RmsSocialGift | None = Field(None, alias="SocialGiftModel")


class RmsSettlement(Wire):
    """SettlementModel without anything about cards (§3.5)."""

    settlement_method_code: Number | None = None
    settlement_method: Text | None = None


class RmsDelivery(Wire):
    """DeliveryModel: the delivery method (§3.6)."""

    delivery_name: Text | None = None
    delivery_class: Extra[Number] = None


class RmsWrapping(Wire):
    """WrappingModel (§3.6); of one that cannot be read nothing is known."""

    title: Extra[Number] = None
    name: Extra[Text] = None
    price: Extra[Number] = None
    include_tax_flag: Extra[Number] = None
    tax_price: Extra[Number] = None
    delete_wrapping_flag: Extra[Number] = None
    tax_rate: Extra[Rate] = None


def _known_or_blank(value: Any) -> Any:
    return value if value is None or isinstance(value, dict) else {}


Wrapping = Annotated[RmsWrapping | None, BeforeValidator(_known_or_blank)]
"""A wrapping, blank where RMS writes something else: there is one, of unknown price."""


class RmsDueDate(Wire):
    """DueDateModel, from version 5: a day of 0 pay, 1 change payment, 2 refund by."""

    due_date_type: Number
    due_date: WireDate


class RmsPoint(Wire):
    """PointModel: Rakuten points used (§3.6)."""

    used_point: Number | None = None


class RmsCoupon(Wire):
    """CouponModel; `item_detail_id` 0 = not tied to a line (§3.12)."""

    coupon_code: Text
    coupon_name: Extra[Text] = None
    coupon_capital_code: Number
    coupon_unit: Number
    coupon_total_price: Number
    item_detail_id: Identifier = 0


class RmsChange(Wire):
    """ChangeReasonModel: one entry of the history, confirmation included (§3.13)."""

    change_id: Identifier
    change_type: Number | None = None
    change_reason: Number | None = None
    change_reason_detail: Number | None = None
    change_apply_datetime: WireDatetime | None = None
    change_fix_datetime: WireDatetime | None = None


class RmsTaxSummary(Wire):
    """TaxSummaryModel: what is billed at one tax rate (§3.14)."""

    tax_rate: Rate
    req_price: Number
    req_price_tax: Number


class RmsOrder(Wire):
    """OrderModel: the part of an order that we read (§3.3)."""

    order_number: Text
    order_progress: Number
    sub_status_id: Identifier | None = None
    sub_status_name: Text | None = None
    order_datetime: WireDatetime
    shop_order_cfm_datetime: WireDatetime | None = None
    order_fix_datetime: WireDatetime | None = None
    shipping_inst_datetime: WireDatetime | None = None
    shipping_cmpl_rpt_datetime: WireDatetime | None = None
    cancel_due_date: WireDate | None = None
    delivery_date: WireDate | None = None
    shipping_term: Number | None = None
    remarks: Text | None = None
    gift_check_flag: Number
    social_gift_flag: Number = 0
    order_type: Number
    caution_display_type: Number
    caution_display_detail_type: Number | None = None
    rakuten_confirm_flag: Number
    goods_price: Number
    postage_price: Number
    delivery_price: Number
    payment_charge: Number
    total_price: Number
    request_price: Number
    coupon_all_total_price: Number
    coupon_shop_price: Number
    coupon_other_price: Number
    additional_fee_occur_amount_to_user: Number | None = None
    modify_flag: Number
    isolated_island_flag: Extra[Number] = None
    delivery_cert_prg_flag: Extra[Number] = None
    asuraku_flag: Extra[Number] = None
    one_day_operation_flag: Extra[Number] = None
    drug_flag: Extra[Number] = None
    deal_flag: Extra[Number] = None
    rakuten_member_flag: Extra[Number] = None
    carrier_code: Extra[Number] = None
    reserve_number: Extra[Text] = None
    reserve_delivery_count: Extra[Number] = None
    receipt_issue_count: Extra[Number] = None
    receipt_issue_history_list: Extra[list[WireDatetime]] = None
    payment_charge_tax_rate: Extra[Rate] = None
    additional_fee_occur_amount_to_shop: Extra[Number] = None
    memo: Extra[Text] = None
    operator: Extra[Text] = None
    mail_plug_sentence: Extra[Text] = None
    wrapping1: Wrapping = Field(None, alias="WrappingModel1")
    wrapping2: Wrapping = Field(None, alias="WrappingModel2")
    due_dates: Extra[list[RmsDueDate]] = Field(None, alias="DueDateModelList")
    orderer: RmsParty = Field(alias="OrdererModel")
    settlement: RmsSettlement | None = Field(None, alias="SettlementModel")
    delivery: RmsDelivery = Field(alias="DeliveryModel")
    point: RmsPoint | None = Field(None, alias="PointModel")
    packages: list[RmsPackage] = Field(alias="PackageModelList", min_length=1)
    coupons: list[RmsCoupon] | None = Field(None, alias="CouponModelList")
    changes: list[RmsChange] | None = Field(None, alias="ChangeReasonModelList")
    tax_summaries: list[RmsTaxSummary] | None = Field(None, alias="TaxSummaryModelList")
