"""Qoo10 order details, 44 or 45 columns (docs/order-files.md §8).

注文番号 is per line; カート番号, which groups what was bought together, is our order.
Status and amounts are of the line: one of a cart may be cancelled or sent by itself.
A buyer's キャンセル要請 is none before the shop has agreed; until then the cart waits.
The short list of 15 columns has no addresses and is refused for its missing columns.
"""

import polars as pl

from connectors.order_files.abroad import name_abroad
from connectors.order_files.layout import (
    HELD,
    Layout,
    Signature,
    cell,
    first_of,
    is_over,
    joined,
    maybe,
)
from connectors.order_files.money import amount, or_unread, whole_yen
from data.model.order import Mall
from data.model.order_file import SumCheck

CANCELLED = "キャンセル"

CELLS = (
    cell("order_number", "カート番号"),
    cell("line_id", "注文番号"),
    cell("mall_status", "配送状態"),
    cell("ordered_at", "注文日"),
    cell("paid_at", "入金日"),
    cell("delivery_on", "お届け希望日"),
    joined("delivery_method", "配送方法", "配送会社", between=" "),  # ゆうパケット
    cell("payment_method", "決済サイト"),
    cell("orderer_family_name", "購入者名"),
    cell("orderer_family_name_kana", "購入者名(フリガナ)"),
    first_of("orderer_phone", "購入者携帯電話番号", "購入者電話番号"),
    cell("orderer_remarks", "配送要請事項"),
    cell("recipient_family_name", "受取人名"),
    cell("recipient_family_name_kana", "受取人名(フリガナ)"),
    first_of("recipient_phone", "受取人携帯電話番号", "受取人電話番号"),
    cell("recipient_street", "住所"),
    cell("recipient_zip", "郵便番号"),
    cell("tracking_number", "送り状番号"),
    cell("default_carrier_code", "配送会社"),
    cell("shipping_date", "発送日"),
    cell("item_id", "商品番号"),
    cell("item_name", "商品名"),
    cell("choices", "オプション情報"),
    cell("variant_id", "オプションコード"),
    cell("manage_number", "販売者商品コード"),
    cell("unit_price", "販売価格"),
    cell("quantity", "数量"),
    cell("line_total", "注文金額の合計"),
    cell("line_status", "配送状態"),
    cell("goods_total", "販売価格"),
    cell("discount_total", "割引額"),
    cell("request_total", "購入者決済金額"),
    maybe("is_gift", "ギフト注文"),
    maybe("_currency", "通貨"),
    maybe("_recipient_country", "国家"),
)


def empty_cancelled(rows: pl.DataFrame) -> pl.DataFrame:
    """Write a cancelled 注文番号 with no pieces and no amount, as Amazon does.

    The rest of its カート番号 goes on: nobody packs, books or counts these pieces.
    """
    is_off = is_over("line_status", CANCELLED, HELD)
    emptied = ("quantity", "line_total", "discount_total", "request_total")
    return rows.with_columns(
        pl.when(is_off).then(pl.lit("0")).otherwise(name).alias(name)
        for name in emptied
    )


def share_out(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill in what each 注文番号 adds to the sums of its カート番号."""
    shares = {
        "goods_total": amount(rows, "unit_price") * amount(rows, "quantity"),
        "discount_total": amount(rows, "discount_total").abs(),
        "request_total": amount(rows, "request_total"),
    }
    made = {name: whole_yen(share) for name, share in shares.items()}
    for name in ("discount_total", "request_total"):
        made[name] = or_unread(rows, made[name], name)
    return rows.with_columns(**made)


LAYOUTS = (
    Layout(
        name="qoo10",
        mall=Mall.QOO10,
        title="Qoo10 注文データ(詳細)",
        where=(
            "QSM の 配送・キャンセル・未受取 > 配送管理 で、注文一覧の「詳細」を"
            "ダウンロードしてください。"
        ),
        signature=Signature(has=("配送状態", "注文番号", "カート番号")),
        cells=CELLS,
        sku=(("variant_id",), ("manage_number",), ("item_id",)),
        cancelled=CANCELLED,
        held=HELD,
        shipped="^(?:配送中|配送完了|返品)",  # asked for once it had come
        rules=(name_abroad, empty_cancelled, share_out),
        by_line=("mall_status", "goods_total", "discount_total", "request_total"),
        checks=(
            SumCheck("goods_total", (), lines="unit_price"),
            SumCheck("request_total", (("goods_total", 1), ("discount_total", -1))),
        ),
        instant_format="%Y/%m/%d %H:%M:%S",
    ),
)
