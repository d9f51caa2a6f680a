"""What a file says of an order or a package on several rows, put into one of them."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from data.model.csv_order import Level, fields_of

_NOT_LEVELLED: Final = {"order_number", "shop_id", "amounts_fixed"}
ORDER_CELLS: Final = tuple(
    field.name
    for level in (Level.ORDER, Level.ORDERER)
    for field in fields_of(level)
    if field.name not in _NOT_LEVELLED
)
PACKAGE_CELLS: Final = tuple(
    field.name
    for level in (Level.PACKAGE, Level.RECIPIENT)
    for field in fields_of(level)
    if field.name != "basket_id"
)


def levelled(
    rows: pl.DataFrame,
    orders: Sequence[tuple[str, int]],
    packages: Sequence[tuple[str, str, int]],
) -> pl.DataFrame:
    """Fill the row that speaks for an order, or a package, from its other rows.

    `orders` and `packages` name those whose rows differ, and that row. A cell becomes
    the last one in file order that is not blank.
    """
    if orders:
        rows = _filled(rows, ORDER_CELLS, ("order_number",), orders)
    if packages:
        rows = _filled(rows, PACKAGE_CELLS, ("order_number", "basket_id"), packages)
    return rows


def _filled(
    rows: pl.DataFrame,
    cells: Sequence[str],
    key: Sequence[str],
    uneven: Sequence[tuple[str | int, ...]],
) -> pl.DataFrame:
    schema = dict.fromkeys(key, pl.String()) | {"last_row": pl.UInt32()}
    named = pl.DataFrame(uneven, schema=schema, orient="row")
    theirs = rows.select("row_number", *key, *cells).join(named, on=key, how="semi")
    nulls = theirs.select(cells).null_count().row(0, named=True)
    partly = [name for name in cells if 0 < nulls[name] < theirs.height]
    last = (
        theirs.sort("row_number")
        .group_by(key)
        .agg(pl.col(partly).drop_nulls().last())
        .join(named, on=key)
        .select(pl.col("last_row").alias("row_number"), *partly)
    )
    speaking = rows.drop(partly).join(last, on="row_number").select(rows.columns)
    return pl.concat([rows.join(last, on="row_number", how="anti"), speaking])
