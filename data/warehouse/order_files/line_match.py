"""Find which stored line of its order each line of a file is.

A file may show an order's lines in another order, fewer of them, or some with a new
price or title; two reports of one mall may call them differently, or not at all. So a
file's lines are matched with the stored ones in passes, from what tells most to what
tells least, each line once. A line that matches nothing is new.

A shop may enter an item's code between two downloads, or take it out. So what is left
over is matched by the lesser codes that its mall's files have, at last by its title,
where no better code says that it is another item.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

import polars as pl

from data.warehouse.order_files.queries import Queries

ORDER: Final = "order_number"
TOLD: Final = "mall_line_id"
"""The mall's own name of a line; null where it has none."""
_PLACE: Final = "_place"
_BARE: Final = "_bare"
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
_TITLE: Final = ("item_name",)
_BESIDE: Final[tuple[tuple[str, ...], ...]] = (
    ("choices", "item_name", "unit_price", "quantity"),
    ("choices", "item_name", "unit_price"),
)
"""What is equal beside a lesser code, at first."""
LINE: Final = (
    ORDER,
    TOLD,
    "basket_id",
    "sku",
    "choices",
    "item_name",
    "unit_price",
    "quantity",
)
"""What most lines are matched by, in a file and in the warehouse."""
CELLS: Final = ("item_id", "item_number", "manage_number", "variant_id")
"""The cells that the lesser codes are made of; lines left over are matched by these
codes."""
Codes = tuple[tuple[str, ...], ...]
"""Of which cells each code of a line is made, the best one first."""
NO_LINES: Final = pl.DataFrame(
    schema=dict.fromkeys(("line_id", *LINE, *CELLS), pl.String())
)
"""No stored lines."""
NO_PAIRS: Final = pl.Schema(
    {"row_number": pl.UInt32(), ORDER: pl.String(), "line_id": pl.String()}
)


def stored_lines(queries: Queries, part: int) -> pl.DataFrame:
    """Return the stored lines of a part's known orders, to match the file's with."""
    return queries.frame("list_csv_known_lines", part=part)


class Pass(NamedTuple):
    """Lines that are equal in `keys`, of those that `told` and `stored` let through.

    Among equal lines the first of the file is the first stored one, and so on. With
    `better`, only where none of the first so many codes tells two items apart, and only
    where it is plain which line is which.
    """

    keys: tuple[str, ...]
    told: pl.Expr = pl.lit(value=True)
    stored: pl.Expr = pl.lit(value=True)
    better: int = 0


@cache
def passes(sku: Codes) -> tuple[Pass, ...]:
    """Return the passes for lines with codes of these cells, the strictest first.

    The title, which may be the last of the codes, tells less than any other.
    """
    return tuple(_passes(len(sku) - (sku[-1] == _TITLE)))


def _passes(codes: int) -> Iterator[Pass]:
    named, unnamed = pl.col(TOLD).is_not_null(), pl.col(TOLD).is_null()
    yield Pass((TOLD, "basket_id"), named, named)
    yield Pass((TOLD,), named, named)
    # Two lines with a name each are two lines, however equal.
    for told, stored in ((unnamed, pl.lit(value=True)), (named, unnamed)):
        for keys in _CONTENT:
            yield from _pieces_first(keys, told, stored)
        known = pl.col("sku").is_not_null()
        for keys in _CODES:
            yield from _pieces_first(keys, told & known, stored & known)
        blank = pl.col("choices").is_null()  # not every report has the options
        yield Pass(("sku",), told & known & blank, stored & known)
        yield Pass(("sku",), told & known, stored & known & blank)
        for better in range(1, codes):
            yield from _by_lesser(code(better), better, told, stored)
        if codes:  # else the title is the best there is
            yield from _by_lesser("item_name", codes, told, stored)
        # A title that changed, where the title is the only code and one line is left.
        alone = (pl.col("sku") == pl.col("item_name")) & (pl.len().over(ORDER) == 1)
        yield Pass(("choices", "unit_price"), told & alone, stored & alone)


def _pieces_first(
    keys: tuple[str, ...], told: pl.Expr, stored: pl.Expr
) -> Iterator[Pass]:
    """Yield the pass with as many pieces, then the one without.

    Of equal lines the one with as many is the same: the file may show them in another
    order, or lack the first.
    """
    yield Pass((*keys, "quantity"), told, stored)
    yield Pass(keys, told, stored)


def _by_lesser(key: str, better: int, told: pl.Expr, stored: pl.Expr) -> Iterator[Pass]:
    """Yield the passes by a lesser code or the title: one side lacks the best code."""
    known, bare = pl.col(key).is_not_null(), pl.col(code(0)).is_null()
    told, stored, blank = told & known, stored & known, pl.col("choices").is_null()
    # Goods of one title and another price may be other goods, which no code tells.
    at_least = ("unit_price",) if key == "item_name" else ()
    wanted: list[tuple[tuple[str, ...], pl.Expr, pl.Expr]] = [
        *((more, told, stored) for more in _BESIDE),
        (("choices", *at_least), told, stored),
        (at_least, told & blank, stored),
        (at_least, told, stored & blank),
    ]
    for more, ours, theirs in wanted:
        keys = (key, *(name for name in more if name != key))
        yield Pass(keys, ours, theirs & bare, better)
        yield Pass(keys, ours & bare, theirs, better)


