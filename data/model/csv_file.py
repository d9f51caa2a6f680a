"""What every CSV taken in has in common, whether of orders, parcels or stock."""

from enum import StrEnum
from typing import Final, NamedTuple

EXCEL_DAMAGE: Final = r"^\d(\.\d+)?E\+\d+$"
"""A numeric identifier after Excel saved the file: its digits are lost for good."""

DAMAGED_BY_EXCEL: Final = (
    "Excelで開いて保存したため、番号が壊れています(1.23E+10 の形)。"
)
BLANK: Final = "空欄です。"
UNUSABLE: Final = (
    "使用できない文字(外字・制御文字・壊れた文字)が含まれているため、"
    "空欄として扱いました。"
)
"""Of a cell that is read as blank while the rest of its row stays."""


class CellFault(StrEnum):
    """Why a cell is read as blank: the kinds of `csv_warnings` that name a row."""

    UNUSABLE = "unusable-character"
    UNREADABLE = "unreadable"
    EXCEL = "excel-damage"
    PHONE = "phone-without-zero"
    BLANK = "blank"
    SHORT_ROWS = "short-rows"


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


class CellRemark(NamedTuple):
    """Why a cell of a row that is kept was read as blank; no cell's content.

    `kind` is a `CellFault`. Rows, columns and orders are named as in `RowRemark`.
    """

    row_number: int
    column_name: str | None
    kind: str
    reason: str
    order_number: str | None = None
