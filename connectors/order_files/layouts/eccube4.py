"""EC-CUBE 4 order export, any choice of its 70 columns (docs/order-files.md §9).

Rows whose 明細区分(ID) is not 1 are charges, not goods. EC-CUBE books goods without
tax, postage and fees with it, points without any (its TaxProcessor), and the totals of
the order with tax (its PurchaseFlow). 送料 stands twice: the order's, then the
package's.
"""

import polars as pl

from connectors.order_files.companies import write_company
from connectors.order_files.layout import Layout, Signature, cell, joined, maybe
from connectors.order_files.money import (
    amount,
    or_unread,
    percent,
    rest_of,
    whole_yen,
)
from connectors.order_files.numbering import BLOCK
from connectors.order_files.unpaid import WAITS, hold_unpaid
from data.model.order import Mall
from data.model.order_file import SumCheck

NEW = "1"
"""新規受付 (対応状況): an order to be paid first is 入金済み (6) once it is paid."""

GOODS = "1"
FEE = "3"
DISCOUNT = "4"
POINTS = "6"
"""Kinds of a row (明細区分): 1 goods, 2 postage, 3 fee, 4 discount, 5 tax, 6 points."""

TOTALS = (
    "order_total",
    "request_total",
    "goods_total",
    "postage_total",
    "discount_total",
)

CELLS = (
    cell("order_number", "注文番号"),
    cell("line_id", "注文詳細ID"),
    cell("_row_kind", "明細区分(ID)"),
    cell("ordered_at", "受注日"),
    cell("mall_status", "対応状況(ID)"),
    maybe("mall_sub_status", "対応状況(名称)"),
    maybe("paid_at", "入金日"),
    maybe("payment_method", "支払方法(名称)"),
    maybe("delivery_on", "お届け希望日"),
    maybe("delivery_slot_name", "お届け時間(名称)"),
    maybe("delivery_method", "配送業者(名称)"),
    cell("goods_total", "小計"),
    cell("discount_total", "値引き"),
    cell("postage_total", "送料"),
    maybe("tax_total", "税金"),
    maybe("order_total", "合計"),
    cell("request_total", "支払合計"),
    cell("orderer_family_name", "お名前(姓)"),
    cell("orderer_first_name", "お名前(名)"),
    maybe("orderer_family_name_kana", "お名前(セイ)"),
    maybe("orderer_first_name_kana", "お名前(メイ)"),
    cell("orderer_zip", "郵便番号"),
    cell("orderer_prefecture", "都道府県(名称)"),
    cell("orderer_city", "住所1"),
    cell("orderer_street", "住所2"),
    maybe("_orderer_company", "会社名"),
    maybe("orderer_phone", "TEL"),
    maybe("orderer_email", "メールアドレス"),
    cell("basket_id", "出荷ID"),
    cell("recipient_family_name", "配送先_お名前(姓)"),
    cell("recipient_first_name", "配送先_お名前(名)"),
    maybe("recipient_family_name_kana", "配送先_お名前(セイ)"),
    maybe("recipient_first_name_kana", "配送先_お名前(メイ)"),
    cell("recipient_zip", "配送先_郵便番号"),
    cell("recipient_prefecture", "配送先_都道府県(名称)"),
    cell("recipient_city", "配送先_住所1"),
    cell("recipient_street", "配送先_住所2"),
    maybe("_recipient_company", "配送先_会社名"),
    maybe("recipient_phone", "配送先_TEL"),
    maybe("package_postage_total", "送料", nth=2),
    maybe("tracking_number", "出荷伝票番号"),
    maybe("shipping_date", "発送日"),
    maybe("item_id", "商品ID"),
    maybe("variant_id", "商品規格ID"),
    cell("item_name", "商品名"),
    cell("item_number", "商品コード"),
    joined("choices", "規格分類名1", "規格分類名2", between=" / ", needed=False),
    cell("unit_price", "価格"),
    cell("line_total", "価格"),
    cell("quantity", "個数"),
    maybe("tax_rate", "税率"),
    cell("tax_included", "価格"),
    cell("payment_fee", "価格"),
    cell("point_used", "価格"),
)


def price_with_tax(rows: pl.DataFrame) -> pl.DataFrame:
    """Write the price with tax: EC-CUBE exports it without and rounds each piece.

    An item without a rate has no price with tax, and keeps the sum of its own. Rows of
    charges are with tax already.
    """
    rate, price = percent(rows, "tax_rate"), amount(rows, "unit_price")
    with_tax = (price * (100 + rate) / 100 + 0.5).floor()
    is_goods = pl.col("_row_kind").is_null() | (pl.col("_row_kind") == GOODS)
    is_bare = is_goods & with_tax.is_null() & price.is_not_null()
    price_cell = or_unread(rows, whole_yen(with_tax), "unit_price")
    return rows.with_columns(
        unit_price=pl.when(is_goods).then(price_cell).otherwise("unit_price"),
        line_total=pl.when(is_bare).then(whole_yen(price * amount(rows, "quantity"))),
        tax_included=pl.when(is_bare).then(pl.lit("0")).otherwise(pl.lit("1")),
    )


