"""Find which stored line of its order each line of a file is.

A file may show an order's lines in another order, fewer of them, or some with a new
price or title; two reports of one mall may call them differently, or not at all. So a
file's lines are matched with the stored ones in passes, from what tells most to what
tells least, each line once. A line that matches nothing is new.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import polars as pl

ORDER: Final = "order_number"
TOLD: Final = "mall_line_id"
"""The mall's own name of a line; null where it has none."""
_PLACE: Final = "_place"
_CONTENT: Final[tuple[tuple[str, ...], ...]] = (
    ("basket_id", "sku", "choices", "item_name", "unit_price"),
    ("sku", "choices", "item_name", "unit_price"),
    ("basket_id", "sku", "choices", "item_name"),
    ("sku", "choices", "item_name"),
)
_CODES: Final[tuple[tuple[str, ...], ...]] = (
    ("basket_id", "sku", "choices"),
    ("sku", "choices"),
)
_NAMES: Final[tuple[tuple[str, ...], ...]] = (
    ("choices", "item_name", "unit_price"),
    ("item_name",),
)
LINE: Final = (ORDER, TOLD, "basket_id", "sku", "choices", "item_name", "unit_price")
"""What lines are matched by, in a file and in the warehouse."""


class Pass(NamedTuple):
    """Lines that are equal in `keys`, of those that `told` and `stored` let through.

    Among equal lines the first of the file is the first stored one, and so on.
    """

    keys: tuple[str, ...]
    told: pl.Expr = pl.lit(value=True)
    stored: pl.Expr = pl.lit(value=True)


def _passes() -> Iterator[Pass]:
    named, unnamed = pl.col(TOLD).is_not_null(), pl.col(TOLD).is_null()
    yield Pass((TOLD, "basket_id"), named, named)
    yield Pass((TOLD,), named, named)
    # Two lines with a name each are two lines, however equal.
    for told, stored in ((unnamed, pl.lit(value=True)), (named, unnamed)):
        for keys in _CONTENT:
            yield Pass(keys, told, stored)
        coded = pl.col("sku").is_not_null()
        for keys in _CODES:
            yield Pass(keys, told & coded, stored & coded)
        blank = pl.col("choices").is_null()  # not every report has the options
        yield Pass(("sku",), told & coded & blank, stored & coded)
        yield Pass(("sku",), told & coded, stored & coded & blank)
        for keys in _NAMES:
            yield Pass(keys, told & ~coded, stored)
            yield Pass(keys, told, stored & ~coded)
        # A title that changed, where the title is the only code and one line is left.
        alone = (pl.col("sku") == pl.col("item_name")) & (pl.len().over(ORDER) == 1)
        yield Pass(("choices", "unit_price"), told & alone, stored & alone)


PASSES: Final = tuple(_passes())


def matched(
    told: pl.DataFrame, stored: pl.DataFrame, *, in_package: bool = False
) -> pl.DataFrame:
    """Return `row_number` and `line_id` of each of the file's lines that is stored.

    `in_package`: a name of the mall's in another package is another line; else it is
    the line, moved.

    Both frames have the columns `LINE`; `told` has `row_number`, in file order, and
    `stored` has `line_id`.
    """
    told = told.sort("row_number")
    stored = stored.sort(ORDER, pl.col("line_id").str.len_chars(), "line_id")
    found = []
    for keys, of_told, of_stored in PASSES:
        if not told.height or not stored.height:
            break
        if in_package and keys == (TOLD,):
            continue
        on = [ORDER, *keys]
        place = pl.int_range(pl.len()).over(on).alias(_PLACE)
        pairs = (
            told.filter(of_told)
            .select("row_number", *on, place)
            .join(
                stored.filter(of_stored).select("line_id", *on, place),
                on=[*on, _PLACE],
                nulls_equal=True,
            )
            .select("row_number", ORDER, "line_id")
        )
        if pairs.height:
            found.append(pairs.select("row_number", "line_id"))
            told = told.join(pairs, on="row_number", how="anti")
            stored = stored.join(pairs, on=[ORDER, "line_id"], how="anti")
    schema = {"row_number": pl.UInt32(), "line_id": pl.String()}
    return pl.concat([pl.DataFrame(schema=schema), *found], how="vertical_relaxed")


def named(lines: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return `row_number` and an id for each new line, free within its order.

    `lines` have `row_number`, `line_id` (as the file counts them) and the columns
    `LINE`. The mall's own name is taken as it is; where another line has it, the
    package is added. A line without one takes the file's number, else the next free.
    """
    taken: dict[str, set[str]] = {}
    for number, line_id in stored.select(ORDER, "line_id").iter_rows():
        taken.setdefault(number, set()).add(line_id)
    ids = []
    wanted = lines.sort("row_number").select(
        "row_number", ORDER, "line_id", TOLD, "basket_id"
    )
    for row, number, own, name, basket in wanted.iter_rows():
        ours = taken.setdefault(number, set())
        free = name or own
        if free in ours:
            free = f"{name}/{basket}" if name else _next(ours)
        ours.add(free)
        ids.append((row, free))
    schema = {"row_number": pl.UInt32(), "line_id": pl.String()}
    return pl.DataFrame(ids, schema=schema, orient="row")


def _next(taken: set[str]) -> str:
    return str(max((int(one) for one in taken if one.isdecimal()), default=0) + 1)
