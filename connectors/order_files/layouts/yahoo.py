"""Yahoo!ショッピング: an order file and an item file (docs/order-files.md §5).

They are joined by OrderId. A shop chooses its columns, so only those that every order
needs are required. `Id` begins with the store's account, up to its last hyphen.
"""

import polars as pl

from connectors.order_files.companies import write_company
from connectors.order_files.layout import (
    Layout,
    Signature,
    cell,
    first_of,
    joined,
    maybe,
    sum_of,
)
from connectors.order_files.money import (
    add_up_coupons,
    amount,
    is_unread,
    or_unread,
    rest_of,
    whole_yen,
)
from connectors.order_files.unpaid import WAITS, has_no_day, is_prepaid
from data.model.order import Mall
from data.model.order_file import SumCheck

WHERE = (
    "ストアクリエイターPro の 注文管理 > ダウンロード で、注文データ(order)と"
    "注文商品データ(item)の両方を、全項目のテンプレートで選んでください。"
)

PAYMENTS = {
    "payment_a1": "クレジットカード決済",
    "payment_a6": "コンビニ(セブン-イレブン)",
    "payment_a7": "コンビニ(ファミリーマート、ローソン、その他)",
    "payment_a8": "モバイルSuica",
    "payment_a9": "ドコモ ケータイ払い",
    "payment_a10": "auかんたん決済",
    "payment_a11": "ソフトバンクまとめて支払い",
    "payment_a16": "Yahoo!マネー払い",
    "payment_a17": "PayPay残高払い",
    "payment_b1": "銀行振込",
    "payment_d1": "商品代引",
}
"""Words of PayMethod's codes, for a template without PayMethodName."""

HELD = "^[0138]$"
"""OrderStatus: 未入力, 予約中, 保留, 繰上げ同意待ち. Also of the item file's layout: by
that one a pair is stored."""

ORDERS = (
    cell("order_number", "OrderId"),
    cell("ordered_at", "OrderTime"),
    cell("mall_status", "OrderStatus"),
    maybe("_ship_status", "ShipStatus"),
    maybe("_pay_status", "PayStatus"),
    maybe("mall_sub_status", "StoreStatus"),
    maybe("paid_at", "PayDate"),
    maybe("delivery_on", "ShipRequestDate"),
    maybe("delivery_slot_name", "ShipRequestTime"),
    first_of("delivery_method", "ShipMethodName", "ShipMethod", needed=False),
    first_of("payment_method", "PayMethodName", "PayMethod", needed=False),
    maybe("postage_total", "ShipCharge"),
    maybe("payment_fee", "PayCharge"),
    maybe("gift_fee", "GiftWrapCharge"),
    joined(
        "gift_wrapping", "GiftWrapType", "GiftWrapMessage", between=" / ", needed=False
    ),
    joined("noshi", "GiftWrapPaperType", "GiftWrapName", between=" / ", needed=False),
    maybe("discount_total", "Discount"),
    maybe("point_used", "UsePoint"),
    maybe("coupon_other", "TotalMallCouponDiscount"),
    sum_of("coupon_shop", "ItemCouponDiscount", "ShippingCouponDiscount", needed=False),
    sum_of(
        "coupon_total",
        "ItemCouponDiscount",
        "ShippingCouponDiscount",
        "TotalMallCouponDiscount",
        needed=False,
    ),
    maybe("_item_coupon", "ItemCouponDiscount"),
    cell("request_total", "TotalPrice"),
    maybe("_total", "Total"),
    cell("goods_total", "TotalPrice"),
    maybe("orderer_zip", "BillZipCode"),
    maybe("orderer_prefecture", "BillPrefecture"),
    maybe("orderer_city", "BillCity"),
    joined("orderer_street", "BillAddress1", "BillAddress2", between=" ", needed=False),
    joined(
        "_orderer_company",
        "BillSection1Value",
        "BillSection2Value",
        between=" ",
        needed=False,
    ),
    first_of("orderer_family_name", "BillLastName", "BillName", needed=False),
    maybe("orderer_first_name", "BillFirstName"),
    first_of(
        "orderer_family_name_kana", "BillLastNameKana", "BillNameKana", needed=False
    ),
    maybe("orderer_first_name_kana", "BillFirstNameKana"),
    maybe("orderer_phone", "BillPhoneNumber"),
    maybe("orderer_email", "BillMailAddress"),
    maybe("orderer_remarks", "BuyerComments"),
    cell("recipient_zip", "ShipZipCode"),
    cell("recipient_prefecture", "ShipPrefecture"),
    cell("recipient_city", "ShipCity"),
    joined(
        "recipient_street", "ShipAddress1", "ShipAddress2", between=" ", needed=False
    ),
    joined(
        "_recipient_company",
        "ShipSection1Value",
        "ShipSection2Value",
        between=" ",
        needed=False,
    ),
    first_of("recipient_family_name", "ShipLastName", "ShipName", needed=False),
    maybe("recipient_first_name", "ShipFirstName"),
    first_of(
        "recipient_family_name_kana", "ShipLastNameKana", "ShipNameKana", needed=False
    ),
    maybe("recipient_first_name_kana", "ShipFirstNameKana"),
    maybe("recipient_phone", "ShipPhoneNumber"),
    first_of(
        "tracking_number", "ShipInvoiceNumber1", "ShipInvoiceNumber2", needed=False
    ),
    maybe("shipping_date", "ShipDate"),
    first_of("_shop", "Id", "OrderId", needed=False),
)

