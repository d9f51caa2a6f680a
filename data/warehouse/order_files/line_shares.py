"""Make an order of its lines' words, where its mall tells of it by line only.

Some malls tell what an order costs, or how far it is, by line (`Layout.by_line`), and a
file may hold a part of an order's lines: a download of one status. So each line's share
is kept, and the order is made anew of those of all its lines, told now or stored:
amounts are added up, and the status is that of the line that is least far. An order is
shipped if all lines that are not cancelled are, and cancelled if all are. It must not
be sent yet where one of its lines must not: a parcel cannot be called back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from data.model.order_file import BY_NAME, CellKind
from data.warehouse.order_files.queries import Queries

LINE: Final = ("order_number", "line_id")
STATUS: Final = "mall_status"
HELD: Final = "is_under_review"
_OUTCOME: Final = "outcome"
AMOUNTS: Final = (
    "goods_total",
    "postage_total",
    "gift_fee",
    "discount_total",
    "request_total",
)
SHARE: Final = (STATUS, _OUTCOME, *AMOUNTS)
"""What a line may say of its order; the columns of `line_shares` beside its key."""

NO_SHARES: Final = pl.DataFrame(
    schema=dict.fromkeys((*LINE, STATUS, _OUTCOME), pl.String())
    | dict.fromkeys(AMOUNTS, pl.Int64())
    | {"is_kept": pl.Boolean()}
)
_OF_ORDER: Final = "order_"
"""Begins the columns with what is stored of the order as a whole."""

_SAID: Final = {STATUS: "_said_status", _OUTCOME: "_said_outcome"}
"""The file's own word of a line, also where it is an older one: the order is judged by
these, so that a person hears of a step back."""

_FAR: Final = {"open": 0, "shipped": 1, "refunded": 2, "cancelled": 2}
_ENDED: Final = 2


_KEEP = ("update_csv_shares", "insert_csv_shares")


def stored_shares(queries: Queries, part: int) -> pl.DataFrame:
    """Return the stored lines of a part's known orders, each with its share."""
    return queries.frame("list_csv_shares", part=part)


def no_stored_shares() -> pl.DataFrame:
    """Return what `stored_shares` returns where no order is known."""
    return NO_SHARES.with_columns(pl.col(SHARE).name.prefix(_OF_ORDER))


def keep_shares(queries: Queries) -> None:
    """Write the shares in view `csv_shares`, the new ones and those that changed."""
    for name in _KEEP:
        queries.rows(name)


def told_by_line(by_line: Sequence[str]) -> tuple[str, ...]:
    """Return these cells with those that follow from them."""
    more = (_OUTCOME, "cancelled", HELD) if STATUS in by_line else ()
    return (*by_line, *more)


@dataclass(frozen=True)
class LineShares:
    """The lines of some orders, each with its share, as the file leaves them.

    rows    the file's rows, without what an older file says of a line that has ended
    kept    of the file's lines, those whose share is new or another one (`NO_SHARES`);
            `is_kept`: a share of the line is stored
    orders  order_number, and of each of the cells what the order's lines make of it
    partly  order_number of those that have a stored line which the file lacks
    back    order_number of those of which the file calls a line alive that has ended
    """

    rows: pl.DataFrame
    kept: pl.DataFrame
    orders: pl.DataFrame
    partly: pl.Series
    back: pl.Series

    def spoken(self, speaking: pl.DataFrame) -> pl.DataFrame:
        """Return the rows, those that speak for an order with what its lines make."""
        names = [name for name in self.orders.columns if name != LINE[0]]
        made = speaking.select("order_number").join(
            self.orders, on="order_number", how="left", maintain_order="left"
        )
        return speaking.with_columns(
            pl.when("speaks_for_order").then(made[name]).otherwise(name).alias(name)
            for name in names
        )


def shared(
    rows: pl.DataFrame,
    stored: pl.DataFrame,
    by_line: Sequence[str],
    clears: Collection[str],
    held: str,
) -> LineShares:
    """Return what the lines of the file and the stored ones make of their orders.

    `rows` are those that count, one a line, with the ids under which lines are stored.
    `stored` are all stored lines of their orders: `LINE`, `SHARE`, is_kept, and the
    order's own of each, named `order_…`. A blank cell keeps the line's stored one,
    unless it `clears`. A status that matches `held` is of a line that must not be sent.
    """
    cells = [name for name in SHARE if name in told_by_line(by_line)]
    told = rows.select(
        "row_number",
        *LINE,
        *(
            pl.col(name) if name in cells else pl.lit(None, _type(name)).alias(name)
            for name in SHARE
        ),
    )
    known = {name: f"_{name}" for name in (*SHARE, "is_kept")}
    before = stored.select(*LINE, *known).rename(known)
    both = told.join(before, on=LINE, how="left", maintain_order="left")
    is_back = (_far("_outcome") == _ENDED) & (_far(_OUTCOME) < _ENDED)
    both = both.with_columns(
        pl.coalesce(STATUS, f"_{STATUS}").alias(_SAID[STATUS]),
        pl.coalesce(_OUTCOME, f"_{_OUTCOME}").alias(_SAID[_OUTCOME]),
        _is_back=is_back.fill_null(value=False),
    )
    now = both.with_columns(_told_or_stored(name, clears) for name in SHARE)
    lacking = stored.join(told, on=LINE, how="anti")
    is_new = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(f"_{name}")) for name in SHARE
    )
    kept = now.select(
        *LINE, *SHARE, pl.col("_is_kept").fill_null(value=False).alias("is_kept")
    ).filter(now.select(is_new | pl.col("_is_kept").is_null()).to_series())
    return LineShares(
        rows=_without_steps_back(rows, now.filter("_is_back")),
        kept=kept,
        orders=_orders(now, lacking, stored, cells, held),
        partly=lacking["order_number"].unique(),
        back=now.filter("_is_back")["order_number"].unique(),
    )


