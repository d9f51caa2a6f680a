"""au PAY マーケット: one row per line, totals repeated (docs/order-files.md §6).

Identical rows are units of one line and are added up, the reverse of Rakuten; the check
of `order_total` against the lines shows whether that is right. Rows with a blank
orderId occur and belong to nothing.
"""

import polars as pl

from connectors.order_files.column_plan import PART
from connectors.order_files.layout import HELD, Layout, Signature, cell, maybe, sum_of
from connectors.order_files.money import rest_of
from data.model.order import Mall
from data.model.order_file import SumCheck

_POINTS = ("usePoint", "useAuPointPrice")
_GIVEN_BACK = ("usePointCancel", "useAuPointCancel")
"""Whether the points beside were given back: `Y`."""

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
    sum_of("point_used", *_POINTS, needed=False),
    *(maybe(f"_{name}", name) for name in (*_POINTS, *_GIVEN_BACK)),
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


def leave_out_points_given_back(rows: pl.DataFrame) -> pl.DataFrame:
    """Write 0 for points that the buyer has back: the mall leaves their number."""
    known = [
        (name, back)
        for name, back in zip(_POINTS, _GIVEN_BACK, strict=True)
        if f"_{name}" in rows.columns
    ]
    made = {}
    for at, (name, back) in enumerate(known):
        if f"_{back}" in rows.columns:
            is_back = pl.col(f"_{back}").str.strip_chars().str.to_uppercase() == "Y"
            points = pl.col(f"_{name}")
            is_back &= points.is_not_null()
            made[f"point_used{PART}{at}"] = (
                pl.when(is_back).then(pl.lit("0")).otherwise(points)
            )
    return rows.with_columns(**made)


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
        held=HELD,
        shipped="^(?:発送済|発送後入金待ち|完了)",
        repeats="add_units",
        rules=(
            drop_rows_without_order,
            leave_out_points_given_back,
            fill_goods_total,
        ),
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
