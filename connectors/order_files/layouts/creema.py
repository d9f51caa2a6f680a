"""Creema order file, 40 columns (docs/order-files.md §9).

Its only address is the recipient's.
"""

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
from connectors.order_files.money import add_up_coupons
from data.model.order import Mall
from data.model.order_file import SumCheck

CELLS = (
    cell("order_number", "注文ID"),
    cell("ordered_at", "購入日"),
    cell("mall_status", "ステータス"),
    maybe("paid_at", "支払い日"),
    maybe("shipping_date", "発送日"),
    maybe("delivery_method", "配送方法"),
    cell("goods_total", "作品合計"),
    cell("postage_total", "送料・ラッピング"),
    maybe("gift_wrapping", "ギフトラッピング"),
    maybe("coupon_shop", "(-)作家クーポン"),
    first_of(
        "coupon_other",
        "(-)お買い物券・ポイント・キャンペーン分",
        "(-)ポイント・お買い物券利用分",  # of older files
        needed=False,
    ),
    sum_of(
        "coupon_total",
        "(-)作家クーポン",
        "(-)お買い物券・ポイント・キャンペーン分",
        "(-)ポイント・お買い物券利用分",
        needed=False,
    ),
    cell("order_total", "合計金額"),
    cell("request_total", "ご注文金額"),
    maybe("orderer_family_name", "取引相手"),
    maybe("orderer_remarks", "備考"),
    cell("recipient_family_name", "氏名"),
    cell("recipient_zip", "郵便番号"),
    cell("recipient_street", "住所"),
    cell("recipient_phone", "TEL"),
    cell("item_name", "作品タイトル"),
    joined(
        "choices",
        "種類",
        "オプション1",
        "オプション2",
        "オプション3",
        "オプション4",
        "オプション5",
        between=" / ",
        needed=False,
    ),
    cell("unit_price", "作品価格"),
    cell("quantity", "数量"),
)

LAYOUTS = (
    Layout(
        name="creema",
        mall=Mall.CREEMA,
        title="Creema 注文データ",
        where="Creema の 販売管理 > CSVダウンロード から取り直してください。",
        signature=Signature(starts=("注文ID", "購入日", "ステータス")),
        cells=CELLS,
        sku=(("item_name",),),
        cancelled="キャンセル",
        held=HELD,
        shipped="^(?:発送済|発送完了|受取完了|取引完了)",
        lines="position",
        rules=(add_up_coupons, gather_wrapping),
        checks=(
            SumCheck("goods_total", (), lines="unit_price"),
            SumCheck(
                "order_total",
                (("goods_total", 1), ("postage_total", 1), ("coupon_shop", -1)),
            ),
            SumCheck("request_total", (("order_total", 1), ("coupon_other", -1))),
        ),
        instant_format="%Y/%m/%d %H:%M:%S",
    ),
)