def _type(name: str) -> pl.DataType:
    return pl.Int64() if BY_NAME[name].kind is CellKind.YEN else pl.String()


def _far(name: str) -> pl.Expr:
    return pl.col(name).replace_strict(_FAR, default=None, return_dtype=pl.Int8)


def _told_or_stored(name: str, clears: Collection[str]) -> pl.Expr:
    """Return the share after the file; a line that has ended stays as it was."""
    known = pl.col(f"_{name}")
    clears_it = name in clears and name in AMOUNTS
    told = pl.col(name) if clears_it else pl.coalesce(name, known)
    return pl.when("_is_back").then(known).otherwise(told).alias(name)


def _without_steps_back(rows: pl.DataFrame, back: pl.DataFrame) -> pl.DataFrame:
    """Return the rows without pieces of lines that were cancelled meanwhile."""
    if not back.height:
        return rows
    is_back = pl.col("row_number").is_in(back["row_number"].implode())
    nothing = {"quantity": None, "line_total": 0}
    status = rows.select("row_number").join(
        back.select("row_number", STATUS),
        on="row_number",
        how="left",
        maintain_order="left",
    )[STATUS]
    return rows.with_columns(
        *(
            pl.when(is_back).then(pl.lit(value)).otherwise(name).alias(name)
            for name, value in nothing.items()
        ),
        line_status=pl.when(is_back).then(status).otherwise("line_status"),
    )


def _orders(
    now: pl.DataFrame,
    lacking: pl.DataFrame,
    stored: pl.DataFrame,
    cells: Sequence[str],
    held: str,
) -> pl.DataFrame:
    """Return what the lines make of each order.

    Where the share of a stored line that the file lacks is not known, the order's own
    amount stays: the file cannot tell the sum.
    """
    amounts = [name for name in cells if name in AMOUNTS]
    lines = pl.concat(
        [
            now.select(
                "order_number", *_SAID.values(), *amounts, is_told=pl.lit(value=True)
            ),
            lacking.rename(_SAID).select(
                "order_number", *_SAID.values(), *amounts, is_told=pl.lit(value=False)
            ),
        ]
    )
    known_of = {
        name: (
            pl.col(name).is_not_null().all(),
            pl.col(name).is_not_null() | ~pl.col("is_told"),
        )
        for name in amounts
    }
    found = lines.group_by("order_number").agg(
        *(
            pl.when(known_of[name][0]).then(pl.col(name).sum()).alias(name)
            for name in amounts
        ),
        *(known_of[name][1].all().alias(f"_{name}_is_told") for name in amounts),
        *_least_far(cells),
        *_held(cells, held),
    )
    own = stored.select("order_number", *(f"{_OF_ORDER}{name}" for name in amounts))
    found = found.join(own.unique("order_number"), on="order_number", how="left")
    found = found.with_columns(
        pl.when(f"_{name}_is_told")
        .then(pl.coalesce(name, f"{_OF_ORDER}{name}"))
        .otherwise(name)
        .alias(name)
        for name in amounts
    )
    if _OUTCOME not in cells:
        return found.select("order_number", *amounts)
    is_cancelled = pl.col(_OUTCOME) == "cancelled"
    more = [HELD] if held else []
    return found.select("order_number", *cells, *more, cancelled=is_cancelled)


def _held(cells: Sequence[str], held: str) -> list[pl.Expr]:
    """Return whether a line must not be sent yet."""
    if _OUTCOME not in cells or not held:
        return []
    is_held = pl.col(_SAID[STATUS]).str.contains(held).fill_null(value=False)
    return [is_held.any().alias(HELD)]


def _least_far(cells: Sequence[str]) -> list[pl.Expr]:
    """Return status and outcome of the line that is least far, of equals by name."""
    if _OUTCOME not in cells:
        return []
    status, outcome = (pl.col(name) for name in _SAID.values())
    is_told = outcome.is_not_null()
    order = _far(_SAID[_OUTCOME]).filter(is_told), status.filter(is_told)
    return [
        said.filter(is_told).sort_by(order).first().alias(name)
        for name, said in ((STATUS, status), (_OUTCOME, outcome))
    ]
