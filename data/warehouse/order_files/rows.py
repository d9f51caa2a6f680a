"""Prepare an order file's rows for SQL: every cell a column, in chunks of rows.

`keys` tells rows apart by Polars' hashes, good within one import and kept nowhere:
DuckDB takes four times as long over the same cells. `levelled` puts what a file says of
an order or a package on several rows into one of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, Protocol

import polars as pl

from data.model.order import Mall
from data.model.order_file import (
    FIELDS,
    CellKind,
    CellScope,
    SumCheck,
    fields_of,
)

CHUNK_ROWS: Final = 32_000
"""Rows worked on at once; what bounds memory. Fewer would mean more statements: with
20,000 the import takes a sixth longer, with 52,000 a million lines take 80 MB more. A
file that is in memory as it is counts as one chunk: a tenth faster (100,000 lines)."""

TYPES: Final[Mapping[CellKind, pl.DataType]] = {
    CellKind.KEY: pl.String(),
    CellKind.CODE: pl.String(),
    CellKind.ITEM: pl.String(),
    CellKind.TEXT: pl.String(),
    CellKind.ZIP: pl.String(),
    CellKind.PHONE: pl.String(),
    CellKind.YEN: pl.Int64(),
    CellKind.UNITS: pl.Int64(),
    CellKind.NUMBER: pl.Int32(),
    CellKind.RATE: pl.Float64(),
    CellKind.FLAG: pl.Boolean(),
    CellKind.INSTANT: pl.Datetime("us", "Asia/Tokyo"),
    CellKind.DAY: pl.Date(),
}


class Batch(Protocol):
    """Some rows of a file, typed, and the remarks around them."""

    @property
    def rows(self) -> pl.DataFrame:
        """`row_number`, then cells of `data.model.order_file.FIELDS`; null = blank."""

    @property
    def rejects(self) -> pl.DataFrame:
        """row_number, column_name, reason, order_number."""

    @property
    def warnings(self) -> pl.DataFrame:
        """row_number, column_name, kind, reason, order_number."""


Lines = Literal["id", "id_in_package", "position"]
Baskets = Literal["id", "single", "address"]


class Rules(Protocol):
    """Rules of a kind of file."""

    @property
    def mall(self) -> Mall:
        """Whose file it is."""

    @property
    def repeats(self) -> Literal["drop", "add_units"]:
        """Whether identical rows are one line, or units of it to add up."""

    @property
    def lines(self) -> Lines:
        """Whether the mall's line ids tell lines apart, alone or in their package."""

    @property
    def sku(self) -> tuple[tuple[str, ...], ...]:
        """The cells of each code that may be a line's SKU, the best code first."""

    @property
    def baskets(self) -> Baskets:
        """Whether packages have ids, an order is one, or addresses tell them apart."""

    @property
    def order_starts(self) -> str:
        """A cell that is filled on the first row of an order only, if there is one."""

    @property
    def by_line(self) -> tuple[str, ...]:
        """Cells of an order that each row says of its own line only."""

    @property
    def held(self) -> str:
        """What a status matches that says an order or a line must not be sent yet."""

    @property
    def checks(self) -> tuple[SumCheck, ...]:
        """Sums that hold within an order, else a warning is due."""


class OrderRows(Protocol):
    """A checked file of order lines; `connectors.order_files.OrderFile` is one."""

    @property
    def layout(self) -> Rules:
        """The kind of file."""

    @property
    def file_name(self) -> str:
        """The file name to show to people."""

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
        """Return all rows in file order, and the same again when called again."""


def whole(rows: pl.DataFrame, lines: Lines = "id") -> pl.DataFrame:
    """Return the frame with a column for every cell; a cell the file lacks is null.

    `mall_line_id` is what the mall calls a line, and `line_id` tells the lines of the
    file apart.
    """
    frame = rows.select(
        pl.col("row_number"),
        *(
            pl.col(field.name).cast(TYPES[field.kind])
            if field.name in rows.columns
            else pl.lit(None, dtype=TYPES[field.kind]).alias(field.name)
            for field in FIELDS
        ),
    )
    if lines == "position":
        return frame.with_columns(mall_line_id=pl.lit(None, dtype=pl.String))
    frame = frame.with_columns(mall_line_id="line_id")
    if lines == "id":
        return frame
    apart = pl.concat_str("line_id", "basket_id", separator="/")
    return frame.with_columns(line_id=apart)


def no_rows() -> pl.DataFrame:
    """Return no rows, every column.

    Made at each call and not at import: a process that is forked afterwards would lack
    the threads of Polars.
    """
    return whole(pl.DataFrame(schema={"row_number": pl.UInt32()}))


def with_roles(
    rows: pl.DataFrame, roles: pl.DataFrame, order_starts: str
) -> pl.DataFrame:
    """Add to each row what it speaks for; a row that counts for nothing gets nulls.

    `tells_order`: the row has the cells of its order. Where `order_starts` names one
    that is filled on the first row only, no other row has them.
    Only the numbers are joined: a join of all columns takes longer than their INSERT.
    """
    theirs = rows.select("row_number").join(
        roles, on="row_number", how="left", maintain_order="left"
    )
    tells = pl.col(order_starts).is_not_null() if order_starts else pl.lit(value=True)
    return pl.concat(
        [rows.with_columns(tells_order=tells), theirs.drop("row_number")],
        how="horizontal",
    )


