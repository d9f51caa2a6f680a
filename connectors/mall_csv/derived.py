"""Cells that follow from others: shop, SKU, cancelled; and the frame's final form."""

from collections.abc import Iterable

import polars as pl

from connectors.mall_csv.layout import Layout
from data.model.csv_order import FIELDS


def derived(rows: pl.LazyFrame, names: Iterable[str], layout: Layout) -> pl.LazyFrame:
    """Give the wide frame: `row_number`, then our cells in the order of `FIELDS`.

    `names` are the columns `rows` has.
    """
    known = set(names)
    if "manage_number" in known and layout.mall == "rakuten":
        rows = rows.with_columns(pl.col("manage_number").str.to_lowercase())
    more: dict[str, pl.Expr] = {}
    if layout.shop and layout.shop_from in known:
        more["shop_id"] = pl.col(layout.shop_from).str.extract(layout.shop)
    if layout.role != "orders":
        more["sku"] = _sku(known, layout)
    if layout.role != "lines":
        more["cancelled"] = _cancelled(known, layout)
    else:
        known.discard("amounts_fixed")
    known.update(more)
    present = [field.name for field in FIELDS if field.name in known]
    return rows.with_columns(**more).select("row_number", *present)


def _sku(known: set[str], layout: Layout) -> pl.Expr:
    """The first alternative whose fields are all there and filled (formats.md §4.1)."""
    whole = [
        pl.concat_str(fields, separator="/")
        for fields in layout.sku
        if known.issuperset(fields)
    ]
    return pl.coalesce(*whole, pl.lit(None, dtype=pl.String))


def _cancelled(known: set[str], layout: Layout) -> pl.Expr:
    said = [pl.lit(value=False)]
    if layout.cancelled and "mall_status" in known:
        said.append(pl.col("mall_status").str.contains(layout.cancelled))
    if "cancelled_at" in known:
        said.append(pl.col("cancelled_at").is_not_null())
    return pl.any_horizontal(said).fill_null(value=False)
