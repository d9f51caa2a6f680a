"""How the goods of an order are to be wrapped, where each of its rows says its own."""

from typing import Final

import polars as pl

_NONE: Final = ("", "-", "－", "ー", "なし", "無し")
"""What stands in the cell of an order that is no gift."""


def gather_wrapping(rows: pl.DataFrame) -> pl.DataFrame:
    """Write on all rows of an order what any of them says of its wrapping."""
    if "gift_wrapping" not in rows.columns:
        return rows
    words = pl.col("gift_wrapping").str.strip_chars()
    told = words.filter(words.is_in(_NONE).not_()).unique(maintain_order=True)
    return rows.with_columns(
        gift_wrapping=told.str.join(" / ").over("order_number").replace("", None)
    )
