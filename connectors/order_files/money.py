"""What a mall writes on each line, or in parts, as the amounts of an order.

For the rules of layouts: they work on text, before anything is typed. An amount that
cannot be read leaves what depends on it blank, so that no sum is a guess; and where a
rule writes over the cell that has it, the cell keeps its text, so that staff are told.
"""

from collections.abc import Sequence

import polars as pl

from connectors.order_files.column_plan import PART
from connectors.order_files.conversion import is_nothing
from connectors.order_files.numbering import BLOCK
from connectors.order_files.written_numbers import bare_number
from data.model.order import MOST_YEN
from data.model.order_file import CellKind


def amount(rows: pl.DataFrame, name: str) -> pl.Expr:
    """Return a column's text as a number; null where it is none, or without column.

    An amount beyond what is stored (`4.01E+102`, `inf`) is none.
    """
    if name not in rows.columns:
        return pl.lit(None, dtype=pl.Float64)
    number = bare_number(pl.col(name)).cast(pl.Float64, strict=False)
    return pl.when(number.abs() <= MOST_YEN).then(number)


def percent(rows: pl.DataFrame, name: str) -> pl.Expr:
    """Return a column's rate in percent, whether written as 8, 8% or 0.08."""
    if name not in rows.columns:
        return pl.lit(None, dtype=pl.Float64)
    written = bare_number(pl.col(name)).str.strip_suffix("%")
    rate = written.cast(pl.Float64, strict=False)
    # Two digits, because 0.07 × 100 is 7.000000000000001.
    return pl.when(rate < 1).then(rate * 100).otherwise(rate).round(2)


def is_unread(rows: pl.DataFrame, *names: str) -> pl.Expr:
    """Return whether a cell holds what is no amount, nor a word for nothing."""
    unread = [
        _is_filled(name) & amount(rows, name).is_null()
        for name in names
        if name in rows.columns
    ]
    return pl.any_horizontal(pl.lit(value=False), *unread)


def or_unread(rows: pl.DataFrame, made: pl.Expr, *names: str) -> pl.Expr:
    """Return `made`; without it, the first of the cells' texts that is no whole yen.

    As a cell's new text it becomes blank with a warning, as it would by itself.
    """
    unread = [
        pl.when(_is_filled(name) & whole_yen(amount(rows, name)).is_null()).then(
            pl.col(name)
        )
        for name in names
        if name in rows.columns
    ]
    return pl.coalesce(made, *unread)


def _is_filled(name: str) -> pl.Expr:
    return pl.col(name).is_not_null() & ~is_nothing(CellKind.YEN, name)


def whole_yen(number: pl.Expr) -> pl.Expr:
    """Return a number as text, or null where it is not a whole one or too large."""
    rounded = number.round()
    return pl.when((number - rounded).abs() < 1e-6).then(
        rounded.cast(pl.Int64, strict=False).cast(pl.String)
    )


def over_order(number: pl.Expr, key: Sequence[str]) -> pl.Expr:
    """Add up over an order's rows, the last of equal `key` once; null counts as 0.

    The rows of an order stand together, in one block (`Layout.adds_up`).
    """
    is_last = pl.struct(BLOCK, *key).is_last_distinct()
    return pl.when(is_last).then(number.fill_null(0)).otherwise(0).sum().over(BLOCK)


def rest_of(
    rows: pl.DataFrame, total: str, less: Sequence[str], more: Sequence[str] = ()
) -> pl.Expr:
    """Return `total` without its other parts, as text.

    A blank part counts as 0; one that cannot be read leaves the rest blank.
    """
    number = amount(rows, total)
    for name in less:
        number -= amount(rows, name).fill_null(0)
    for name in more:
        number += amount(rows, name).fill_null(0)
    return whole_yen(pl.when(~is_unread(rows, *less, *more)).then(number))


def add_up_coupons(rows: pl.DataFrame) -> pl.DataFrame:
    """Add up all coupons, whatever their sign, where each of them can be read.

    Of one that cannot its own cell tells.
    """
    parts = {
        name: whole_yen(amount(rows, name).abs())
        for name in rows.columns
        if name.startswith(f"coupon_total{PART}")
    }
    is_sure = pl.all_horizontal(
        pl.lit(value=True),
        *(made.is_not_null() | ~_is_filled(name) for name, made in parts.items()),
    )
    return rows.with_columns(
        pl.when(is_sure).then(made).alias(name) for name, made in parts.items()
    )


def price_with_tax(rows: pl.DataFrame) -> pl.DataFrame:
    """Write a price without tax (税込別 0) with it, and its line's own sum beside it.

    The price with tax is the file's own, else it follows from the rate. Where neither
    is told it stays blank: a price has one meaning.
    """
    is_bare = (pl.col("tax_included").str.strip_chars() == "0").fill_null(value=False)
    if "tax_included" not in rows.columns or not rows.select(is_bare.any()).item():
        return rows.with_columns(line_total=pl.lit(None, dtype=pl.String))
    price, own = amount(rows, "unit_price"), amount(rows, "_price_with_tax")
    computed = (price * (100 + percent(rows, "tax_rate")) / 100).floor()
    whole = pl.coalesce(pl.when(own > 0).then(own), computed)
    with_tax = or_unread(rows, whole_yen(whole), "unit_price")
    return rows.with_columns(
        line_total=pl.when(is_bare).then(whole_yen(price * amount(rows, "quantity"))),
        unit_price=pl.when(is_bare).then(with_tax).otherwise("unit_price"),
        tax_included=pl.when(is_bare & whole.is_not_null())
        .then(pl.lit("1"))
        .otherwise("tax_included"),
    )
