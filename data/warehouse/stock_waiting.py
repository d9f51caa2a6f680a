"""Which shops let adjustments by hand wait for too long."""

from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from data.warehouse.statements import SQL


@dataclass(frozen=True)
class LongWait:
    """Lines of one shop that waited too long, and since when the first one does."""

    mall: str
    shop_id: str
    lines: int
    since: datetime


def long_waits(con: DuckDBPyConnection, before: datetime) -> list[LongWait]:
    """List the shops with lines imported before this time that nobody adjusted.

    Reads only; any error is a duckdb.Error.
    """
    rows = con.execute(SQL("list_stock_waiting_long"), {"before": before}).fetchall()
    return [LongWait(*row) for row in rows]
