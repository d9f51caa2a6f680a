"""Lines that their mall cancelled by themselves, while their order goes on."""

from collections.abc import Callable
from typing import Final

import polars as pl

from connectors.order_files.layout import HELD, is_over
from connectors.order_files.numbering import BLOCK

_EMPTIED: Final = ("quantity", "line_total")


def empty_cancelled(word: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Return the rule that writes a line with this status with no pieces, at no cost.

    Not in an order of which every line is cancelled: its own status says so.
    """

    def empty(rows: pl.DataFrame) -> pl.DataFrame:
        """Write a line cancelled by itself with no pieces, at no cost."""
        if "line_status" not in rows.columns:
            return rows
        is_off = is_over("line_status", word, HELD)
        is_empty = is_off & ~is_off.all().over(BLOCK)
        return rows.with_columns(
            pl.when(is_empty).then(pl.lit("0")).otherwise(name).alias(name)
            for name in _EMPTIED
            if name in rows.columns
        )

    return empty
