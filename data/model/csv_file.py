"""What every CSV taken in has in common, whether of orders, parcels or stock."""

import re
from enum import StrEnum
from typing import Final, NamedTuple

EXCEL_DAMAGE: Final = r"^\d(\.\d+)?E\+\d+$"
"""A numeric identifier after Excel saved the file: its digits are lost for good."""

MONTH: Final = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
EXCEL_DATE: Final = (
    r"^(?:\d{1,2}月\d{1,2}日|\d{4}年\d{1,2}月(?:\d{1,2}日)?"
    rf"|\d{{4}}/\d{{1,2}}/\d{{1,2}}|\d{{1,2}}-{MONTH}|{MONTH}-\d{{2}})$"
)
"""What Excel makes of an item's code such as 1-2."""

DAMAGED_BY_EXCEL: Final = (
    "Excelで開いて保存したため、番号が壊れています(1.23E+10 の形)。"
)
CODE_LOST: Final = (
    "Excelで開いて保存したため、番号が失われています(1.23E+10 や 1月2日 の形)。"
)
BLANK: Final = "空欄です。"
UNUSABLE: Final = (
    "使用できない文字(外字・制御文字・壊れた文字)が含まれているため、"
    "空欄として扱いました。"
)
"""Of a cell that is read as blank while the rest of its row stays."""
UNUSABLE_HERE: Final = "使用できない文字(外字・制御文字・壊れた文字)が含まれています。"
"""The same of one that must not be taken for a blank one."""


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

    @property
    def place(self) -> str:
        """The column it is about, as staff read it."""
        return self.column_name or "(行全体)"


class CellRemark(NamedTuple):
    """Why a cell of a row that is kept was read as blank; no cell's content.

    `kind` is a `CellFault`. Rows, columns and orders are named as in `RowRemark`.
    """

    row_number: int
    column_name: str | None
    kind: str
    reason: str
    order_number: str | None = None


def code_damage(cell: str) -> str:
    """Return what Excel did to an item's code, in Japanese; nothing if it is whole."""
    is_lost = re.fullmatch(EXCEL_DAMAGE, cell) or re.fullmatch(EXCEL_DATE, cell)
    return CODE_LOST if is_lost else ""
