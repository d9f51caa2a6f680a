"""Book stock files: a count (棚卸) sets the level, a receipt (入荷) adds to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.model.stock import Counted, StockFileKind
from data.warehouse.statements import SQL, show
from data.warehouse.stock.ledger import SkuChange, change_skus


@dataclass(frozen=True)
class BookedFile:
    """What a stock file did to the SKUs it names."""

    moved: int
    equal: int
    older: tuple[str, ...]
    units: int = 0
    uncounted: tuple[str, ...] = ()


_COUNTED = pl.Schema(
    {
        "manage_number": pl.String(),
        "variant_id": pl.String(),
        "quantity": pl.Int64(),
        "own_sku": pl.String(),
        "default_sku": pl.String(),
        "safety": pl.Int64(),
    }
)
BY_FILE = "棚卸・入荷ファイルの自社SKUによる変更です。"
RECEIVED = "入荷ファイル {}"
NAMED: Final = 10
"""SKUs that a message names; of the rest it has the number."""


class StockFile(Protocol):
    """A stock file that was read without a fault."""

    @property
    def counts(self) -> Sequence[Counted]:
        """Its rows, one per listing."""

    @property
    def sha256(self) -> str:
        """Hash of the file's bytes."""

    @property
    def file_name(self) -> str:
        """The file name to show to people."""


@dataclass(frozen=True)
class StockFileReport:
    """The result of one stock file.

    is_same_file  this very file was imported before: nothing was done
    moved         SKUs whose level the file changed
    equal         SKUs that stood where the count has them, or of which nothing came in
    older         SKUs of which a later count is known, or this very file was booked for
                  another shop: their level stays
    safety_set    listings given a safety stock of their own
    remapped      listings the file gave another SKU
    units         that came in; 0 of a count
    uncounted     SKUs that came in and were never counted
    """

    is_same_file: bool
    rows_read: int
    moved: int = 0
    equal: int = 0
    older: tuple[str, ...] = ()
    safety_set: int = 0
    remapped: tuple[SkuChange, ...] = ()
    units: int = 0
    uncounted: tuple[str, ...] = ()


class CountsDiffer(Exception):
    """Two listings of one SKU have different numbers; nothing was written."""

    def __init__(self, skus: Sequence[str]) -> None:
        super().__init__(skus)
        self.skus = tuple(skus)

    def __str__(self) -> str:
        listed = "、".join(self.skus[:NAMED])
        rest = len(self.skus) - NAMED
        more = f" ほか{rest:,}件" if rest > 0 else ""
        return (
            f"同じSKUの在庫なのに数量が違う行があります: {listed}{more}。"
            "対処: どの行にも、そのSKUの合計の数量を入力してください。"
        )


def book_stock_file(  # noqa: PLR0913
    con: DuckDBPyConnection,
    file: StockFile,
    *,
    shop_id: str,
    mall: Mall = Mall.RAKUTEN,
    kind: StockFileKind = "count",
    import_id: str,
    who: str,
    counted_at: datetime,
    imported_at: datetime,
) -> StockFileReport:
    """Book a stock file, in the caller's transaction, unless it was booked before.

    A count: the level becomes what was counted and whatever took effect after
    `counted_at`: orders placed later still lower it, however late they come to light,
    and orders placed earlier do not, because their goods were off the shelf already. A
    count older than the latest one of a SKU changes nothing of it, nor does the same
    file for another shop. A receipt: what came in at `counted_at` is added, unless a
    later count saw it. Raises CountsDiffer with nothing written; any other error is a
    duckdb.Error.
    """
    given: dict[str, object] = {
        "mall": mall.value,
        "shop_id": shop_id,
        "kind": kind,
        "import_id": import_id,
        "change_id": import_id,
        "cause_id": import_id,
        "file_sha256": file.sha256,
        "file_name": file.file_name,
        "rows_read": len(file.counts),
        "who": who,
        "note": BY_FILE,
        "receipt_note": RECEIVED.format(file.file_name),
        "counted_at": counted_at,
        "imported_at": imported_at,
        "moved_at": imported_at,
    }
    if SQL.value(con, "count_stock_imports_of_file", given):
        return StockFileReport(is_same_file=True, rows_read=len(file.counts))
    show(con, "stock_count_rows", _rows(file.counts))
    differing = SQL.column(con, "list_stock_counts_differing", given)
    if differing:
        raise CountsDiffer(differing)
    SQL.run(con, "take_stock_counted_skus", given)
    remapped = change_skus(con, given)
    book = _receive if kind == "receipt" else _count
    booked = book(con, given)
    safety = sum(row.safety is not None for row in file.counts)
    if safety:
        SQL.run(con, "merge_stock_settings", given)
    con.unregister("stock_count_rows")
    given |= {"skus_moved": booked.moved, "skus_equal": booked.equal}
    given |= {"skus_older": len(booked.older)}
    SQL.run(con, "record_stock_count", given)
    return StockFileReport(
        is_same_file=False,
        rows_read=len(file.counts),
        moved=booked.moved,
        equal=booked.equal,
        older=booked.older,
        safety_set=safety,
        remapped=remapped,
        units=booked.units,
        uncounted=booked.uncounted,
    )


def _count(con: DuckDBPyConnection, given: Mapping[str, object]) -> BookedFile:
    SQL.run(con, "plan_stock_counts", given)
    older = SQL.column(con, "list_stock_counts_older")
    SQL.run(con, "forget_stock_counts_older")
    SQL.run(con, "insert_stock_counts")
    ((moved, equal),) = SQL.run(con, "count_stock_counts", given).fetchall()
    return BookedFile(moved=moved, equal=equal, older=tuple(older))


def _receive(con: DuckDBPyConnection, given: Mapping[str, object]) -> BookedFile:
    """Book the view `stock_count_rows` as goods received, in the caller's transaction.

    The listings' SKUs are known (`stock_skus`). A count that was made later stays what
    it is, as it does for an order from before it. Of a SKU that was never counted,
    `uncounted`, no level holds what stood there before. Any error is a duckdb.Error.
    """
    SQL.run(con, "plan_stock_receipts", given)
    rows = SQL.run(con, "list_stock_receipts").fetchall()
    SQL.run(con, "insert_stock_moves")
    SQL.run(con, "correct_stock_counts")
    return BookedFile(
        moved=sum(units > 0 and not is_older for _, units, is_older, _ in rows),
        equal=sum(units == 0 for _, units, _, _ in rows),
        older=tuple(sku for sku, _, is_older, _ in rows if is_older),
        units=sum(units for _, units, _, _ in rows),
        uncounted=tuple(sku for sku, units, _, is_new in rows if units and is_new),
    )


def _rows(counts: Sequence[Counted]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (
                row.manage_number,
                row.variant_id,
                row.quantity,
                row.own_sku,
                row.listing.default_sku,
                row.safety,
            )
            for row in counts
        ],
        schema=_COUNTED,
        orient="row",
    )
