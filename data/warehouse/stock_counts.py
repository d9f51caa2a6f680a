"""Counts (棚卸): what stood there at a moment becomes the level of that moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.model.stock import Counted
from data.warehouse.statements import SQL, Statements
from data.warehouse.stock_skus import SkuChange, change_skus

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
BY_COUNT = "棚卸ファイルの自社SKUによる (own SKU of the count file)"


class CountFile(Protocol):
    """A count file that was read and found whole."""

    @property
    def counts(self) -> Sequence[Counted]:
        """Its rows, one per listing."""

    @property
    def sha256(self) -> str:
        """Tells the file from others by its bytes."""

    @property
    def file_name(self) -> str:
        """For people."""


@dataclass(frozen=True)
class CountReport:
    """What came of one count.

    is_same_file  this very file was imported before: nothing was done
    moved         SKUs whose level the count changed
    equal         SKUs that stood where the count has them
    older         SKUs of which a later count is known: left alone
    safety_set    listings given a safety stock of their own
    remapped      listings the file gave another SKU
    """

    import_id: str
    is_same_file: bool
    rows_read: int
    moved: int = 0
    equal: int = 0
    older: tuple[str, ...] = ()
    safety_set: int = 0
    remapped: tuple[SkuChange, ...] = ()


class CountsDiffer(Exception):
    """Two listings of one SKU were counted differently; nothing was written."""

    def __init__(self, skus: Sequence[str]) -> None:
        super().__init__(skus)
        self.skus = tuple(skus)

    def __str__(self) -> str:
        listed = "、".join(self.skus[:10])
        return (
            f"同じSKUの在庫なのに数量が違う行があります: {listed}。"
            "対処: 同じSKUの行には同じ数量(全部の数)を書いてください。"
            " (listings that share one SKU were counted differently)"
        )


def count_stock(  # noqa: PLR0913 - the last one is for planted bugs
    con: DuckDBPyConnection,
    file: CountFile,
    *,
    shop_id: str,
    mall: Mall = Mall.RAKUTEN,
    import_id: str,
    who: str,
    counted_at: datetime,
    imported_at: datetime,
    sql: Statements = SQL,
) -> CountReport:
    """Book a count in the caller's transaction, or say that it was booked before.

    The level becomes what was counted and whatever took effect after `counted_at`:
    orders placed later still lower it, however late they come to light, and orders
    placed earlier do not, because their goods were not on the shelf any more. A count
    older than the latest one of a SKU changes nothing of it. Raises CountsDiffer with
    nothing written; any other error is a duckdb.Error.
    """
    given: dict[str, object] = {
        "mall": mall.value,
        "shop_id": shop_id,
        "import_id": import_id,
        "change_id": import_id,
        "cause_id": import_id,
        "file_sha256": file.sha256,
        "file_name": file.file_name,
        "rows_read": len(file.counts),
        "who": who,
        "note": BY_COUNT,
        "counted_at": counted_at,
        "imported_at": imported_at,
        "moved_at": imported_at,
    }
    ((same,),) = sql.run(con, "count_stock_imports_of_file", given).fetchall()
    if same:
        return CountReport(import_id, True, len(file.counts))
    con.register("stock_count_rows", _rows(file.counts))
    differing = sql.run(con, "list_stock_counts_differing", given).fetchall()
    if differing:
        raise CountsDiffer([sku for (sku,) in differing])
    sql.run(con, "take_stock_counted_skus", given)
    remapped = change_skus(con, given, sql)
    sql.run(con, "plan_stock_counts", given)
    older = [sku for (sku,) in con.execute(sql("list_stock_counts_older")).fetchall()]
    con.execute(sql("forget_stock_counts_older"))
    con.execute(sql("insert_stock_counts"))
    safety = sum(row.safety is not None for row in file.counts)
    if safety:
        sql.run(con, "merge_stock_settings", given)
    con.unregister("stock_count_rows")
    ((moved, equal),) = sql.run(con, "count_stock_counts", given).fetchall()
    given |= {"skus_moved": moved, "skus_equal": equal, "skus_older": len(older)}
    sql.run(con, "record_stock_count", given)
    return CountReport(
        import_id=import_id,
        is_same_file=False,
        rows_read=len(file.counts),
        moved=moved,
        equal=equal,
        older=tuple(older),
        safety_set=safety,
        remapped=remapped,
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
