"""Rakuten Ichiba before 楽天ペイ, out of use since 2019 (docs/order-files.md §4.2).

It has neither 送付先ID nor 商品明細ID. The 同梱 columns are totals of orders packed
together, and are not read.
"""

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
from data.model.order import Mall
from data.model.order_file import SumCheck

CELLS = (
    cell("order_number", "受注番号"),
    cell("mall_status", "受注ステータス"),
    cell("ordered_at", "注文日時"),
    maybe("paid_at", "入金日"),
    cell("delivery_on", "お届け日指定"),
    cell("delivery_slot_name", "お届け時間帯"),
    cell("delivery_method", "配送方法"),
    cell("payment_method", "決済方法"),
    maybe("is_gift", "ギフトチェック（0:なし/1:あり）"),
    sum_of(
        "gift_fee", "ラッピング料金(包装紙)", "ラッピング料金(リボン)", needed=False
    ),
    joined(
        "gift_wrapping",
        "ラッピング名(包装紙)",
        "ラッピング名(リボン)",
        between=" / ",
        needed=False,
    ),
    cell("goods_total", "合計"),
    cell("tax_total", "消費税(-99999=無効値)"),
    cell("postage_total", "送料(-99999=無効値)"),
    cell("cod_fee", "代引料(-99999=無効値)"),
    cell("request_total", "請求金額(-99999=無効値)"),
    cell("order_total", "合計金額(-99999=無効値)"),
    cell("point_used", "ポイント利用額"),
    maybe("coupon_total", "クーポン利用額"),
    maybe("coupon_shop", "店舗発行クーポン利用額"),
    maybe("coupon_other", "楽天発行クーポン利用額"),
    joined("orderer_zip", "注文者郵便番号１", "注文者郵便番号２", between="-"),
    cell("orderer_prefecture", "注文者住所：都道府県"),
    cell("orderer_city", "注文者住所：都市区"),
    cell("orderer_street", "注文者住所：町以降"),
    cell("orderer_family_name", "注文者名字"),
    cell("orderer_first_name", "注文者名前"),
    cell("orderer_family_name_kana", "注文者名字フリガナ"),
    cell("orderer_first_name_kana", "注文者名前フリガナ"),
    joined("orderer_phone", "注文者電話番号１", "注文者電話番号２", "注文者電話番号３"),
    cell("orderer_email", "メールアドレス"),
    cell("orderer_remarks", "コメント"),
    joined("recipient_zip", "送付先郵便番号１", "送付先郵便番号２", between="-"),
    cell("recipient_prefecture", "送付先住所：都道府県"),
    cell("recipient_city", "送付先住所：都市区"),
    cell("recipient_street", "送付先住所：町以降"),
    cell("recipient_family_name", "送付先名字"),
    cell("recipient_first_name", "送付先名前"),
    cell("recipient_family_name_kana", "送付先名字フリガナ"),
    cell("recipient_first_name_kana", "送付先名前フリガナ"),
    joined(
        "recipient_phone", "送付先電話番号１", "送付先電話番号２", "送付先電話番号３"
    ),
    cell("noshi", "のし"),
    cell("package_postage_total", "送付先送料"),
    cell("package_cod_fee", "送付先代引料"),
    cell("package_goods_total", "送付先商品合計金額"),
    cell("tracking_number", "お荷物伝票番号"),
    cell("item_id", "商品ID"),
    cell("item_name", "商品名"),
    cell("item_number", "商品番号"),
    cell("manage_number", "商品URL"),
    cell("unit_price", "単価"),
    maybe("line_total", "単価"),
    cell("quantity", "個数"),
    cell("tax_included", "税込別"),
    cell("choices", "項目・選択肢"),
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
        name="rakuten-legacy",
        mall=Mall.RAKUTEN,
        title="楽天市場 受注データ(楽天ペイ移行前)",
        where="RMS の データダウンロード で、全項目のテンプレートを選んでください。",
        signature=Signature(
            starts=("受注番号", "受注ステータス", "カード決済ステータス"),
            has=("商品URL",),
        ),
        cells=CELLS,
        sku=(("item_number",), ("manage_number",)),
        cancelled="キャンセル",
        held=HELD,
        shipped="^(?:発送済|処理済|完了)",
        shop=r"^(\d+)-",
        lines="position",
        baskets="address",
        rules=(price_with_tax,),
        checks=CHECKS,
    ),
)
