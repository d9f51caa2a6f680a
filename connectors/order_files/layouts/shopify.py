"""Shopify orders export, to which columns are added (docs/order-files.md §9).

Cells of the order stand on its first row only and are repeated below it: the blanks
there are not blanks of the order.
"""

import polars as pl

from connectors.order_files.abroad import COUNTRIES, CURRENCY, name_abroad
from connectors.order_files.companies import write_company
from connectors.order_files.layout import (
    Layout,
    Signature,
    cell,
    first_of,
    joined,
    maybe,
)
from connectors.order_files.money import (
    amount,
    is_unread,
    or_unread,
    over_order,
    whole_yen,
)
from connectors.order_files.numbering import BLOCK
from connectors.order_files.unpaid import WAITS, is_prepaid
from data.model.order import SHOP_ORDER_NUMBER, Mall
from data.model.order_file import BY_NAME, CellScope, SumCheck

_IN_ORDER = (
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 "
    "千葉県 東京都 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 "
    "愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 "
    "広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 "
    "宮崎県 鹿児島県 沖縄県"
)
PREFECTURES = {
    f"JP-{number:02}": name for number, name in enumerate(_IN_ORDER.split(), start=1)
}
"""Names by ISO 3166-2, which Shopify writes in Province."""

_OF_DELIVERY = "(?:お届け|配送|配達)"
_AFTER_NAME = r"時?(?:[(（][^)）\n]*[)）])?[ \t]*[:：][ \t]*([^\n]*)"
DAY = (
    rf"(?im)^[ \t]*(?:{_OF_DELIVERY}(?:ご?希望|指定)?日"
    rf"|(?:ご?希望|指定){_OF_DELIVERY}日|delivery[ _-]?date){_AFTER_NAME}"
)
HOURS = (
    rf"(?im)^[ \t]*(?:{_OF_DELIVERY}(?:ご?希望|指定)?時間帯?"
    rf"|(?:ご?希望|指定){_OF_DELIVERY}?時間帯?|delivery[ _-]?time){_AFTER_NAME}"
)
"""As apps name them, one a line: `配送希望日: 2026-07-05`, `配送時間帯: 14-16時`."""

CELLS = (
    cell("order_number", "Name"),
    cell("ordered_at", "Created at"),
    cell("mall_status", "Financial Status"),
    maybe("mall_sub_status", "Fulfillment Status"),
    maybe("paid_at", "Paid at"),
    maybe("shipped_at", "Fulfilled at"),
    maybe("cancelled_at", "Cancelled at"),
    maybe("payment_method", "Payment Method"),
    maybe("delivery_method", "Shipping Method"),
    maybe("delivery_on", "Note Attributes"),
    maybe("delivery_slot_name", "Note Attributes"),
    cell("goods_total", "Subtotal"),
    cell("postage_total", "Shipping"),
    cell("tax_total", "Taxes"),
    cell("request_total", "Total"),
    maybe("coupon_total", "Discount Amount"),
    maybe("discount_total", "Lineitem discount"),
    maybe("_line_discount", "Lineitem discount"),
    maybe("refunded_total", "Refunded Amount"),
    maybe("_tax_1", "Tax 1 Name"),
    maybe("_tax_2", "Tax 2 Name"),
    maybe("_currency", "Currency"),
    maybe("_orderer_company", "Billing Company"),
    maybe("_recipient_company", "Shipping Company"),
    maybe("_orderer_country", "Billing Country"),
    maybe("_recipient_country", "Shipping Country"),
    cell("orderer_email", "Email"),
    cell("orderer_family_name", "Billing Name"),
    cell("orderer_zip", "Billing Zip"),
    first_of(
        "orderer_prefecture", "Billing Province Name", "Billing Province", needed=False
    ),
    maybe("orderer_city", "Billing City"),
    joined(
        "orderer_street",
        "Billing Address1",
        "Billing Address2",
        between=" ",
        needed=False,
    ),
    first_of("orderer_phone", "Billing Phone", "Phone", needed=False),
    maybe("orderer_remarks", "Notes"),
    cell("recipient_family_name", "Shipping Name"),
    cell("recipient_zip", "Shipping Zip"),
    first_of(
        "recipient_prefecture",
        "Shipping Province Name",
        "Shipping Province",
        needed=False,
    ),
    maybe("recipient_city", "Shipping City"),
    joined("recipient_street", "Shipping Address1", "Shipping Address2", between=" "),
    maybe("recipient_phone", "Shipping Phone"),
    cell("item_name", "Lineitem name"),
    cell("sku", "Lineitem sku"),
    cell("unit_price", "Lineitem price"),
    maybe("line_total", "Lineitem price"),
    maybe("tax_included", "Lineitem price"),
    cell("quantity", "Lineitem quantity"),
    maybe("line_status", "Lineitem fulfillment status"),
)


def before_discount(rows: pl.DataFrame) -> pl.DataFrame:
    """Write the goods total as it was before all discounts: Subtotal is after them.

    A discount on the postage is not in it; then Subtotal is the sum of the lines. An
    automatic discount stands on the lines alone (Lineitem discount).
    """
    price = amount(rows, "unit_price") * amount(rows, "quantity")
    lines = over_order(pl.coalesce(amount(rows, "line_total"), price), ["row_number"])
    subtotal = amount(rows, "goods_total")
    before = subtotal + amount(rows, "coupon_total").fill_null(0)
    of_lines = over_order(amount(rows, "_line_discount"), ["row_number"])
    is_sure = ~is_unread(rows, "coupon_total")
    is_known = (lines == subtotal) | (lines == before)
    is_sum = (lines == subtotal + of_lines) | (lines == before + of_lines)
    is_on_lines = ~is_known & is_sum
    goods = (
        pl.when((lines == subtotal) | is_on_lines)
        .then(lines)
        .when(is_sure)
        .then(before)
    )
    made = {"goods_total": or_unread(rows, whole_yen(goods), "goods_total")}
    if "discount_total" in rows.columns:
        made["discount_total"] = pl.when(is_on_lines).then(whole_yen(of_lines))
    return rows.with_columns(**made)