def charges(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill in 手数料 and ポイント, which no column of the order has.

    EC-CUBE counts its points among 値引き, so they are taken out of it here. Where an
    order is cut over two files each has a part of its rows: then its totals tell the
    fee, and what is not known of its points stays as it is.
    """
    orders = _sums(rows)
    billed = pl.coalesce(amount(orders, "order_total"), amount(orders, "request_total"))
    discount = amount(orders, "discount_total").fill_null(0)
    every, cuts, points = pl.col("_every"), pl.col("_cuts"), pl.col("_points")
    is_whole = (every == billed) | ((cuts == 0) & (every == billed + discount))
    is_whole = is_whole.fill_null(value=False)
    rest = billed - amount(orders, "goods_total") + discount
    rest -= amount(orders, "postage_total").fill_null(0)
    by_rows = is_whole | (rest < 0)
    fee = pl.when(by_rows).then("_fee").otherwise(pl.coalesce(rest, "_fee"))
    is_bare = every == amount(orders, "goods_total")  # the file has no charges
    is_known = is_whole | is_bare | (points > 0) | (cuts == discount)
    orders = orders.with_columns(
        payment_fee=whole_yen(fee),
        point_used=pl.when(is_known).then(whole_yen(points)),
        _is_known=is_known,
    )
    cut = rest_of(orders, "discount_total", ["point_used"])
    known_cut = pl.when("_is_known").then(cut)
    made = orders.select(
        BLOCK,
        "payment_fee",
        "point_used",
        discount_total=or_unread(orders, known_cut, "discount_total"),
    )
    others = rows.drop("payment_fee", "point_used", "discount_total")
    joined = others.join(made, on=BLOCK, how="left", maintain_order="left")
    return joined.select(rows.columns)


def _sums(rows: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each order: its totals, and what its rows sum to by kind."""
    names = [name for name in TOTALS if name in rows.columns]
    total = amount(rows, "unit_price") * amount(rows, "quantity")
    once = rows.select(BLOCK, "line_id", "_row_kind", *names, total.alias("_sum"))
    once = once.unique((BLOCK, "line_id"), keep="last")

    def of_kinds(*kinds: str) -> pl.Expr:
        return pl.col("_sum").filter(pl.col("_row_kind").is_in(kinds))

    return once.group_by(BLOCK).agg(
        *(pl.col(name).drop_nulls().last() for name in names),
        of_kinds(FEE).sum().alias("_fee"),
        of_kinds(POINTS).abs().sum().alias("_points"),
        of_kinds(DISCOUNT, POINTS).abs().sum().alias("_cuts"),
        pl.col("_sum").sum().alias("_every"),
    )


def keep_goods_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Remove postage, fees, discounts and taxes; keep a row of a blank kind."""
    return rows.filter(pl.col("_row_kind").is_null() | (pl.col("_row_kind") == GOODS))


def hold_new_unpaid(rows: pl.DataFrame) -> pl.DataFrame:
    """Hold a new order to be paid first that has no day of its payment."""
    is_new = pl.col("mall_status").str.strip_chars() == NEW
    return hold_unpaid(rows).with_columns(pl.col(WAITS) & is_new)


CHECKS = (
    SumCheck("goods_total", (), lines="own_total"),
    SumCheck(
        "order_total",
        (
            ("goods_total", 1),
            ("postage_total", 1),
            ("payment_fee", 1),
            ("discount_total", -1),
            ("point_used", -1),
        ),
    ),
    SumCheck("request_total", (("order_total", 1),)),
)

LAYOUTS = (
    Layout(
        name="eccube4",
        mall=Mall.ECCUBE,
        title="EC-CUBE 4 受注CSV",
        where=(
            "管理画面の 受注管理 > 受注一覧 > CSVダウンロード > 受注CSV で、"
            "CSV出力項目を初期設定に戻してください。"
        ),
        signature=Signature(
            starts=("注文ID", "注文番号", "会員ID"), has=("明細区分(ID)",)
        ),
        cells=CELLS,
        sku=(("item_number",), ("item_id", "variant_id"), ("item_id",)),
        cancelled="^3$",
        held="^[78]$",
        refunded="^9$",
        shipped="^5$",
        baskets="id",
        rules=(
            price_with_tax,
            charges,
            keep_goods_rows,
            write_company,
            hold_new_unpaid,
        ),
        adds_up=True,
        keeps=("discount_total", "point_used"),
        checks=CHECKS,
    ),
)
