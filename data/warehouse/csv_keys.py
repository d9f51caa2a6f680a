"""What tells the rows of a file apart: whose each is, and one number for each level.

The numbers are Polars' hashes, good within one import and kept nowhere. DuckDB takes
four times as long over the same cells.
"""

from typing import Final

import polars as pl

from data.model.csv_order import Level, fields_of

_KEYS: Final = ("row_number", "shop_id", "order_number", "basket_id", "line_id")
_FOLLOWING: Final = {"amounts_fixed", "cancelled"}
"""Cells that follow from others."""


def keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the keys of whole rows, and numbers that are equal where cells are.

    `order_hash` counts the orderer in, `basket_hash` the recipient; `line_hash` also
    says which package the line is in.
    """
    return rows.select(
        *_KEYS,
        _hash(Level.ORDER, Level.ORDERER).alias("order_hash"),
        _hash(Level.PACKAGE, Level.RECIPIENT).alias("basket_hash"),
        _hash(Level.LINE, more=("basket_id",)).alias("line_hash"),
        pl.col("amounts_fixed").fill_null(value=True).alias("is_fixed"),
    )


def _hash(*levels: Level, more: tuple[str, ...] = ()) -> pl.Expr:
    names = [field.name for level in levels for field in fields_of(level)]
    told = [name for name in names if name not in _FOLLOWING.union(_KEYS)]
    return pl.struct(*more, *told).hash()
