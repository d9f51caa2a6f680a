"""カラーミーショップ 売上データ(全項目), layout of 2013 (docs/order-files.md §9).

発送状態 stands twice: the order's, then the package's, which may have left by itself.
入金状態 tells beside it that an order was paid back or cancelled, or waits for money.
"""

import polars as pl

from connectors.order_files.cancelled_lines import empty_cancelled
from connectors.order_files.gifts import gather_wrapping
from connectors.order_files.layout import (
    HELD,
    Layout,
    Signature,
    cell,
    is_over,
    joined,
    maybe,
    sum_of,
)
from connectors.order_files.unpaid import is_prepaid
from data.model.order import Mall
from data.model.order_file import SumCheck

CELLS = (
    cell("order_number", "売上ID"),
    cell("line_id", "売上詳細ID"),
    cell("basket_id", "配送先ID"),
    cell("ordered_at", "受注日"),
    cell("mall_status", "発送状態"),
    maybe("mall_sub_status", "入金状態"),
    maybe("line_status", "発送状態", nth=2),
    cell("payment_method", "決済方法"),
    maybe("delivery_on", "配送希望日"),
    maybe("delivery_slot_name", "配送希望時間"),
    cell("goods_total", "商品の合計金額(税込)"),
    maybe("tax_total", "消費税(商品合計に対する)"),
    cell("postage_total", "送料合計"),
    cell("payment_fee", "決済手数料"),
    sum_of(
        "gift_fee",
        "熨斗手数料合計",
        "メッセージカード手数料合計",
        "ラッピング手数料合計",
        needed=False,
    ),
    joined(
        "gift_wrapping",
        "配送先 ラッピング",
        "配送先 メッセージカード種類",
        "配送先 メッセージカード内容",
        between=" / ",
        needed=False,
    ),
    sum_of(
        "point_used",
        "ショップポイントによる割引金額",
        "外部ポイントによる割引金額",
        needed=False,
    ),
    maybe("discount_total", "割引金額"),
    cell("request_total", "総合計金額"),
    cell("orderer_family_name", "購入者 名前"),
    cell("orderer_zip", "購入者 郵便番号"),
    cell("orderer_prefecture", "購入者 都道府県"),
    cell("orderer_street", "購入者 住所"),
    cell("orderer_email", "購入者 メールアドレス"),
    cell("orderer_phone", "購入者 電話番号"),
    maybe("orderer_remarks", "備考"),
    maybe("_package_remarks", "配送先 備考"),
    cell("recipient_family_name", "配送先 名前"),
    maybe("recipient_family_name_kana", "配送先 フリガナ"),
    cell("recipient_zip", "配送先 郵便番号"),
    cell("recipient_prefecture", "配送先 都道府県名"),
    cell("recipient_street", "配送先 住所"),
    cell("recipient_phone", "配送先 電話番号"),
    maybe("noshi", "配送先 熨斗（のし）"),
    maybe("delivery_method", "配送先 配送会社名"),
    maybe("package_postage_total", "配送先 送料"),
    maybe("package_total", "配送先 合計（商品含む）"),
    cell("item_number", "購入商品 型番"),
    cell("item_id", "購入商品 商品ID"),
    cell("item_name", "購入商品 商品名"),
    cell("unit_price", "購入商品 販売価格(消費税込)"),
    cell("quantity", "購入商品 販売個数"),
    maybe("line_total", "購入商品 小計"),
)

SHIPPED, CANCELLED = "^発送済", "キャンセル"
REFUNDED, UNPAID = "^全額返金", "^未入金"
OVER = f"{SHIPPED}|{CANCELLED}|{REFUNDED}"


def add_package_remarks(rows: pl.DataFrame) -> pl.DataFrame:
    """Write below the order's remarks those of its destinations, each once."""
    if not {"orderer_remarks", "_package_remarks"} <= set(rows.columns):
        return rows
    own, words = (
        pl.col(name).str.strip_chars()
        for name in ("orderer_remarks", "_package_remarks")
    )
    more = words.filter(words.ne_missing(own) & words.is_not_null())
    told = more.unique(maintain_order=True).str.join("\n").over("order_number")
    both = pl.concat_str(
        "orderer_remarks",
        pl.when(told != "").then(told),
        separator="\n",
        ignore_nulls=True,
    )
    return rows.with_columns(orderer_remarks=pl.when(both != "").then(both))


def status_of_payment(rows: pl.DataFrame) -> pl.DataFrame:
    """Write the payment's status where that ends the order, or has it wait."""
    if "mall_sub_status" not in rows.columns:
        return rows
    goes_on = ~is_over("mall_status", OVER, HELD)
    is_unpaid = is_over("mall_sub_status", UNPAID, "") & is_prepaid(rows) & goes_on
    is_ended = is_over("mall_sub_status", f"{REFUNDED}|{CANCELLED}", HELD)
    return rows.with_columns(
        mall_status=pl.when(is_ended | is_unpaid)
        .then("mall_sub_status")
        .otherwise("mall_status")
    )


def status_of_package(rows: pl.DataFrame) -> pl.DataFrame:
    """Write the package's status where it is over and its order's is not."""
    if "line_status" not in rows.columns:
        return rows
    is_its_own = is_over("line_status", OVER, HELD)
    is_its_own &= ~is_over("mall_status", OVER, HELD)
    return rows.with_columns(
        mall_status=pl.when(is_its_own).then("line_status").otherwise("mall_status")
    )


LAYOUTS = (
    Layout(
        name="colorme",
        mall=Mall.COLORME,
        title="カラーミーショップ 売上データ(全項目)",
        where="受注管理 > 売上データダウンロード で「全項目」を選んでください。",
        signature=Signature(starts=("売上ID", "受注日")),
        cells=CELLS,
        sku=(("item_number",), ("item_id",)),
        cancelled=CANCELLED,
        held=HELD,
        shipped=SHIPPED,
        lines="id_in_package",
        baskets="id",
        by_line=("mall_status",),
        refunded=REFUNDED,
        rules=(
            status_of_payment,
            status_of_package,
            empty_cancelled(CANCELLED),
            gather_wrapping,
            add_package_remarks,
        ),
        adds_up=True,
        checks=(
            SumCheck("goods_total", (), lines="unit_price"),
            SumCheck(
                "request_total",
                (
                    ("goods_total", 1),
                    ("postage_total", 1),
                    ("payment_fee", 1),
                    ("gift_fee", 1),
                    ("point_used", -1),
                    ("discount_total", -1),
                ),
            ),
        ),
        instant_format="%Y/%m/%d %H:%M:%S",
    ),
)