LINES = (
    cell("order_number", "OrderId"),
    cell("line_id", "LineId"),
    cell("manage_number", "ItemId"),
    maybe("variant_id", "SubCode"),
    maybe("item_name", "Title"),
    joined("choices", "ItemOptionName", "ItemOptionValue", between=":", needed=False),
    maybe("sku_info", "SubCodeOption"),
    maybe("_inscription_name", "InscriptionName"),
    maybe("_inscription", "InscriptionValue"),
    maybe("unit_price", "UnitPrice"),
    maybe("_line_coupon", "CouponDiscount"),
    maybe("line_total", "LineSubTotal"),
    cell("quantity", "Quantity"),
    maybe("tax_rate", "ItemTaxRatio"),
    first_of("_shop", "Id", "OrderId", needed=False),
)


def read_amounts(rows: pl.DataFrame) -> pl.DataFrame:
    """Take what is cut off as positive, and Total where it alone is without points.

    The file has Discount and mall coupons as negative amounts.
    """
    cuts = ("discount_total", "coupon_other", "_item_coupon")
    made = {
        name: or_unread(rows, whole_yen(amount(rows, name).abs()), name)
        for name in cuts
        if name in rows.columns
    }
    billed, total = amount(rows, "request_total"), amount(rows, "_total")
    is_less = (billed - total == amount(rows, "point_used")) & (total < billed)
    if "_total" in rows.columns:
        bill = pl.when(is_less).then("_total").otherwise("request_total")
        made["request_total"] = bill
    return rows.with_columns(**made)


