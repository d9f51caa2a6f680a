"""au PAY マーケット: one row per line, totals repeated (docs/order-files.md §6).

Identical rows are units of one line and are added up, the reverse of Rakuten; the check
of `order_total` against the lines shows whether that is right. Rows with a blank
orderId occur and belong to nothing.
"""

import polars as pl

from connectors.order_files.layout import Layout, Signature, cell, maybe, sum_of
from connectors.order_files.money import rest_of
from data.model.order import Mall
from data.model.order_file import SumCheck

CELLS = (
    cell("order_number", "orderId"),
    cell("line_id", "orderDetailId"),
    cell("ordered_at", "orderDate"),
    cell("mall_status", "orderStatus"),
    maybe("mall_sub_status", "cancelStatus"),
    maybe("paid_at", "paymentDate"),
    maybe("payment_method", "settlementName"),
    maybe("delivery_method", "deliveryName"),
    maybe("delivery_on", "deliveryRequestDay"),
    maybe("delivery_slot_name", "deliveryRequestTime"),
    cell("postage_total", "postagePrice"),
    cell("payment_fee", "chargePrice"),
    cell("order_total", "totalPrice"),
    cell("goods_total", "totalPrice"),
    cell("request_total", "requestPrice"),
    maybe("coupon_total", "couponTotalPrice"),
    sum_of("point_used", "usePoint", "useAuPointPrice", needed=False),
    maybe("orderer_family_name", "ordererName"),
    maybe("orderer_family_name_kana", "ordererKana"),
    maybe("orderer_zip", "ordererZipCode"),
    maybe("orderer_street", "ordererAddress"),
    maybe("orderer_phone", "ordererPhoneNumber1"),
    maybe("orderer_email", "mailAddress"),
    maybe("orderer_remarks", "userComment"),
    cell("recipient_family_name", "senderName"),
    maybe("recipient_family_name_kana", "senderKana"),
    cell("recipient_zip", "senderZipCode"),
    cell("recipient_street", "senderAddress"),
    cell("recipient_phone", "senderPhoneNumber1"),
    maybe("tracking_number", "shippingNumber"),
    maybe("default_carrier_code", "shippingCarrier"),
    maybe("shipping_date", "shippingDate"),
    cell("item_id", "lotnumber"),
    cell("manage_number", "itemCode"),
    maybe("variant_id", "itemManagementId"),
    cell("item_name", "itemName"),
    cell("choices", "itemOption"),
    cell("unit_price", "itemPrice"),
    cell("quantity", "unit"),
    cell("line_total", "totalItemPrice"),
)


def drop_rows_without_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Remove rows whose orderId is blank."""
    return rows.filter(pl.col("order_number").is_not_null())


def fill_goods_total(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill in what of totalPrice is neither postage nor fee."""
    goods = rest_of(rows, "order_total", ("postage_total", "payment_fee"))
    return rows.with_columns(goods_total=goods)


LAYOUTS = (
    Layout(
        name="aupay",
        mall=Mall.AUPAY,
        title="au PAY マーケット 受注データ",
        where=(
            "Wow! manager の 受注管理 > 受注データダウンロード で、"
            "全項目を選んでください。"
        ),
        signature=Signature(starts=("controlType", "orderId", "orderDetailId")),
        cells=CELLS,
        sku=(("manage_number", "variant_id"), ("manage_number",), ("item_id",)),
        cancelled="キャンセル",
        shipped="^(?:発送済|発送後入金待ち|完了)",
        repeats="add_units",
        rules=(drop_rows_without_order, fill_goods_total),
        checks=(
            SumCheck(
                "order_total",
                (("postage_total", 1), ("payment_fee", 1)),
                lines="line_total",
            ),
            SumCheck(
                "request_total",
                (("order_total", 1), ("coupon_total", -1), ("point_used", -1)),
            ),
        ),
        instant_format="%Y/%m/%d %H:%M:%S",
    ),
)
