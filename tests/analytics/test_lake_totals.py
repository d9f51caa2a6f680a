"""Every table of the lake sums to the warehouse's own totals, whoever reads it.

Month by month, and again when everything has happened that can to an order later.
"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from connectors.lake_store import FolderStore
from data.model.buyer import OrderKey
from data.model.japan_time import JST
from data.model.order import Order
from data.warehouse.analytics.lake import TABLES, fill_lake
from data.warehouse.analytics.publish import publish
from data.warehouse.buyers import clear_orders
from data.warehouse.house.clock import heal_future
from data.warehouse.house.months import close_months
from data.warehouse.orders.store import store_orders
from data.warehouse.session import Connection, warehouse
from tests.analytics.filled import fill
from tests.support.orders import (
    NINE,
    SHOP_ID,
    a_line,
    a_package,
    an_order,
    at,
    order_number,
)

CLOSED = datetime(2026, 8, 10, 3, 0, tzinfo=JST)
SHIPMENT = """
INSERT INTO shipments BY NAME SELECT
    'rakuten' AS mall, $shop AS shop_id, $number AS order_number, '1' AS basket_id,
    '1001' AS carrier_code, '123456789012' AS tracking_number, 'planned' AS state,
    DATE '2026-07-02' AS shipping_date, 'i1' AS import_id,
    $at AS imported_at, $at AS changed_at
"""
PUSH = """
INSERT INTO inventory_pushes BY NAME SELECT
    'p1' AS push_id, 'r1' AS run_id, 'rakuten' AS mall, $shop AS shop_id,
    'sencha' AS manage_number, '100g' AS variant_id, 'SENCHA-100' AS sku,
    1 AS level_seq, 10 AS level, 2 AS safety, 8 AS offered, 'planned' AS state,
    $at AS planned_at
"""
JAPAN = "strftime({} AT TIME ZONE 'Asia/Tokyo', '%Y-%m')"
OF_ORDER = "JOIN orders AS o USING (mall, shop_id, order_number)"
ORDERED = JAPAN.format("o.ordered_at")
TOTALS = {
    "orders": (ORDERED, "request_total", "request_total", "orders AS o"),
    "order_packages": (
        ORDERED,
        "goods_total",
        "p.goods_total",
        f"order_packages AS p {OF_ORDER}",
    ),
    "order_lines": (ORDERED, "quantity", "quantity", f"order_lines {OF_ORDER}"),
    "order_taxes": (
        ORDERED,
        "billed",
        "told.billed",
        "(SELECT *, unnest(tax_summaries) AS told FROM orders) AS o",
    ),
    "sales": (
        ORDERED,
        "sales",
        "unit_price * quantity",
        f"order_lines {OF_ORDER}",
    ),
    "shipments": (
        ORDERED,
        "tracking_number",
        "tracking_number::BIGINT",
        f"shipments {OF_ORDER}",
    ),
    "notices": (JAPAN.format("received_at"), "looks", "looks", "notices"),
    "stock_movements": (
        JAPAN.format("effective_at"),
        "quantity",
        "quantity",
        "stock_movements",
    ),
    "inventory_pushes": (
        JAPAN.format("planned_at"),
        "offered",
        "offered",
        "inventory_pushes",
    ),
    "closed_orders": ("month", "request_total", "request_total", "closed_orders"),
}
"""Of each table: its month and its total in the warehouse, the lake's column, and from
what the warehouse tells both."""


@pytest.fixture
def path(migrated: Path, tmp_path: Path) -> Path:
    """A home in which every table has something in it, and July is closed."""
    path = Path(shutil.copy(migrated, tmp_path / "juchu.duckdb"))
    with warehouse(path) as con:
        fill(con)
        given = {"shop": SHOP_ID, "at": at(9)}
        con.execute(SHIPMENT, given | {"number": order_number(1)})
        con.execute(PUSH, given)
        close_months(con, CLOSED, 10)
    return path


def cancel(con: Connection) -> None:
    store(con, an_order(1, 30, status="900"))


def forget(con: Connection) -> None:
    asked = [OrderKey("rakuten", SHOP_ID, order_number(2))]
    clear_orders(con, asked, why="asked", who="店長", at=at(30))


def close_again(con: Connection) -> None:
    """A fast clock had closed the month: it is open again, and closed as it is now."""
    assert heal_future(con, before=at(59), after=at(60)).months == ("2026-07",)
    assert close_months(con, CLOSED, 10) == ["2026-07"]


def move(con: Connection) -> None:
    """The mall shows more of one order, and that it was placed in the month before."""
    earlier = NINE - timedelta(days=20)
    more = an_order(5, 50, packages=[a_package("1", [a_line("11", "1", 7)])])
    store(con, more.model_copy(update={"ordered_at": earlier}))


def store(con: Connection, *orders: Order) -> None:
    store_orders(con, orders, source="api", stored_at=at(55), load_id="later")


def test_each_table_sums_to_the_warehouses_totals(path: Path):
    lake = path.with_name("lake")
    ours = flowed(path, minute=0)
    assert by_duckdb(lake) == by_polars(lake) == ours
    with warehouse(path) as con:
        for change in (cancel, forget, close_again, move):
            change(con)
    changed = flowed(path, minute=61)

    assert by_duckdb(lake) == by_polars(lake) == changed
    assert changed.keys() == ours.keys() == {*TABLES}
    assert [month for month, *_ in changed["sales"]] == ["2026-06", "2026-07"]
    assert {table for table in TABLES if ours[table] != changed[table]} >= {
        "orders",
        "order_packages",
        "order_lines",
        "order_taxes",
        "sales",
    }


def flowed(path: Path, minute: float) -> dict[str, list]:
    """Bring the lake up to date, and return the totals of the warehouse."""
    link = path.with_name("analytics.duckdb")
    publish(path, link, at(minute))
    fill_lake(link, FolderStore(path.with_name("lake")))
    with warehouse(path) as con:
        return {
            table: con.execute(
                f"SELECT {month} AS m, count(*), sum({total})::BIGINT"  # noqa: S608 - ours
                f" FROM {source} GROUP BY m ORDER BY m"
            ).fetchall()
            for table, (month, _, total, source) in TOTALS.items()
        }


def by_duckdb(lake: Path) -> dict[str, list]:
    with duckdb.connect() as con:
        con.execute((lake / "views.sql").read_text("utf-8"))
        return {
            table: con.execute(
                f"SELECT month, count(*), sum({column}::BIGINT)::BIGINT"  # noqa: S608 - ours
                f" FROM {table} GROUP BY month ORDER BY month"
            ).fetchall()
            for table, (_, column, *_) in TOTALS.items()
        }


def by_polars(lake: Path) -> dict[str, list]:
    return {
        table: pl.scan_parquet(lake / table / "**/*.parquet", hive_partitioning=True)
        .group_by("month")
        .agg(pl.len(), pl.col(column).cast(pl.Int64).sum())
        .sort("month")
        .collect()
        .rows()
        for table, (_, column, *_) in TOTALS.items()
    }