def add_tax(rows: pl.DataFrame) -> pl.DataFrame:
    """Write prices with tax where Total has the tax on top of Subtotal.

    The rate is the order's only tax by its name (CT 10%), else the price stays blank.
    The line's own sum stands beside it, because Subtotal adds up those.
    """
    goods, tax = amount(rows, "goods_total"), amount(rows, "tax_total")
    less = goods + amount(rows, "postage_total").fill_null(0)
    total = amount(rows, "request_total")
    is_bare = ((tax > 0) & (less != total) & (less + tax == total)).fill_null(
        value=False
    )
    price, rate = amount(rows, "unit_price"), pl.lit(None, dtype=pl.Float64)
    if {"_tax_1", "_tax_2"} <= set(rows.columns):
        only = pl.col("_tax_1").str.extract(r"(\d+(?:\.\d+)?) *[%％]").cast(pl.Float64)
        rate = pl.when(pl.col("_tax_2").is_null()).then(only)
    whole = (price * (100 + rate) / 100).floor()
    with_tax = or_unread(rows, whole_yen(whole), "unit_price")
    return rows.with_columns(
        line_total=pl.when(is_bare).then(whole_yen(price * amount(rows, "quantity"))),
        unit_price=pl.when(is_bare).then(with_tax).otherwise("unit_price"),
        tax_included=pl.when(~is_bare | whole.is_not_null())
        .then(pl.lit("1"))
        .otherwise(pl.lit("0")),
    )


def read_wish(rows: pl.DataFrame) -> pl.DataFrame:
    """Take the wished day and hours out of Note Attributes, where shops' apps write."""
    names = {"delivery_on": DAY, "delivery_slot_name": HOURS}
    return rows.with_columns(
        pl.col(name).str.extract(form)
        for name, form in names.items()
        if name in rows.columns
    )


def hold_pending(rows: pl.DataFrame) -> pl.DataFrame:
    """Hold an order to be paid first that is pending, or whose card was not charged."""
    status = pl.col("mall_status").str.to_lowercase().str.strip_chars()
    waits = ((status == "pending") & is_prepaid(rows)) | (status == "expired")
    return rows.with_columns(waits.alias(WAITS))


def leave_partial_open(rows: pl.DataFrame) -> pl.DataFrame:
    """Remove the time of shipping of an order of which a part is still here."""
    if not {"mall_sub_status", "shipped_at"} <= set(rows.columns):
        return rows
    status = pl.col("mall_sub_status").str.to_lowercase().str.strip_chars()
    is_partial = (status == "partial").fill_null(value=False)
    return rows.with_columns(shipped_at=pl.when(~is_partial).then("shipped_at"))


def name_prefectures(rows: pl.DataFrame) -> pl.DataFrame:
    """Write JP-13 as 東京都, for labels and for sums by prefecture."""
    names = [n for n in ("orderer_prefecture", "recipient_prefecture") if n in rows]
    return rows.with_columns(pl.col(name).replace(PREFECTURES) for name in names)


def fill_down(rows: pl.DataFrame) -> pl.DataFrame:
    """Repeat the order cells of an order's first row on its other rows, blanks too."""
    of_order = [
        name
        for name in rows.columns
        if name in BY_NAME
        and name != "order_number"
        and BY_NAME[name].scope is not CellScope.LINE
    ]
    more = ("_tax_1", "_tax_2", CURRENCY, *COUNTRIES.values())
    of_order += [name for name in more if name in rows.columns]
    return rows.with_columns(pl.col(name).first().over(BLOCK) for name in of_order)


CHECKS = (
    SumCheck("goods_total", (), lines="own_total"),
    SumCheck(
        "request_total",
        (
            ("goods_total", 1),
            ("postage_total", 1),
            ("coupon_total", -1),
            ("discount_total", -1),
        ),
        # Prices without tax; a discount on postage that Shipping has taken already.
        perhaps=(("tax_total", 1), ("coupon_total", 1)),
    ),
)


LAYOUTS = (
    Layout(
        name="shopify",
        mall=Mall.SHOPIFY,
        title="Shopify 注文のエクスポート",
        where="管理画面の 注文管理 > エクスポート で「CSVファイル」を選んでください。",
        signature=Signature(starts=("Name", "Email", "Financial Status")),
        cells=CELLS,
        sku=(("sku",), ("item_name",)),
        number=SHOP_ORDER_NUMBER,
        refunded="(?i)^(?:refunded|voided)$",
        shipped="(?i)^fulfilled$",
        shipped_from="mall_sub_status",
        lines="position",
        order_starts="mall_status",
        rules=(
            write_company,
            fill_down,
            name_abroad,
            add_tax,
            before_discount,
            name_prefectures,
            read_wish,
            hold_pending,
            leave_partial_open,
        ),
        checks=CHECKS,
        instant_format="%Y-%m-%d %H:%M:%S %z",
    ),
)
