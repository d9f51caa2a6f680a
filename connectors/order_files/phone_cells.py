"""Cells of telephone numbers to digits: one whole number a cell, or none.

A Japanese number has ten or eleven digits, its leading 0 among them. More digits are a
second number or an extension (`内線12`), and no label or call must be made of both.
"""

from typing import Final

import polars as pl

from connectors.order_files.written_numbers import half_width
from data.model.csv_file import EXCEL_DAMAGE, CellFault

FEWEST: Final = 10
MOST: Final = 11
MOST_ABROAD: Final = 15
"""Digits of a number with its country's code, by ITU-T E.164."""

WITHOUT_ZERO: Final = (
    "電話番号の先頭の0がありません(Excelで開いて保存した可能性があります)。"
)
UNREADABLE: Final = (
    "1つの電話番号として読み取れません(2つの番号、内線、桁数の違いなど)。"
)


def quick(text: pl.Expr) -> pl.Expr:
    """Return a number of bare digits as it is; null for any other form."""
    is_plain = (
        text.str.starts_with("0")
        & text.str.len_bytes().is_between(FEWEST, MOST)
        & text.cast(pl.Int64, strict=False).is_not_null()
    )
    return pl.when(is_plain).then(text)


def loose(text: pl.Expr) -> pl.Expr:
    """Return the digits of a number in any form, +81 as 0; null if it is not one."""
    plain = half_width(text)
    digits = _digits(plain)
    is_ours = digits.str.starts_with("0") & digits.str.len_bytes().is_between(
        FEWEST, MOST
    )
    is_abroad = (
        plain.str.contains(r"^'?\+")
        & ~digits.str.starts_with("0")
        & digits.str.len_bytes().is_between(1, MOST_ABROAD)
    )
    return pl.when(is_ours | is_abroad).then(digits)


def faults(text: pl.Expr) -> tuple[tuple[CellFault, str, pl.Expr], ...]:
    """Return what may be wrong with a cell that is no number, each with where it is."""
    plain = half_width(text)
    digits = _digits(plain)
    is_cut = ~digits.str.starts_with("0") & digits.str.len_bytes().is_between(
        FEWEST - 1, MOST - 1
    )
    is_cut |= plain.str.contains(EXCEL_DAMAGE)
    return (
        (CellFault.PHONE, WITHOUT_ZERO, is_cut),
        (CellFault.UNREADABLE, UNREADABLE, ~is_cut),
    )


def _digits(plain: pl.Expr) -> pl.Expr:
    as_ours = plain.str.replace(r"^'?\+81\D*0?", "0")
    return as_ours.str.replace_all(r"[^0-9]", "")
