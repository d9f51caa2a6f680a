"""A file's rows on their way into SQL: every cell as a column, in chunks."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, Protocol

import polars as pl

from data.model.csv_order import FIELDS, Kind, SumCheck
from data.model.order import Mall

CHUNK_ROWS: Final = 32_000
"""Rows worked on at once; what bounds memory. Fewer would mean more statements: with
20,000 the import takes a sixth longer, with 52,000 a million lines take 80 MB more. A
file that is in memory as it is counts as one chunk: a tenth faster (100,000 lines)."""

TYPES: Final[Mapping[Kind, pl.DataType]] = {
    Kind.KEY: pl.String(),
    Kind.CODE: pl.String(),
    Kind.TEXT: pl.String(),
    Kind.ZIP: pl.String(),
    Kind.PHONE: pl.String(),
    Kind.YEN: pl.Int64(),
    Kind.UNITS: pl.Int64(),
    Kind.NUMBER: pl.Int32(),
    Kind.RATE: pl.Float64(),
    Kind.FLAG: pl.Boolean(),
    Kind.INSTANT: pl.Datetime("us", "Asia/Tokyo"),
    Kind.DAY: pl.Date(),
}


class Batch(Protocol):
    """Some rows of a file, typed, and the rejects around them."""

    @property
    def rows(self) -> pl.DataFrame:
        """`row_number`, then cells of `data.model.csv_order.FIELDS`; null = blank."""

    @property
    def rejects(self) -> pl.DataFrame:
        """row_number, column_name, reason, order_number."""


class Rules(Protocol):
    """What the kind of file says of its rows."""

    @property
    def mall(self) -> Mall:
        """Whose file it is."""

    @property
    def repeats(self) -> Literal["drop", "add_units"]:
        """Whether identical rows are one line, or units of it to add up."""

    @property
    def checks(self) -> tuple[SumCheck, ...]:
        """Sums that hold within an order, else a warning is due."""


class OrderRows(Protocol):
    """A checked file of order lines; `connectors.mall_csv.OrderFile` is one."""

    @property
    def layout(self) -> Rules:
        """The kind of file."""

    @property
    def file_name(self) -> str:
        """Name to show to people."""

    @property
    def sha256(self) -> str:
        """Hash of the file's bytes."""

    @property
    def rows_read(self) -> int:
        """How many rows it has, rejects included."""

    @property
    def columns_present(self) -> frozenset[str]:
        """Cells the file has columns for; only these may be cleared."""

    @property
    def is_in_memory(self) -> bool:
        """Whether its rows are there already: to work on all at once takes no more."""

    def batches(self, size: int = ...) -> Iterable[Batch]:
        """All rows in file order; the same again when asked again."""


def whole(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the frame a column for every cell; one the file lacks is all null."""
    return rows.select(
        pl.col("row_number"),
        *(
            pl.col(field.name).cast(TYPES[field.kind])
            if field.name in rows.columns
            else pl.lit(None, dtype=TYPES[field.kind]).alias(field.name)
            for field in FIELDS
        ),
    )


EMPTY: Final = whole(pl.DataFrame(schema={"row_number": pl.UInt32()}))
"""No rows, every column."""


def with_roles(rows: pl.DataFrame, roles: pl.DataFrame) -> pl.DataFrame:
    """Put beside each row what it speaks for; a row that counts for nothing has nulls.

    Only the numbers are joined: a join of all columns takes longer than their INSERT.
    """
    theirs = rows.select("row_number").join(
        roles, on="row_number", how="left", maintain_order="left"
    )
    return pl.concat([rows, theirs.drop("row_number")], how="horizontal")


def clearing(
    mode: Literal["update", "replace"], present: frozenset[str]
) -> pl.DataFrame:
    """Say of every cell, in one row of flags, whether a blank clears what is known."""
    return pl.DataFrame(
        {field.name: [mode == "replace" and field.name in present] for field in FIELDS}
    )


class Chunks:
    """A file's rows in frames of about `CHUNK_ROWS`, and its rejects.

    One that fits a single chunk is asked for its batches once, others twice.
    """

    def __init__(self, file: OrderRows) -> None:
        self._file = file
        self._only: pl.DataFrame | None = None
        self._rejects: list[pl.DataFrame] = []
        self.count = 0

    def first_pass(self) -> Iterator[pl.DataFrame]:
        """Give every chunk, numbered from 0 by their order."""
        for rows in self._gathered(self._rejects):
            self._only = rows if self.count == 0 else None
            self.count += 1
            yield rows

    def again(self) -> Iterator[pl.DataFrame]:
        """Give the same chunks another time."""
        if self._only is not None:
            yield self._only
        elif self.count:
            yield from self._gathered([])

    @property
    def rejects(self) -> pl.DataFrame:
        """Every reject; whole after the first pass."""
        return pl.concat([_NO_REJECTS, *self._rejects], how="vertical_relaxed")

    def _gathered(self, rejects: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        waiting: list[pl.DataFrame] = []
        height = 0
        held = self._file.rows_read if self._file.is_in_memory else 0
        at_once = max(CHUNK_ROWS, held)
        for batch in self._file.batches(at_once):
            if batch.rejects.height:
                rejects.append(batch.rejects)
            if height and height + batch.rows.height > at_once:
                yield whole(pl.concat(waiting))
                waiting, height = [], 0
            if batch.rows.height:
                waiting.append(batch.rows)
                height += batch.rows.height
        if height:
            yield whole(pl.concat(waiting))


_NO_REJECTS: Final = pl.DataFrame(
    schema={
        "row_number": pl.UInt32(),
        "column_name": pl.String(),
        "reason": pl.String(),
        "order_number": pl.String(),
    }
)
