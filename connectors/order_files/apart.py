"""Orders whose rows stand apart in their file, as after it was sorted anew.

Some rules need all rows of an order beside each other: charges are added up over them,
cells of the order stand on its first row only, equal items are told apart by place. So
a file is read as if they stood so. If some orders do not it is read once more, and the
rows of these alone wait in memory until the last one is read.

An order that begins again may also be a copy, of joined downloads: each copy is
numbered by itself, and of what differs the later one counts.
"""

from typing import Final

import polars as pl

from connectors.order_files.layout import Layout
from connectors.order_files.money import amount
from connectors.order_files.numbering import BLOCK, EACH

ORDER: Final = "order_number"
_IS_ONE, _IS_BELOW = "_is_one", "_is_below"


class Beginnings:
    """Finds the orders of which a block stands apart from the others."""

    def __init__(self, layout: Layout) -> None:
        self._starts = layout.order_starts
        self._begun: set[str] = set()
        self.apart: set[str] = set()

    def look(self, rows: pl.DataFrame) -> None:
        """Look at the first row of each block of rows in file order."""
        firsts = rows.filter(pl.col(BLOCK).is_first_distinct())
        if self._starts:  # a block without such a cell goes on with its order
            below = firsts.filter(pl.col(self._starts).is_null())
            self.apart.update(below[ORDER].drop_nulls())
            return
        numbers = firsts[ORDER].drop_nulls()
        once = set(numbers)
        self.apart |= once & self._begun
        self.apart.update(numbers.filter(numbers.is_duplicated()))
        self._begun |= once


def together(rows: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Return the rows with those of an order as one block, unless they are copies.

    `rows` are all rows of their orders, in blocks. It is one order where one row alone
    begins it, where no line id is in two blocks, or, without ids, where the goods add
    up to the total with each row counted.
    """
    is_below = pl.lit(value=False)
    if layout.order_starts:
        is_start = pl.col(layout.order_starts).is_not_null()
        is_one = is_start.sum().over(ORDER) == 1
        is_below = is_one & ~is_start
    elif "goods_total" in layout.by_line:  # no row tells what it has to add up to
        is_one = pl.lit(value=False)
    elif layout.lines == "position":
        is_one = _adds_up(rows)
    else:
        blocks = pl.col(BLOCK).n_unique().over(ORDER, "line_id")
        is_one = blocks.max().over(ORDER) == 1
    marked = rows.with_columns(is_one.alias(_IS_ONE), is_below.alias(_IS_BELOW))
    block = pl.when(_IS_ONE).then(pl.col(BLOCK).min().over(ORDER)).otherwise(BLOCK)
    return (
        marked.with_columns(block.alias(BLOCK))
        .sort(BLOCK, _IS_BELOW, "row_number")
        .drop(_IS_ONE, _IS_BELOW)
    )


def _adds_up(rows: pl.DataFrame) -> pl.Expr:
    """Return whether an order's goods are all of its rows, equal ones once or each.

    Each only if they are neighbours: equal rows that stand apart are copies.
    """
    price = amount(rows, "unit_price") * amount(rows, "quantity")  # as it is written
    each, once, goods = _goods(rows, price, ORDER)
    is_near = (pl.col(BLOCK).n_unique().over(_cells(rows)) == 1).all().over(ORDER)
    is_whole = (once == goods) | ((each == goods) & is_near)
    return (is_whole & (goods > 0)).fill_null(value=False)


def with_equal_lines(rows: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Add EACH: whether equal rows of the order are lines of their own.

    Two pieces that differ in nothing the file tells (minne has no column for choices)
    are two rows, and so is one row of two joined downloads. The total decides: they are
    lines where the goods make it only with each row counted.
    """
    is_total = "goods_total" in rows.columns and "goods_total" not in layout.by_line
    # Hardly any order has such rows, and to compare whole ones takes long.
    alike = pl.struct(BLOCK, "item_name", "unit_price", "quantity").is_duplicated()
    blocks = rows.filter(alike)[BLOCK].unique() if is_total else rows[BLOCK].clear()
    if not blocks.len():
        return rows.with_columns(pl.lit(value=False).alias(EACH))
    few = rows.filter(pl.col(BLOCK).is_in(blocks.implode()))
    price = amount(few, "unit_price") * amount(few, "quantity")
    price = pl.coalesce(amount(few, "line_total"), price)
    each, once, goods = _goods(few, price, BLOCK)
    found = few.filter((each == goods) & (once != goods))[BLOCK].unique()
    return rows.with_columns(pl.col(BLOCK).is_in(found.implode()).alias(EACH))


def _goods(
    rows: pl.DataFrame, price: pl.Expr, key: str
) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return the sum of the rows' goods, the same without equal rows, and the total."""
    cells = dict.fromkeys((key, *_cells(rows)))
    once = pl.when(pl.struct(*cells).is_first_distinct()).then(price).otherwise(0)
    is_known = price.is_not_null().all().over(key)
    each, once = (
        pl.when(is_known).then(part.sum().over(key)) for part in (price, once)
    )
    return each, once, amount(rows, "goods_total").last().over(key)


def _cells(rows: pl.DataFrame) -> list[str]:
    return [name for name in rows.columns if name not in {"row_number", BLOCK}]
