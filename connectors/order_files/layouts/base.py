"""BASE order export, to which apps add columns (docs/order-files.md §9).

An option row (商品名 `商品オプション「X」`, blank 商品ID) belongs to the item above it.
発送状況 is of the item: one of an order may be cancelled or sent by itself.
"""

import polars as pl

from connectors.order_files.cancelled_lines import empty_cancelled
from connectors.order_files.layout import HELD, Layout, Signature, cell, maybe
from connectors.order_files.money import (
    amount,
    or_unread,
    over_order,
    rest_of,
    whole_yen,
)
from connectors.order_files.numbering import BLOCK
from data.model.order import Mall
from data.model.order_file import SumCheck

CANCELLED = "キャンセル"

CELLS = (
    cell("order_number", "注文ID"),
    cell("ordered_at", "注文日時"),
    cell("mall_status", "発送状況"),
    cell("payment_method", "支払い方法"),
    maybe("delivery_on", "配送日"),
    maybe("delivery_slot_name", "配送時間帯"),
    cell("request_total", "合計金額"),
    cell("goods_total", "合計金額"),
    maybe("_adjustment", "調整金額"),
    maybe("discount_total", "調整金額"),
    cell("postage_total", "送料"),
    cell("cod_fee", "代引き手数料"),
    cell("orderer_family_name", "氏(請求先)"),
    cell("orderer_first_name", "名(請求先)"),
    cell("orderer_zip", "郵便番号(請求先)"),
    cell("orderer_prefecture", "都道府県(請求先)"),
    cell("orderer_city", "住所(請求先)"),
    cell("orderer_street", "住所2(請求先)"),
    cell("orderer_phone", "電話番号(請求先)"),
    cell("orderer_email", "メールアドレス(請求先)"),
    maybe("orderer_remarks", "備考"),
    cell("recipient_family_name", "氏(配送先)"),
    cell("recipient_first_name", "名(配送先)"),
    cell("recipient_zip", "郵便番号(配送先)"),
    cell("recipient_prefecture", "都道府県(配送先)"),
    cell("recipient_city", "住所(配送先)"),
    cell("recipient_street", "住所2(配送先)"),
    cell("recipient_phone", "電話番号(配送先)"),
    cell("item_id", "商品ID"),
    cell("item_name", "商品名"),
    cell("choices", "バリエーション"),
    cell("unit_price", "価格"),
    cell("quantity", "数量"),
    maybe("tax_rate", "税率"),
    maybe("sku", "種類コード"),
    maybe("item_number", "商品コード"),
    maybe("variant_id", "種類ID"),
    cell("line_status", "発送状況"),
)


def fold_options(rows: pl.DataFrame) -> pl.DataFrame:
    """Move each option row's name into the choices of the item row above it.

    An option row without an item row of its order above it stays, to be rejected later.
    """
    is_option = pl.col("item_name").str.starts_with("商品オプション")
    is_option = (is_option & pl.col("item_id").is_null()).fill_null(value=False)
    item = (~is_option).cum_sum().over(BLOCK)
    marked = rows.with_columns(_item=item, _option=is_option)
    cost = amount(rows, "unit_price") * amount(rows, "quantity")
    texts = marked.group_by(BLOCK, "_item", maintain_order=True).agg(
        pl.col("item_name").filter(pl.col("_option")).str.join("\n").alias("_chosen"),
        cost.filter(pl.col("_option")).sum().alias("_options"),
    )
    return (
        marked.join(texts, on=[BLOCK, "_item"], how="left", maintain_order="left")
        .filter(~pl.col("_option") | (pl.col("_item") == 0))
        .with_columns(
            choices=pl.concat_str(
                pl.col("choices"),
                pl.when(pl.col("_chosen") != "").then(pl.col("_chosen")),
                separator="\n",
                ignore_nulls=True,
            )
        )
        .with_columns(choices=pl.when(pl.col("choices") != "").then(pl.col("choices")))
        .drop("_item", "_option", "_chosen")
    )


def fill_goods_total(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill in the goods part of 合計金額; a negative 調整金額 is a discount."""
    goods = rest_of(rows, "request_total", ("postage_total", "cod_fee", "_adjustment"))
    made = {"goods_total": goods}
    if "_adjustment" in rows.columns:
        cut = whole_yen(-amount(rows, "_adjustment"))
        made["discount_total"] = or_unread(rows, cut, "discount_total")
    return rows.with_columns(**made)


def price_options(rows: pl.DataFrame) -> pl.DataFrame:
    """Add what a line's options cost to its price, where 合計金額 has it on top."""
    pieces = amount(rows, "quantity")
    cost = amount(rows, "unit_price") * pieces + pl.col("_options")
    is_on_top = over_order(cost, ["row_number"]) == amount(rows, "goods_total")
    price = pl.when(is_on_top & (pl.col("_options") != 0)).then(
        whole_yen(cost / pieces)
    )
    return rows.with_columns(unit_price=pl.coalesce(price, "unit_price"))


LAYOUTS = (
    Layout(
        name="base",
        mall=Mall.BASE,
        title="BASE 注文データ",
        where="BASE の 注文管理 > CSVダウンロード から取り直してください。",
        signature=Signature(starts=("注文ID", "注文日時", "氏(請求先)")),
        cells=CELLS,
        sku=(
            ("sku",),
            ("item_number",),
            ("item_id", "variant_id"),
            ("item_id",),
            ("item_name",),
        ),
        cancelled=CANCELLED,
        held=HELD,
        shipped="^(?:対応済|発送済|配送中)",
        lines="position",
        by_line=("mall_status",),
        rules=(
            fold_options,
            fill_goods_total,
            price_options,
            empty_cancelled(CANCELLED),
        ),
        checks=(SumCheck("goods_total", (), lines="unit_price"),),
    ),
)
