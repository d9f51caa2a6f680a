"""Rakuten Ichiba, 楽天ペイ 全カラム, additions since 2018 (docs/order-files.md §4.1).

`unit_price` is 単価 with tax; of a shop that sells without, the sum of its own prices
stands in `line_total`, because 商品合計金額 adds up those. Identical rows are one line
of joined downloads: the same item bought twice has two line ids.
"""

from connectors.order_files.layout import (
    Layout,
    Signature,
    cell,
    first_of,
    joined,
    maybe,
    moment,
    sum_of,
)
from connectors.order_files.layouts.rakuten_columns import ADDITIONS
from connectors.order_files.money import price_with_tax
from data.model.order import Mall
from data.model.order_file import SumCheck
from data.model.shops.rms_menus import ORDER_CSV

ORDER = (
    cell("order_number", "注文番号"),
    cell("mall_status", "ステータス"),
    first_of("mall_sub_status", "サブステータス", "サブステータスID"),
    moment("ordered_at", "注文日時", date="注文日", time="注文時間"),
    cell("cancel_due_on", "キャンセル期限日"),
    cell("confirmed_at", "注文確認日時"),
    cell("fixed_at", "注文確定日時"),
    cell("ship_instructed_at", "発送指示日時"),
    cell("shipped_at", "発送完了報告日時"),
    cell("payment_method", "支払方法名"),
    cell("delivery_method", "配送方法"),
    cell("order_type", "注文種別"),
    cell("is_under_review", "楽天確認中フラグ"),
    first_of("caution_code", "警告表示タイプ詳細", "警告表示タイプ", needed=False),
    cell("changed_by_buyer", "購入履歴修正有無フラグ"),
    cell("goods_total", "商品合計金額"),
    cell("tax_total", "消費税合計"),
    cell("postage_total", "送料合計"),
    cell("cod_fee", "代引料合計"),
    cell("request_total", "請求金額"),
    cell("order_total", "合計金額"),
    cell("point_used", "ポイント利用額"),
    cell("coupon_total", "クーポン利用総額"),
    cell("coupon_shop", "店舗発行クーポン利用額"),
    cell("coupon_other", "楽天発行クーポン利用額"),
    sum_of("gift_fee", "ラッピング料金1", "ラッピング料金2"),
    joined(
        "gift_wrapping", "ラッピング名1", "ラッピング名2", between=" / ", needed=False
    ),
    maybe("payment_fee", "決済手数料"),
    maybe("buyer_fee", "注文者負担金合計"),
    maybe("shop_fee", "店舗負担金合計"),
    maybe("billed_at_10", "10%請求金額"),
    maybe("tax_at_10", "10%請求額に対する税額"),
    maybe("billed_at_8", "8%請求金額"),
    maybe("tax_at_8", "8%請求額に対する税額"),
    maybe("billed_at_0", "0%請求金額"),
    maybe("tax_at_0", "0%請求額に対する税額"),
    cell("delivery_slot", "お届け時間帯"),
    cell("delivery_on", "お届け日指定"),
    cell("is_gift", "ギフト配送希望"),
)

PEOPLE = (
    joined("orderer_zip", "注文者郵便番号1", "注文者郵便番号2", between="-"),
    cell("orderer_prefecture", "注文者住所都道府県"),
    cell("orderer_city", "注文者住所郡市区"),
    cell("orderer_street", "注文者住所それ以降の住所"),
    cell("orderer_family_name", "注文者姓"),
    cell("orderer_first_name", "注文者名"),
    cell("orderer_family_name_kana", "注文者姓カナ"),
    cell("orderer_first_name_kana", "注文者名カナ"),
    joined("orderer_phone", "注文者電話番号1", "注文者電話番号2", "注文者電話番号3"),
    cell("orderer_email", "注文者メールアドレス"),
    cell("orderer_remarks", "コメント"),
    joined("recipient_zip", "送付先郵便番号1", "送付先郵便番号2", between="-"),
    cell("recipient_prefecture", "送付先住所都道府県"),
    cell("recipient_city", "送付先住所郡市区"),
    cell("recipient_street", "送付先住所それ以降の住所"),
    cell("recipient_family_name", "送付先姓"),
    cell("recipient_first_name", "送付先名"),
    cell("recipient_family_name_kana", "送付先姓カナ"),
    cell("recipient_first_name_kana", "送付先名カナ"),
    joined("recipient_phone", "送付先電話番号1", "送付先電話番号2", "送付先電話番号3"),
)

PACKAGE = (
    cell("basket_id", "送付先ID"),
    cell("noshi", "のし"),
    cell("package_postage_total", "送付先送料"),
    cell("package_cod_fee", "送付先代引料"),
    cell("package_goods_total", "送付先商品合計金額"),
    cell("package_total", "送付先合計金額"),
    maybe("default_carrier_code", "購入時配送会社"),
)

LINE = (
    cell("line_id", "商品明細ID"),
    cell("item_id", "商品ID"),
    cell("item_name", "商品名"),
    cell("item_number", "商品番号"),
    cell("manage_number", "商品管理番号"),
    cell("unit_price", "単価"),
    cell("quantity", "個数"),
    cell("tax_included", "税込別"),
    cell("choices", "項目・選択肢"),
    maybe("tax_rate", "商品税率"),
    maybe("line_total", "単価"),
    maybe("_price_with_tax", "商品毎税込価格"),
    maybe("variant_id", "SKU管理番号"),
    maybe("sku", "システム連携用SKU番号"),
    maybe("sku_info", "SKU情報"),
)

CHECKS = (
    # Wrapping stands within 商品合計金額 and on no line.
    SumCheck("goods_total", (("gift_fee", 1),), lines="own_total"),
    SumCheck("order_total", (("goods_total", 1), ("postage_total", 1))),
    SumCheck(
        "request_total",
        (
            ("order_total", 1),
            ("cod_fee", 1),
            ("payment_fee", 1),
            ("buyer_fee", 1),
            ("coupon_total", -1),
            ("point_used", -1),
        ),
    ),
    # Since April 2022 before points, since September 2023 without the pay-later fee.
    SumCheck(
        "request_total",
        (("billed_at_10", 1), ("billed_at_8", 1), ("billed_at_0", 1)),
        perhaps=(("point_used", -1), ("buyer_fee", 1)),
    ),
)

LAYOUTS = (
    Layout(
        name="rakuten",
        mall=Mall.RAKUTEN,
        title="楽天市場 受注データ(楽天ペイ版)",
        where=(
            f"{ORDER_CSV} の順に進んでダウンロードしてください"
            "(データダウンロードは申し込み要・無料です)。"
        ),
        signature=Signature(
            starts=(
                "注文番号",
                "ステータス",
                "サブステータスID",
                "サブステータス",
                "注文日時",
            ),
            has=("送付先ID", "商品明細ID"),
        ),
        cells=ORDER + PEOPLE + PACKAGE + LINE,
        sku=(
            ("sku",),
            ("manage_number", "variant_id"),
            ("item_number",),
            ("manage_number",),
        ),
        cancelled="^900$",
        shipped="^(?:500|600|700)$",
        shop=r"^(\d+)-",
        baskets="id",
        additions=ADDITIONS,
        rules=(price_with_tax,),
        checks=CHECKS,
    ),
)
