"""Yahoo!ショッピング: one row per order, two numbers at most (docs/order-files.md §5).

Yahoo!'s codes of delivery companies are those of RMS up to 1027. ShipStatus 3 is 出荷済
(2 出荷処理中), by Yahoo!'s orderShipStatusChange API.
"""

from typing import Final

from connectors.tracking_files.file import PackageRows, TrackingLayout
from data.model.order import Mall
from data.model.shipping.tracking_file import TrackedNumber, TrackedPackage

SHIPPED: Final = "3"
OTHER_COMPANY: Final = "1000"
LAST_COMPANY: Final = 1027
OF_RAKUTEN: Final = {"1029": "1003", "1030": "1001"}
"""Services that have a code of their own at Rakuten only, by their company's."""
TWO_NUMBERS: Final = (
    "Yahoo! の1つの注文には、同じ配送会社の送り状番号を2つまでしか書けません。"
    "対処: ストアクリエイターPro の画面で入力してください。"
)


def rows(package: TrackedPackage) -> PackageRows:
    """Return the order's row with its first two numbers, known ones included.

    The mall replaces what it has, so a second number comes with the first again.
    """
    first, *later = package.numbers
    second = next((one for one in later if _company(one) == _company(first)), None)
    in_row = [first] if second is None else [first, second]
    made = PackageRows(
        left_out=[(n, TWO_NUMBERS) for n in package.new if n not in in_row]
    )
    made.written = [one for one in in_row if one.is_new]
    if made.written:
        made.cells.append(
            (
                package.order_number,
                _company(first),
                first.tracking_number,
                second.tracking_number if second else "",
                f"{first.shipping_date:%Y/%m/%d}",
                SHIPPED,
            )
        )
    return made


def _company(number: TrackedNumber) -> str:
    code = OF_RAKUTEN.get(number.carrier_code, number.carrier_code)
    return code if int(code) <= LAST_COMPANY else OTHER_COMPANY


LAYOUT = TrackingLayout(
    mall=Mall.YAHOO,
    where="ストアクリエイターPro の 注文管理 > アップロード でアップロードします。",
    header=(
        (
            "OrderId",
            "ShipCompanyCode",
            "ShipInvoiceNumber1",
            "ShipInvoiceNumber2",
            "ShipDate",
            "ShipStatus",
        ),
    ),
    rows=rows,
)
