"""minne order file, 27 columns (docs/order-files.md §9)."""

from connectors.order_files.layout import HELD, Layout, Signature, cell, joined, maybe
from connectors.order_files.unpaid import hold_unpaid
from data.model.order import Mall
from data.model.order_file import SumCheck

CELLS = (
    cell("order_number", "注文ID"),
    cell("ordered_at", "注文日"),
    cell("mall_status", "注文状況"),
    cell("payment_method", "支払方法"),
    maybe("paid_at", "入金確認日"),
    maybe("shipping_date", "発送日"),
    maybe("delivery_method", "配送方法"),
    cell("goods_total", "注文の販売価格"),
    cell("postage_total", "注文の送料"),
    cell("request_total", "注文の合計"),
    cell("orderer_family_name", "注文者の氏名"),
    maybe("orderer_phone", "注文者の電話番号"),
    maybe("orderer_remarks", "備考"),
    cell("recipient_family_name", "配送先の氏名"),
    cell("recipient_zip", "配送先の郵便番号"),
    joined("recipient_street", "配送先の住所1", "配送先の住所2", between=" "),
    maybe("recipient_phone", "配送先の電話番号"),
    cell("item_name", "作品名"),
    cell("unit_price", "販売価格"),
    cell("quantity", "数量"),
    maybe("line_total", "小計"),
    maybe("manage_number", "作品管理番号"),
)

LAYOUTS = (
    Layout(
        name="minne",
        mall=Mall.MINNE,
        title="minne 注文データ",
        where="minne の 注文管理 > CSVダウンロード から取り直してください。",
        signature=Signature(starts=("注文ID", "注文日", "注文状況")),
        cells=CELLS,
        sku=(("manage_number",), ("item_name",)),
        cancelled="キャンセル",
        held=HELD,
        shipped="^(?:発送済|発送完了|受取完了|取引完了|完了)",
        lines="position",
        rules=(hold_unpaid,),
        checks=(
            SumCheck("goods_total", (), lines="unit_price"),
            SumCheck("request_total", (("goods_total", 1), ("postage_total", 1))),
        ),
        instant_format="%Y/%m/%d %H:%M:%S",
    ),
)
