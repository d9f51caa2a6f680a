"""Make the analysts' copy from one state of the warehouse, without personal data.

What goes into it is written down column by column in publish.sql; what is not named
there stays out. The warehouse is open to read meanwhile, as for any query.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from data.warehouse.analytics.marts import create_marts, read_marts
from data.warehouse.analytics.versions import new_version, stamp
from data.warehouse.readers import copying
from data.warehouse.session import Connection
from data.warehouse.statements import SQL

TABLES: Final = (
    "copy_orders",
    "copy_order_packages",
    "copy_order_lines",
    "copy_order_taxes",
    "copy_month_closes",
    "copy_closed_orders",
    "copy_order_status_log",
    "copy_sku_costs",
    "copy_mall_fees",
    "copy_order_refusals",
    "copy_notices",
    "copy_csv_imports",
    "copy_csv_rejects",
    "copy_csv_warnings",
    "copy_stock_movements",
    "copy_stock_levels",
    "copy_manual_stock_adjustments",
    "copy_sku_map",
    "copy_stock_settings",
    "copy_inventory_pushes",
    "copy_shipments",
    "copy_shops",
    "copy_loads",
    "copy_needs_a_person",
    "copy_freshness",
)
"""Statements that each make one table of the copy."""


@dataclass(frozen=True)
class Published:
    """What a publication made."""

    orders: int
    lines: int
    bytes: int


def publish(
    warehouse: Path,
    link: Path,
    at: datetime,
    *,
    group: str = "",
    patience_s: float = 30.0,
) -> Published | None:
    """Put a new copy behind the link; None where it shows this state already.

    Raises:
        WarehouseClosed: the warehouse did not open, or the copy cannot be written.

    """
    of = stamp(warehouse)  # before it is opened: what comes later is published later
    with new_version(link, at, of, group) as file:
        if file is None:
            return None
        with copying(warehouse, file, patience_s) as con:
            orders, lines = _fill(con, at, of)
        return Published(orders, lines, file.stat().st_size)


def _fill(con: Connection, at: datetime, of: int) -> tuple[int, int]:
    """Make tables, marts and comments; return how many orders and lines there are."""
    given = {"published_at": at, "stamp": of}
    for name in TABLES:
        SQL.run(con, name, given)
    create_marts(con, read_marts())
    for name in ("comments_of_tables", "comments_of_columns"):
        statements = con.execute(SQL(name)).fetchall()
        con.execute(";".join(statement for (statement,) in statements))
    ((orders, lines),) = SQL.run(con, "count_copied").fetchall()
    return orders, lines
