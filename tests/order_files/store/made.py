"""Files that need no reader: rows of our own cells, as a reader hands them out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.csv_file import CellRemark
from data.model.order import Mall
from data.model.order_file import BY_NAME, SumCheck
from data.warehouse.order_files.rows import NO_WARNINGS, TYPES, Baskets, Lines
from data.warehouse.order_files.store import ImportReport, import_orders
from tests.support.orders import SHOP_ID, at

REJECTS = {
    "row_number": pl.UInt32(),
    "column_name": pl.String(),
    "reason": pl.String(),
    "order_number": pl.String(),
}
Cells = Mapping[str, Any]


@dataclass(frozen=True)
class MadeBatch:
    rows: pl.DataFrame
    rejects: pl.DataFrame
    warnings: pl.DataFrame


@dataclass(frozen=True)
class MadeRules:
    mall: Mall = Mall.RAKUTEN
    repeats: Literal["drop", "add_units"] = "drop"
    checks: tuple[SumCheck, ...] = ()
    lines: Lines = "id"
    sku: tuple[tuple[str, ...], ...] = (
        ("sku",),
        ("manage_number", "variant_id"),
        ("item_number",),
        ("manage_number",),
    )
    baskets: Baskets = "id"
    by_line: tuple[str, ...] = ()
    held: str = ""
    order_starts: str = ""


@dataclass(frozen=True)
class MadeFile:
    """A file of these rows; a cell that no row names has no column."""

    lines: Sequence[Cells]
    rejected: Sequence[tuple[int, str | None]] = ()
    warned: Sequence[CellRemark] = ()
    layout: MadeRules = field(default_factory=MadeRules)
    batch_rows: int = 1000
    file_name: str = "made.csv"
    is_in_memory: bool = False

    @property
    def sha256(self) -> str:
        return sha256(repr((self.lines, self.rejected)).encode()).hexdigest()

    @property
    def rows_read(self) -> int:
        return len(self.lines) + len(self.rejected)

    @property
    def columns_present(self) -> frozenset[str]:
        return frozenset(name for line in self.lines for name in line)

    def batches(self, size: int = 20_000) -> Iterator[MadeBatch]:
        schema = {"row_number": pl.UInt32()} | {
            name: TYPES[BY_NAME[name].kind] for name in sorted(self.columns_present)
        }
        rows = pl.DataFrame(
            [{"row_number": at + 2, **line} for at, line in enumerate(self.lines)],
            schema=schema,
        )
        rejects = pl.DataFrame(
            [(row, "個数", "読めません。", number) for row, number in self.rejected],
            schema=REJECTS,
            orient="row",
        )
        warnings = pl.DataFrame(
            list(self.warned), schema=NO_WARNINGS.schema, orient="row"
        )
        step = min(size, self.batch_rows)
        for start in range(0, max(rows.height, 1), step):
            yield MadeBatch(rows.slice(start, step), rejects, warnings)
            rejects, warnings = rejects.clear(), warnings.clear()


def a_row(number: str = "A", line_id: str = "1", **cells: Any) -> dict[str, Any]:
    """One line of an order as the reader gives it; `cells` replace or add some."""
    return {
        "order_number": number,
        "basket_id": "b",
        "line_id": line_id,
        "sku": "TEA",
        "quantity": 1,
        "amounts_fixed": True,
        "cancelled": False,
    } | cells


def store(
    con: DuckDBPyConnection,
    *lines: Cells,
    mode: Literal["update", "replace"] = "update",
    minute: float = 10,
    file: MadeFile | None = None,
    other_shops: Literal["refuse", "skip"] = "refuse",
    **more: Any,
) -> ImportReport:
    """Import these rows, or a file, at a minute that also names the import."""
    return import_orders(
        con,
        file or MadeFile(lines),
        import_id=f"import-{minute}",
        shop_id=SHOP_ID,
        mode=mode,
        other_shops=other_shops,
        imported_at=at(minute),
        **more,
    )


def one(con: DuckDBPyConnection, query: str) -> Any:
    """The only value of the only row."""
    ((value,),) = con.execute(query).fetchall()
    return value