def matched(
    told: pl.DataFrame,
    stored: pl.DataFrame,
    sku: Codes,
    *,
    in_package: bool = False,
) -> pl.DataFrame:
    """Return `row_number` and `line_id` of each of the file's lines that is stored.

    `sku` are the lines' codes. `in_package`: a name of the mall's in another package is
    another line; else it is the line, moved.

    Both frames have the columns `LINE` and `CELLS`; `told` has `row_number`, in file
    order, and `stored` has `line_id`.
    """
    told = told.sort("row_number")
    stored = stored.sort(ORDER, pl.col("line_id").str.len_chars(), "line_id")
    of_told = told.select("row_number", *CELLS)
    of_stored = stored.select(ORDER, "line_id", *CELLS)
    told, stored = told.drop(CELLS), stored.drop(CELLS)
    found = []
    is_coded = False
    for one in passes(sku):
        if not told.height or not stored.height:
            break
        if in_package and one.keys == (TOLD,):
            continue
        if one.better and not is_coded:
            # Only now: of most files nothing is left over that asks for more cells.
            told = told.join(stored, on=ORDER, how="semi", maintain_order="left")
            stored = stored.join(told, on=ORDER, how="semi", maintain_order="left")
            told = coded(_with(told, of_told, "row_number"), sku)
            stored = coded(_with(stored, of_stored, ORDER, "line_id"), sku)
            is_coded = True
        pairs = _pairs(told, stored, one)
        if pairs.height:
            found.append(pairs.select("row_number", "line_id"))
            told = told.join(pairs, on="row_number", how="anti")
            stored = stored.join(pairs, on=[ORDER, "line_id"], how="anti")
    schema = {"row_number": pl.UInt32(), "line_id": pl.String()}
    return pl.concat([pl.DataFrame(schema=schema), *found], how="vertical_relaxed")


def _with(lines: pl.DataFrame, more: pl.DataFrame, *key: str) -> pl.DataFrame:
    return lines.join(more, on=key, how="left", maintain_order="left")


def _pairs(told: pl.DataFrame, stored: pl.DataFrame, one: Pass) -> pl.DataFrame:
    """Return `row_number`, order and `line_id` of the lines that a pass matches."""
    told, stored = told.filter(one.told), stored.filter(one.stored)
    if not told.height or not stored.height:
        return pl.DataFrame(schema=NO_PAIRS)
    on = [ORDER, *one.keys]
    codes = [code(number) for number in range(one.better)]
    beside = [pl.int_range(pl.len()).over(on).alias(_PLACE)]
    if codes:
        beside += [
            pl.len().over(on).alias("_count"),
            (pl.struct(codes).n_unique().over(on) == 1).alias("_is_one"),
        ]
    pairs = told.select("row_number", *on, *codes, *beside).join(
        stored.select("line_id", *on, *codes, *beside),
        on=[*on, _PLACE],
        nulls_equal=True,
    )
    if codes:
        differ = [pl.col(name) != pl.col(f"{name}_right") for name in codes]
        is_plain = pl.col("_count") == pl.col("_count_right")
        is_plain |= pl.col("_is_one") & pl.col("_is_one_right")
        if "quantity" in one.keys:  # then nothing changes but the code
            is_plain = pl.lit(value=True)
        pairs = pairs.filter(
            is_plain, ~pl.any_horizontal(differ).fill_null(value=False)
        )
    return pairs.select("row_number", ORDER, "line_id")


def as_spelled(rows: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with the mall's ids of lines and packages as they are stored.

    Excel takes the leading zeros of an id, and RMS's API has numbers without any: by
    its text the same line would be another one, and its pieces be sent twice.
    """
    for name in (TOLD, "basket_id"):
        ids = stored.select(ORDER, name).drop_nulls().unique()
        if not any(one.str.starts_with("0").any() for one in (ids[name], rows[name])):
            continue
        ids = ids.select(ORDER, _bare(name), pl.col(name).alias("_stored"))
        ids = ids.filter(pl.len().over(ORDER, _BARE) == 1)
        found = rows.select(ORDER, _bare(name)).join(
            ids, on=[ORDER, _BARE], how="left", maintain_order="left"
        )["_stored"]
        rows = rows.with_columns(pl.coalesce(found, name).alias(name))
    return rows


def _bare(name: str) -> pl.Expr:
    return pl.col(name).str.replace(r"^0+([0-9]+)$", "$1").alias(_BARE)


def coded(lines: pl.DataFrame, sku: Codes) -> pl.DataFrame:
    """Add a column for each code of the lines, the best one first, named by `code`.

    The best one is null where the line's SKU is made of a lesser one.
    """
    made = [
        # The cell of that name is overwritten with what is made of all of them.
        pl.lit(None, dtype=pl.String)
        if fields == ("sku",)
        else pl.concat_str(fields, separator="/")
        for fields in sku
    ]
    is_lesser = pl.any_horizontal(
        pl.lit(value=False), *(pl.col("sku") == one for one in made[1:])
    )
    own = pl.when(~is_lesser.fill_null(value=False)).then("sku")
    made[0] = pl.coalesce(made[0], own)
    return lines.with_columns(**{code(at): one for at, one in enumerate(made)})


def code(number: int) -> str:
    """Return the name of the column in which `coded` puts a code; 0 is the best."""
    return f"_code_{number}"


def given_ids(lines: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
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
