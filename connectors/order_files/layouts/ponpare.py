"""ポンパレモール order file, close to Rakuten's old one (docs/order-files.md §9)."""

from connectors.order_files.layout import (
    HELD,
    Layout,
    Signature,
    cell,
    joined,
    maybe,
    sum_of,
)
from connectors.order_files.money import price_with_tax
from connectors.order_files.unpaid import hold_unpaid
from data.model.order import Mall
from data.model.order_file import SumCheck

_CUT = "クーポン利用額内訳"

CELLS = (
    cell("order_number", "注文番号"),
    cell("ordered_at", "注文日時"),
    cell("mall_status", "受注ステータス"),
    maybe("paid_at", "入金日"),
    maybe("shipping_date", "発送日"),
    cell("payment_method", "決済方法"),
    cell("delivery_method", "配送方法"),
    maybe("delivery_on", "お届け日指定"),
    maybe("delivery_slot_name", "お届け時間帯"),
    cell("goods_total", "合計"),
    cell("postage_total", "送料(-99999=無効値)"),
    maybe("tax_total", "消費税(-99999=無効値)"),
    cell("cod_fee", "代引料(-99999=無効値)"),
    cell("order_total", "合計金額(-99999=無効値)"),
    cell("request_total", "請求金額(-99999=無効値)"),
    cell("point_used", "ポイント利用額"),
    sum_of(
        "gift_fee", "ラッピング料金(リボン)", "ラッピング料金(包装紙)", needed=False
    ),
    joined(
        "gift_wrapping",
        "ラッピング種類(包装紙)",
        "ラッピング種類(リボン)",
        between=" / ",
        needed=False,
    ),
    maybe("is_gift", "ギフト配送（0:希望なし/1:希望あり）"),
    maybe("coupon_total", "クーポン利用額"),
    sum_of(
        "coupon_shop",
        f"{_CUT}（ショップ発行送料分）",
        f"{_CUT}（ショップ発行商品分）",
        needed=False,
    ),
    sum_of(
        "coupon_other",
        f"{_CUT}（リクルート発行送料分）",
        f"{_CUT}（リクルート発行商品分）",
        needed=False,
    ),
    cell("orderer_family_name", "注文者名字"),
    cell("orderer_first_name", "注文者名前"),
    maybe("orderer_family_name_kana", "注文者名字フリガナ"),
    maybe("orderer_first_name_kana", "注文者名前フリガナ"),
    joined("orderer_zip", "注文者郵便番号1", "注文者郵便番号2", between="-"),
    cell("orderer_prefecture", "注文者住所：都道府県"),
    cell("orderer_street", "注文者住所：市区町村以降"),
    cell("orderer_phone", "注文者電話番号"),
    maybe("orderer_remarks", "コメント"),
    cell("recipient_family_name", "送付先名字"),
    cell("recipient_first_name", "送付先名前"),
    maybe("recipient_family_name_kana", "送付先名字フリガナ"),
    maybe("recipient_first_name_kana", "送付先名前フリガナ"),
    joined("recipient_zip", "送付先郵便番号1", "送付先郵便番号2", between="-"),
    cell("recipient_prefecture", "送付先住所：都道府県"),
    cell("recipient_street", "送付先住所：市区町村以降"),
    cell("recipient_phone", "送付先電話番号"),
    maybe("noshi", "のし"),
    maybe("tracking_number", "お荷物伝票番号"),
    cell("manage_number", "商品管理ID"),
    cell("item_number", "商品ID（表示用）"),
    cell("item_id", "商品ID"),
    cell("item_name", "商品名"),
    cell("unit_price", "単価"),
    maybe("line_total", "単価"),
    cell("quantity", "個数"),
    cell("choices", "購入オプション"),
    maybe("tax_included", "税込別"),
)

CHECKS = (
    SumCheck("goods_total", (), lines="own_total", perhaps=(("gift_fee", 1),)),
    SumCheck(
        "order_total",
        (("goods_total", 1), ("postage_total", 1)),
        perhaps=(("tax_total", 1), ("cod_fee", 1), ("gift_fee", 1)),
    ),
    SumCheck(
        "request_total",
        (("order_total", 1), ("coupon_total", -1), ("point_used", -1)),
        perhaps=(("cod_fee", 1),),
    ),
)
"""Whether tax, COD fee and wrapping stand within a total could not be confirmed."""

LAYOUTS = (
    Layout(
        name="ponpare",
        mall=Mall.PONPARE,
        title="ポンパレモール 受注データ",
        where="管理画面の 受注管理 > データダウンロード で、全項目を選んでください。",
        signature=Signature(
            starts=("注文番号", "注文日時", "担当者"), has=("商品管理ID",)
        ),
        cells=CELLS,
        sku=(("item_number",), ("manage_number",)),
        cancelled="キャンセル",
        held=HELD,
        shipped="^(?:発送済|発送完了|処理済|完了)",
        lines="position",
        baskets="address",
        rules=(price_with_tax, hold_unpaid),
        checks=CHECKS,
    ),
)
