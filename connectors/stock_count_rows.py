"""What a row of a stock CSV may hold, and everything that is wrong with one."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from connectors.mall_csv.header import Header
from data.model.csv_order import EXCEL_DAMAGE
from data.model.stock import CODE, MOST_UNITS, OWN_SKU, Counted

MANAGE_NUMBER: Final = "商品管理番号"
VARIANT: Final = "SKU管理番号"
QUANTITY: Final = "数量"
OWN: Final = "自社SKU"
SAFETY: Final = "安全在庫"
NEEDED: Final = (MANAGE_NUMBER, VARIANT, QUANTITY)
KNOWN: Final = (*NEEDED, OWN, SAFETY)

_UNITS: Final = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True)
class Fault:
    """A cell, or a row where `column` is None, that cannot be taken as it is."""

    row: int
    column: str | None
    reason: str


class Cells:
    """One record's cells by their column."""

    def __init__(self, header: Header, cells: list[str]) -> None:
        self._header = header
        self._cells = cells

    def __getitem__(self, column: str) -> str:
        """Give a cell, or an empty one where the file has no such column."""
        at = self._header.index(column)
        return "" if at is None else self._cells[at]


def counted_row(row: int, cells: Cells, faults: list[Fault]) -> Counted | None:
    """Read one row, or note everything that is wrong with it."""
    found = [
        Fault(row, column, reason)
        for column, wrong in _RULES.items()
        if (reason := wrong(cells[column]))
    ]
    faults += found
    if found:
        return None
    return Counted(
        manage_number=cells[MANAGE_NUMBER],
        variant_id=cells[VARIANT],
        quantity=int(cells[QUANTITY]),
        own_sku=cells[OWN] or None,
        safety=int(cells[SAFETY]) if cells[SAFETY] else None,
    )


def _wrong_code(cell: str) -> str:
    if not cell:
        return "空欄です。"
    if re.fullmatch(EXCEL_DAMAGE, cell):
        return "1.23E+10 の形に壊れています(Excelで数値として開いたため)。"
    if not re.fullmatch(CODE, cell):
        return "半角の英数字・ハイフン・下線で32文字までにしてください。"
    return ""


def _wrong_units(cell: str) -> str:
    if not cell:
        return "空欄です。ないときは 0 と書いてください。"
    if not _UNITS.fullmatch(cell):
        return f"0 から {MOST_UNITS:,} までの整数を、半角数字だけで書いてください。"
    return ""


def _wrong_own_sku(cell: str) -> str:
    if cell and re.fullmatch(EXCEL_DAMAGE, cell):
        return "1.23E+10 の形に壊れています(Excelで数値として開いたため)。"
    if cell and not re.fullmatch(OWN_SKU, cell):
        return "96文字までで、改行などを含めずに書いてください。"
    return ""


_RULES: Final[dict[str, Callable[[str], str]]] = {
    MANAGE_NUMBER: _wrong_code,
    VARIANT: _wrong_code,
    QUANTITY: _wrong_units,
    OWN: _wrong_own_sku,
    SAFETY: lambda cell: _wrong_units(cell) if cell else "",
}


def disagreeing(counts: list[tuple[int, Counted]]) -> Iterator[Fault]:
    """Find listings told twice, and one own SKU told differently.

    Of a receipt too: whether two rows of one SKU add up, nobody could tell.
    """
    listings: dict[tuple[str, str], int] = {}
    own_skus: dict[str, tuple[int, int]] = {}
    for row, counted in counts:
        key = (counted.manage_number, counted.variant_id)
        first = listings.setdefault(key, row)
        if first != row:
            yield Fault(row, VARIANT, f"{first:,} 行目と同じ商品・SKUです。")
        if counted.own_sku is None:
            continue
        first, units = own_skus.setdefault(counted.own_sku, (row, counted.quantity))
        if units != counted.quantity:
            yield Fault(
                row,
                QUANTITY,
                f"{first:,} 行目と同じ自社SKUなのに数量が違います。"
                "どの行にも、そのSKUの全部の数を書いてください。",
            )
