"""Shopify orders export, to which columns are added (docs/order-files.md §9).

Cells of the order stand on its first row only and are repeated below it: the blanks
there are not blanks of the order.
"""

import polars as pl

from connectors.order_files.layout import (
    Layout,
    Signature,
    cell,
    first_of,
    joined,
    maybe,
)
from connectors.order_files.money import rest_of
from connectors.order_files.numbering import BLOCK
from data.model.order import Mall
from data.model.order_file import BY_NAME, Level

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
    cell("goods_total", "Subtotal"),
    cell("postage_total", "Shipping"),
    cell("tax_total", "Taxes"),
    cell("request_total", "Total"),
    maybe("coupon_total", "Discount Amount"),
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
    cell("quantity", "Lineitem quantity"),
    maybe("line_status", "Lineitem fulfillment status"),
)


def before_discount(rows: pl.DataFrame) -> pl.DataFrame:
    """Write the goods total as it was before the discount: Subtotal is after it."""
    if "coupon_total" not in rows.columns:
        return rows
    return rows.with_columns(
        goods_total=rest_of(rows, "goods_total", (), ("coupon_total",))
    )


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
        and BY_NAME[name].level is not Level.LINE
    ]
    return rows.with_columns(pl.col(name).first().over(BLOCK) for name in of_order)


LAYOUTS = (
    Layout(
        name="shopify",
        mall=Mall.SHOPIFY,
        title="Shopify 注文のエクスポート",
        where="管理画面の 注文管理 > エクスポート で「CSVファイル」を選んでください。",
        signature=Signature(starts=("Name", "Email", "Financial Status")),
        cells=CELLS,
        sku=(("sku",), ("item_name",)),
        refunded="(?i)^(?:refunded|voided)$",
        shipped="(?i)^fulfilled$",
        shipped_from="mall_sub_status",
        lines="position",
        order_starts="mall_status",
        rules=(fill_down, before_discount, name_prefectures),
        instant_format="%Y-%m-%d %H:%M:%S %z",
    ),
)