def clearing(
    mode: Literal["update", "replace"], present: frozenset[str]
) -> pl.DataFrame:
    """Return one row of flags: whether a blank of that cell clears the stored value."""
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
        self._warnings: list[pl.DataFrame] = []
        self._left_out = pl.Series(dtype=pl.String())
        self.count = 0

    def first_pass(self) -> Iterator[pl.DataFrame]:
        """Yield every chunk; the first is number 0."""
        for rows in self._gathered(self._rejects, self._warnings):
            self._only = rows if self.count == 0 else None
            self.count += 1
            yield rows

    def again(self) -> Iterator[pl.DataFrame]:
        """Yield the same chunks again."""
        if self._only is not None:
            yield self._only
        elif self.count:
            yield from self._gathered([], [])

    @property
    def rejects(self) -> pl.DataFrame:
        """Every reject; whole after the first pass."""
        rejects = pl.concat([NO_REJECTS, *self._rejects], how="vertical_relaxed")
        is_left_out = pl.col("order_number").is_in(self._left_out.implode())
        return rejects.filter(~is_left_out.fill_null(value=False))

    @property
    def warnings(self) -> pl.DataFrame:
        """Every warning about a cell; whole after the first pass."""
        return pl.concat([NO_WARNINGS, *self._warnings], how="vertical_relaxed")

    def leave_out(self, order_numbers: Sequence[str]) -> None:
        """Drop the rejects of these orders: they are not of the shop that asked."""
        self._left_out = pl.Series(order_numbers, dtype=pl.String())

    def reject(self, rows: pl.DataFrame) -> None:
        """Set aside rows that only the warehouse can judge."""
        self._rejects.append(rows.select(NO_REJECTS.columns))

    def _gathered(
        self, rejects: list[pl.DataFrame], warnings: list[pl.DataFrame]
    ) -> Iterator[pl.DataFrame]:
        waiting: list[pl.DataFrame] = []
        height = 0
        held = self._file.rows_read if self._file.is_in_memory else 0
        at_once = max(CHUNK_ROWS, held)
        for batch in self._file.batches(at_once):
            if batch.rejects.height:
                rejects.append(batch.rejects)
            if batch.warnings.height:
                warnings.append(batch.warnings)
            if height and height + batch.rows.height > at_once:
                yield whole(pl.concat(waiting), self._file.layout.lines)
                waiting, height = [], 0
            if batch.rows.height:
                waiting.append(batch.rows)
                height += batch.rows.height
        if height:
            yield whole(pl.concat(waiting), self._file.layout.lines)


NO_REJECTS: Final = pl.DataFrame(
    schema={
        "row_number": pl.UInt32(),
        "column_name": pl.String(),
        "reason": pl.String(),
        "order_number": pl.String(),
    }
)
NO_WARNINGS: Final = pl.DataFrame(
    schema={
        "row_number": pl.UInt32(),
        "column_name": pl.String(),
        "kind": pl.String(),
        "reason": pl.String(),
        "order_number": pl.String(),
    }
)


_KEYS: Final = ("row_number", "shop_id", "order_number", "basket_id", "line_id")
_FOLLOWING: Final = {"amounts_fixed", "cancelled", "outcome"}
"""Cells that follow from others."""


def keys(rows: pl.DataFrame, by_line: Sequence[str] = ()) -> pl.DataFrame:
    """Return the keys of the rows, with hashes that are equal where the cells are.

    `order_hash` counts the orderer in, `basket_hash` the recipient; `line_hash` also
    says which package the line is in, and what is told `by_line` of its order.
    """
    return rows.select(
        *_KEYS,
        _hash(CellScope.ORDER, CellScope.ORDERER, less=by_line).alias("order_hash"),
        _hash(CellScope.PACKAGE, CellScope.RECIPIENT).alias("basket_hash"),
        _hash(CellScope.LINE, more=("basket_id", *by_line)).alias("line_hash"),
        pl.col("amounts_fixed").fill_null(value=True).alias("is_fixed"),
    )


def _hash(
    *scopes: CellScope, more: tuple[str, ...] = (), less: Sequence[str] = ()
) -> pl.Expr:
    names = [field.name for scope in scopes for field in fields_of(scope)]
    told = [name for name in names if name not in _FOLLOWING.union(_KEYS, less)]
    return pl.struct(*more, *told).hash()


_NOT_LEVELLED: Final = {"order_number", "shop_id", "amounts_fixed"}
ORDER_CELLS: Final = tuple(
    field.name
    for scope in (CellScope.ORDER, CellScope.ORDERER)
    for field in fields_of(scope)
    if field.name not in _NOT_LEVELLED
)
PACKAGE_CELLS: Final = tuple(
    field.name
    for scope in (CellScope.PACKAGE, CellScope.RECIPIENT)
    for field in fields_of(scope)
    if field.name != "basket_id"
)


def levelled(
    rows: pl.DataFrame,
    orders: Sequence[tuple[str, int]],
    packages: Sequence[tuple[str, str, int]],
    by_line: Sequence[str],
) -> pl.DataFrame:
    """Complete the row that speaks for an order or package from its other rows.

    `orders` and `packages` name those whose rows differ, and that row. A cell becomes
    the last one in file order that is not blank; what is told `by_line` stays.
    """
    if orders:
        cells = [name for name in ORDER_CELLS if name not in by_line]
        rows = _filled(rows, cells, ("order_number",), orders)
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
