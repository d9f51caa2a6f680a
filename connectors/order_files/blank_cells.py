"""Cells of nothing but white space are blank cells, in every column of every mall.

A person who clears a cell with the space bar, and a program that pads, mean nothing by
it: 更新 must not write it over what is known, and 書換 clears with it.
"""

from typing import Final

import polars as pl

_NOT_ASCII: Final = ("\u3000", "\u00a0")
"""Blanks that sort behind every printable ASCII sign; all others sort before them."""


def with_blanks_as_null(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the text frame with null for each cell of white space alone.

    A file has few columns with such a cell, and only those are looked through.
    """
    if not cells.height:
        return cells
    every = pl.all()
    starts = every.str.starts_with
    suspect = cells.select(every.min() < "!").row(0)
    others = [cells.select(starts(blank).any()).row(0) for blank in _NOT_ASCII]
    names = [
        name
        for name, *found in zip(cells.columns, suspect, *others, strict=True)
        if any(found)
    ]
    return cells.with_columns(
        pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name)).alias(name)
        for name in names
    )
