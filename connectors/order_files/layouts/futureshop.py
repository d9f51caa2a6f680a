"""futureshop order export, whose columns a shop chooses (docs/order-files.md §9).

お届け先別明細番号 may count lines or packages, so it is not used: lines are numbered
within the order, and packages told apart by their address.
"""

import polars as pl

from connectors.order_files.gifts import gather_wrapping
from connectors.order_files.layout import (
    HELD,
    Layout,
    Signature,
    cell,
    first_of,
    joined,
    maybe,
    sum_of,
)
from connectors.order_files.money import amount, over_order, whole_yen
from connectors.order_files.numbering import BLOCK
from connectors.order_files.unpaid import hold_unpaid
from data.model.order import Mall
from data.model.order_file import SumCheck

SENT = ("1", "済", "あり", "発送済", "発送済み")
"""What 発送フラグ may say of a destination whose parcel has left."""

_DISCOUNTS = (
    "割引合計金額（商品）",
    "割引合計金額（送料）",
    "割引合計金額",
    "バンドル販売割引金額",
)
"""What coupons, a large sum and bundles take off 総合計金額."""

CELLS = (
    cell("order_number", "受注コード"),
    cell("ordered_at", "注文日時"),
    maybe("mall_status", "処理状況区分"),
    maybe("_sent", "発送フラグ"),
    maybe("paid_at", "入金確認日"),
    cell("payment_method", "決済方法"),
    cell("goods_total", "商品合計金額"),
    maybe("tax_total", "消費税合計"),
    cell("postage_total", "送料"),
    cell("payment_fee", "決済手数料"),
    maybe("gift_fee", "包装手数料"),
    maybe("gift_wrapping", "包装名"),
    sum_of("buyer_fee", "クール便手数料", "その他手数料", needed=False),
    maybe("delivery_method", "クール便使用フラグ"),
    maybe("order_total", "総合計金額"),
    cell("request_total", "請求合計金額"),
    maybe("point_used", "ポイント利用額"),
    sum_of("discount_total", *_DISCOUNTS, needed=False),
    cell("orderer_family_name", "氏名（姓）"),
    cell("orderer_first_name", "氏名（名）"),
    maybe("orderer_family_name_kana", "フリガナ（姓）"),
    maybe("orderer_first_name_kana", "フリガナ（名）"),
    cell("orderer_zip", "郵便番号"),
    cell("orderer_prefecture", "都道府県区分"),
    cell("orderer_city", "住所1"),
    joined("orderer_street", "住所2", "住所3", between=" "),
    first_of("orderer_phone", "電話番号（メイン）", "携帯電話番号", needed=False),
    maybe("orderer_email", "メールアドレス（メイン）"),
    maybe("orderer_remarks", "通信欄"),
    cell("recipient_family_name", "お届け先氏名（姓）"),
    cell("recipient_first_name", "お届け先氏名（名）"),
    maybe("recipient_family_name_kana", "お届け先フリガナ（姓）"),
    maybe("recipient_first_name_kana", "お届け先フリガナ（名）"),
    cell("recipient_zip", "お届け先郵便番号"),
    cell("recipient_prefecture", "お届け先都道府県区分"),
    cell("recipient_city", "お届け先住所１"),
    joined("recipient_street", "お届け先住所２", "お届け先住所３", between=" "),
    cell("recipient_phone", "お届け先電話番号"),
    maybe("package_goods_total", "お届け先別商品合計"),
    maybe("package_postage_total", "お届け先別基本送料"),
    maybe("tracking_number", "送り状番号"),
    maybe("shipping_date", "発送日"),
    maybe("delivery_on", "お届け希望日"),
    maybe("delivery_slot_name", "お届け希望時間"),
    cell("manage_number", "商品番号"),
    maybe("variant_id", "枝番号"),
    cell("item_name", "商品名"),
    joined("choices", "バリエーション名", "項目選択肢", between="\n", needed=False),
    cell("unit_price", "販売単価"),
    cell("quantity", "購入数量"),
    maybe("_option", "オプション価格"),
)


def name_cool(rows: pl.DataFrame) -> pl.DataFrame:
    """Write クール便 where its flag is set: labels read it in the delivery method."""
    if "delivery_method" not in rows.columns:
        return rows
    is_cool = pl.col("delivery_method").is_in(["1", "あり", "使用", "使用する"])
    return rows.with_columns(delivery_method=pl.when(is_cool).then(pl.lit("クール便")))


def _with_option(rows: pl.DataFrame) -> pl.Expr:
    return amount(rows, "unit_price") + amount(rows, "_option").fill_null(0)


def _shown_goods(rows: pl.DataFrame, price: pl.Expr) -> pl.Expr:
    """Return what the lines that the file shows of an order cost at this price."""
    return over_order(price * amount(rows, "quantity"), ["row_number"])


def price_options(rows: pl.DataFrame) -> pl.DataFrame:
    """Add what a line's options cost to its price, where 商品合計金額 has it on top."""
    price = _with_option(rows)
    is_on_top = _shown_goods(rows, price) == amount(rows, "goods_total")
    return rows.with_columns(
        unit_price=pl.coalesce(pl.when(is_on_top).then(whole_yen(price)), "unit_price")
    )


def mark_sent(rows: pl.DataFrame) -> pl.DataFrame:
    """Write 発送済 where the order has left: by its status, or by flags on all of it.

    A file of the destinations that have left shows lines of less than 商品合計金額:
    whether the others have left, it does not say.
    """
    signs = [pl.lit(value=False)]
    if "mall_status" in rows.columns:
        status = pl.col("mall_status").str.strip_chars()
        signs.append(status.str.contains(r"^(?:処理済|発送済)"))
    if "_sent" in rows.columns:
        flag = pl.col("_sent").str.strip_chars().is_in(SENT).fill_null(value=False)
        is_part = _shown_goods(rows, _with_option(rows)) < amount(rows, "goods_total")
        signs.append(flag.all().over(BLOCK) & ~is_part.fill_null(value=False))
    return rows.with_columns(
        _sent=pl.when(pl.any_horizontal(signs)).then(pl.lit("発送済"))
    )


CHECKS = (
    SumCheck("goods_total", (), lines="unit_price"),
    SumCheck(
        "order_total",
        (
            ("goods_total", 1),
            ("postage_total", 1),
            ("payment_fee", 1),
            ("gift_fee", 1),
            ("buyer_fee", 1),
        ),
    ),
    SumCheck(
        "request_total",
        (("order_total", 1), ("point_used", -1), ("discount_total", -1)),
    ),
)

LAYOUTS = (
    Layout(
        name="futureshop",
        mall=Mall.FUTURESHOP,
        title="futureshop 受注データ",
        where=(
            "受注管理 > 受注データダウンロード で、すべての項目を含むパターンを"
            "選んでください。"
        ),
        signature=Signature(starts=("レコードナンバー", "受注コード")),
        cells=CELLS,
        sku=(("manage_number", "variant_id"), ("manage_number",)),
        cancelled="注文取消|キャンセル",
        held=HELD,
        refunded="^返品",
        lines="position",
        baskets="address",
        number_digits=12,
        shipped="^発送済$",
        shipped_from="_sent",
        rules=(name_cool, mark_sent, price_options, gather_wrapping, hold_unpaid),
        checks=CHECKS,
        instant_format="%Y/%m/%d %H:%M:%S",
    ),
)