def fill_goods_total(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill in the goods before coupons: TotalPrice, less charges, with what was cut.

    A template without ShipCharge leaves the postage in TotalPrice: nobody can tell the
    goods of it.
    """
    if "postage_total" not in rows.columns:
        return rows.with_columns(goods_total=pl.lit(None, dtype=pl.String))
    charges = ("postage_total", "payment_fee", "gift_fee")
    cuts = ("discount_total", "point_used", "coupon_other", "_item_coupon")
    return rows.with_columns(goods_total=rest_of(rows, "request_total", charges, cuts))


def price_before_coupon(rows: pl.DataFrame) -> pl.DataFrame:
    """Write the price before the line's coupon: UnitPrice is said to be after it.

    A line without UnitPrice has no price, whatever was cut off it.
    """
    if not {"unit_price", "_line_coupon"} <= set(rows.columns):
        return rows
    cut = amount(rows, "_line_coupon").fill_null(0)
    price = pl.when(~is_unread(rows, "_line_coupon")).then(
        whole_yen(amount(rows, "unit_price") + cut)
    )
    return rows.with_columns(
        unit_price=or_unread(rows, price, "unit_price", "_line_coupon")
    )


def add_inscription(rows: pl.DataFrame) -> pl.DataFrame:
    """Write what is to be put on the goods (名入れ) below what was chosen of them."""
    if "_inscription" not in rows.columns:
        return rows
    names = [name for name in ("_inscription_name",) if name in rows.columns]
    words = pl.concat_str(*names, "_inscription", separator=":", ignore_nulls=True)
    told = pl.when(pl.col("_inscription").is_not_null()).then(words)
    chosen = [name for name in ("choices",) if name in rows.columns]
    both = pl.concat_str(*chosen, told, separator="\n", ignore_nulls=True)
    return rows.with_columns(choices=pl.when(both != "").then(both))


def read_ship_status(rows: pl.DataFrame) -> pl.DataFrame:
    """Take as completed what has left (ShipStatus 3, 4), and hold what may not yet (0).

    An order goes on (OrderStatus 2) until the store completes it, paid and sent.
    Without ShipStatus one that is not paid may be 出荷不可 however it is to be paid.
    """
    ship, pay = (
        pl.col(name).str.strip_chars() if name in rows.columns else pl.lit(None)
        for name in ("_ship_status", "_pay_status")
    )
    unpaid = pay == "0"
    if "paid_at" in rows.columns:
        unpaid = pl.coalesce(unpaid, has_no_day("paid_at"))
    is_sure = is_prepaid(rows) | ~unpaid
    waits = pl.coalesce(ship == "0", pl.when(is_sure).then(unpaid))
    return rows.with_columns(
        _sent=pl.when(ship.is_in(["3", "4"]))
        .then(pl.lit("5"))
        .otherwise("mall_status"),
        **{WAITS: waits},
    )


def name_payment(rows: pl.DataFrame) -> pl.DataFrame:
    """Write the word for a code of how the order is paid; a label asks for 代引."""
    if "payment_method" not in rows.columns:
        return rows
    return rows.with_columns(
        pl.col("payment_method").str.strip_chars().replace(PAYMENTS)
    )


LAYOUTS = (
    Layout(
        name="yahoo-order",
        mall=Mall.YAHOO,
        title="Yahoo!ショッピング 注文データ(order)",
        where=WHERE,
        signature=Signature(
            has=("OrderId",),
            has_any=("ShipName", "BillName", "ShipLastName"),
            lacks=("LineId",),
        ),
        cells=ORDERS,
        rules=(
            add_up_coupons,
            read_amounts,
            fill_goods_total,
            write_company,
            name_payment,
            read_ship_status,
        ),
        cancelled="^4$",
        held=HELD,
        shipped="^5$",
        shipped_from="_sent",
        shop_from="_shop",
        shop=r"^(.+)-\d+$",
        partner="yahoo-item",
        role="orders",
    ),
    Layout(
        name="yahoo-item",
        mall=Mall.YAHOO,
        title="Yahoo!ショッピング 注文商品データ(item)",
        where=WHERE,
        signature=Signature(has=("OrderId", "LineId", "ItemId")),
        cells=LINES,
        sku=(("variant_id",), ("manage_number",)),
        rules=(price_before_coupon, add_inscription),
        held=HELD,
        keeps=("goods_total",),
        checks=(SumCheck("goods_total", (), lines="unit_price"),),
        shop_from="_shop",
        shop=r"^(.+)-\d+$",
        partner="yahoo-order",
        role="lines",
    ),
)
