"""Cells that a spreadsheet has quoted in a file of tabs, where a quote is text.

Amazon never quotes, so a lone `"` is an inch or a part of a name. A spreadsheet that
saves the file anew quotes each cell with a comma or a quote, and doubles its quotes:
an address would stand on its label in quotes.
"""

from typing import Final

import polars as pl

_QUOTED: Final = r'^"(?:[^"]|"")*"$'
_WHY: Final = '[,"]'


def without_quotes(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the text frame without the quotes that only a spreadsheet writes."""
    if not cells.height:
        return cells
    begun = cells.select(pl.all().str.starts_with('"').any()).row(0, named=True)
    return cells.with_columns(
        _bare(pl.col(name)).alias(name) for name, is_so in begun.items() if is_so
    )


def _bare(cell: pl.Expr) -> pl.Expr:
    inner = cell.str.slice(1, cell.str.len_chars() - 2)
    is_quoted = cell.str.contains(_QUOTED) & inner.str.contains(_WHY)
    plain = inner.str.replace_all('""', '"', literal=True)
    return pl.when(is_quoted).then(plain).otherwise(cell)
