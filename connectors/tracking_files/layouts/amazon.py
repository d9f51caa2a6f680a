"""Amazon.co.jp 出荷通知: tabs, three lines of header (docs/order-files.md §7).

A row confirms a line in some quantity, or the whole order where both cells are blank:
reports without order-item-id can be confirmed that way only. Carriers of Japan go as
`Other` with their name, which every programme seen does.
"""

import re
from typing import Final

from connectors.tracking_files.file import PackageRows, TrackingLayout, first_number
from data.model.order import Mall
from data.model.shipping.shipment import DELIVERY_COMPANIES
from data.model.shipping.tracking_file import TrackedPackage

CARRIER: Final = "Other"
COLLECTED: Final = "DirectPayment"
_ITEM: Final = re.compile(r"[0-9]{10,}")
"""An order-item-id has 14 digits; an id of our own making is shorter."""


def rows(package: TrackedPackage) -> PackageRows:
    """Return a row for each line, or one for the order if the lines have no ids."""
    made = first_number(package)
    lines = [line for line in package.lines if line.quantity > 0]
    is_known = lines and all(_ITEM.fullmatch(line.line_id) for line in lines)
    items = [(one.line_id, str(one.quantity)) for one in lines] if is_known else []
    for number in made.written:
        made.cells += [
            (
                package.order_number,
                item,
                quantity,
                f"{number.shipping_date:%Y-%m-%d}",
                CARRIER,
                DELIVERY_COMPANIES.get(number.carrier_code, "その他"),
                number.tracking_number,
                "",
                COLLECTED if package.payment_method.upper() == "COD" else "",
            )
            for item, quantity in items or [("", "")]
        ]
    return made


LAYOUT = TrackingLayout(
    mall=Mall.AMAZON,
    where=(
        "セラーセントラルの 注文 > 注文に関するファイルのアップロード で、"
        "「出荷通知」としてアップロードします。"
    ),
    header=(
        (
            "TemplateType=OrderFulfillment",
            "Version=2011.1102",
            "この行はAmazonが使用しますので変更や削除しないでください。",
            *[""] * 6,
        ),
        (
            "注文番号",
            "注文商品番号",
            "出荷数",
            "出荷日",
            "配送業者コード",
            "配送業者名",
            "お問い合わせ伝票番号",
            "配送方法",
            "代金引換",
        ),
        (
            "order-id",
            "order-item-id",
            "quantity",
            "ship-date",
            "carrier-code",
            "carrier-name",
            "tracking-number",
            "ship-method",
            "cod-collection-method",
        ),
    ),
    rows=rows,
    delimiter="\t",
    quoted=False,
    ending="txt",
)
