"""What every CSV taken in has in common, whether of orders, parcels or stock."""

from typing import Final, NamedTuple

EXCEL_DAMAGE: Final = r"^\d(\.\d+)?E\+\d+$"
"""A numeric identifier after Excel saved the file: its digits are lost for good."""

DAMAGED_BY_EXCEL: Final = (
    "Excelで開いて保存したため、番号が壊れています(1.23E+10 の形)。"
)
BLANK: Final = "空欄です。"


class RowRemark(NamedTuple):
    """Why one row of a file was set aside, or should be looked at; no cell's content.

    `row_number` counts from 1, the header if the file has one. `column_name` is the
    file's own; None = the whole row. `order_number` names the order that must not be
    stored without the row: None where it is unreadable, or no order file's.
    """

    row_number: int
    column_name: str | None
    reason: str
    order_number: str | None = None
