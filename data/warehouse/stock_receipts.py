"""Goods received (入荷): what came in at a moment is added to the level."""

from collections.abc import Mapping
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from data.warehouse.statements import Statements


@dataclass(frozen=True)
class Booked:
    """What a stock file did to the SKUs it names, as CountReport tells it."""

    moved: int
    equal: int
    older: tuple[str, ...]
    units: int = 0
    uncounted: tuple[str, ...] = ()


def receive_stock(
    con: DuckDBPyConnection, given: Mapping[str, object], sql: Statements
) -> Booked:
    """Book the view `stock_count_rows` as goods received, in the caller's transaction.

    The listings' SKUs are known (`stock_skus`). A count that was made later stays what
    it is, as it does for an order from before it. Of a SKU that was never counted,
    `uncounted`, no level holds what stood there before. Any error is a duckdb.Error.
    """
    sql.run(con, "plan_stock_receipts", given)
    rows = con.execute(sql("list_stock_receipts")).fetchall()
    con.execute(sql("insert_stock_moves"))
    con.execute(sql("correct_stock_counts"))
    return Booked(
        moved=sum(units > 0 and not is_older for _, units, is_older, _ in rows),
        equal=sum(units == 0 for _, units, _, _ in rows),
        older=tuple(sku for sku, _, is_older, _ in rows if is_older),
        units=sum(units for _, units, _, _ in rows),
        uncounted=tuple(sku for sku, units, _, is_new in rows if units and is_new),
    )
