"""Qoo10: the short delivery list with its three cells filled (docs/order-files.md §8).

Qoo10 finds a row by 注文番号, which is our line. 受取人名 stays blank, because the file
needs nobody's name, and so do words that CP932 cannot hold, or a spreadsheet would run.
"""

from connectors.carriers.labels.text import lacking, plain_text, starts_formula
from connectors.tracking_files.file import PackageRows, TrackingLayout, first_number
from data.model.order import Mall
from data.model.shipping.shipment import DELIVERY_COMPANIES
from data.model.shipping.tracking_file import TrackedPackage

HEADER = (
    "配送状態",
    "注文番号",
    "カート番号",
    "配送会社",
    "送り状番号",
    "発送日",
    "発送予定日",
    "商品名",
    "数量",
    "オプション情報",
    "オプションコード",
    "受取人名",
    "販売者商品コード",
    "外部広告",
    "決済サイト",
)


def rows(package: TrackedPackage) -> PackageRows:
    """Return a row for each line of the package, all with its first number.

    A line without pieces was cancelled: Qoo10 must not take it for sent.
    """
    made = first_number(package)
    for number in made.written:
        for line in package.lines:
            if not line.quantity:
                continue
            cells = {
                "配送状態": line.line_status or package.mall_status,
                "注文番号": line.line_id,
                "カート番号": package.order_number,
                "配送会社": DELIVERY_COMPANIES.get(number.carrier_code, "その他"),
                "送り状番号": number.tracking_number,
                "発送日": f"{number.shipping_date:%Y/%m/%d}",
                "商品名": _words(line.item_name),
                "数量": str(line.quantity),
                "オプション情報": _words(line.choices),
                "オプションコード": line.variant_id,
                "販売者商品コード": line.manage_number,
                "決済サイト": _words(package.payment_method),
            }
            made.cells.append([cells.get(name, "") for name in HEADER])
    return made


def _words(text: str) -> str:
    plain = plain_text(text)
    return "" if lacking(plain) or starts_formula(plain) else plain


LAYOUT = TrackingLayout(
    mall=Mall.QOO10,
    where=(
        "QSM の 配送・キャンセル・未受取 > 配送管理 の「送り状番号の一括入力」で"
        "アップロードします。"
    ),
    header=(HEADER,),
    rows=rows,
)
