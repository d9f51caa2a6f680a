"""What a mall writes on each line, or in parts, as the amounts of an order.

For the rules of layouts: they work on text, before anything is typed. An amount that
cannot be read leaves what depends on it blank, so that no sum is a guess.
"""

from collections.abc import Sequence

import polars as pl

from connectors.order_files.numbering import BLOCK
from data.model.order import MOST_YEN


def amount(rows: pl.DataFrame, name: str) -> pl.Expr:
    """Return a column's text as a number; null where it is none, or without column.

    An amount beyond what is stored (`4.01E+102`, `inf`) is none.
    """
    if name not in rows.columns:
        return pl.lit(None, dtype=pl.Float64)
    digits = pl.col(name).str.replace_all(r"[¥￥,円\s]", "")
    number = digits.cast(pl.Float64, strict=False)
    return pl.when(number.abs() <= MOST_YEN).then(number)


def whole_yen(number: pl.Expr) -> pl.Expr:
    """Return a number as text, or null where it is not a whole one or too large."""
    rounded = number.round()
    return pl.when((number - rounded).abs() < 1e-6).then(
        rounded.cast(pl.Int64, strict=False).cast(pl.String)
    )


def over_order(number: pl.Expr, key: Sequence[str]) -> pl.Expr:
    """Add up over an order's rows, each row of equal `key` once; null counts as 0.

    The rows of an order stand together, in one block (`Layout.adds_up`).
    """
    is_first = pl.struct(BLOCK, *key).is_first_distinct()
    return pl.when(is_first).then(number.fill_null(0)).otherwise(0).sum().over(BLOCK)


def known_over_order(number: pl.Expr) -> pl.Expr:
    """Whether every row of the order has the number."""
    return number.is_not_null().all().over(BLOCK)


def rest_of(
    rows: pl.DataFrame, total: str, less: Sequence[str], more: Sequence[str] = ()
) -> pl.Expr:
    """Return `total` without its other parts, as text; blank parts count as 0."""
    number = amount(rows, total)
    for name in less:
        number -= amount(rows, name).fill_null(0)
    for name in more:
        number += amount(rows, name).fill_null(0)
    return whole_yen(number)


def price_with_tax(rows: pl.DataFrame) -> pl.DataFrame:
    """Write a price without tax (税込別 0) with it, and its line's own sum beside it.

    The price with tax is the file's own, else it follows from the rate. Where neither
    is told it stays blank: a price has one meaning.
    """
    is_bare = (pl.col("tax_included").str.strip_chars() == "0").fill_null(value=False)
    if "tax_included" not in rows.columns or not rows.select(is_bare.any()).item():
        return rows.with_columns(line_total=pl.lit(None, dtype=pl.String))
    price, told = amount(rows, "unit_price"), amount(rows, "_price_with_tax")
    rate = amount(rows, "tax_rate")
    percent = pl.when(rate < 1).then(rate * 100).otherwise(rate).round()
    computed = (price * (100 + percent) / 100).floor()
    whole = pl.coalesce(pl.when(told > 0).then(told), computed)
    return rows.with_columns(
        line_total=pl.when(is_bare).then(whole_yen(price * amount(rows, "quantity"))),
        unit_price=pl.when(is_bare).then(whole_yen(whole)).otherwise("unit_price"),
        tax_included=pl.when(is_bare & whole.is_not_null())
        .then(pl.lit("1"))
        .otherwise("tax_included"),
    )
