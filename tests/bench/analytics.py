"""How long a copy for analysts takes, which is how long the warehouse is only read."""

import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from connectors.lake_store import FolderStore
from data.warehouse.analytics.lake import fill_lake
from data.warehouse.analytics.publish import publish
from data.warehouse.session import warehouse
from tests.bench.measured import Stopwatch
from tests.bench.rows import Row, at_most
from tests.support.many_orders import insert_orders
from tests.support.orders import at

ORDERS = 100_000
SECONDS = 1.0
_CHANGE = (
    "UPDATE orders SET request_total = request_total + 1"
    " WHERE order_number = (SELECT max(order_number) FROM orders)"
)


def analytics_bench(
    folder: Path, console: Console, orders: int = ORDERS
) -> Iterator[Row]:
    """Publish that many orders three times; the fastest one counts."""
    path, link = folder / "juchu.duckdb", folder / "analytics.duckdb"
    with warehouse(path) as con:
        insert_orders(con, orders)
    times = []
    for minute in range(3):
        path.touch()
        watch = Stopwatch()
        made = publish(path, link, at(minute))
        times.append(watch.read())
    assert made is not None
    console.print(
        f"{made.orders:,} orders, {made.lines:,} lines:"
        f" {', '.join(f'{each.seconds:.2f}' for each in times)} s"
        f" ({', '.join(f'{each.cpu_s:.2f}' for each in times)} s CPU),"
        f" {made.bytes / 1e6:.0f} MB of {path.stat().st_size / 1e6:.0f} MB"
    )
    yield at_most(
        "a copy for analysts (s per 100,000 orders)",
        min(times).seconds * 100_000 / orders,
        SECONDS,
    )
    began = time.perf_counter()
    flowed = fill_lake(link, FolderStore(folder / "lake"))
    whole = time.perf_counter() - began
    with warehouse(path) as con:
        con.execute(_CHANGE)
    publish(path, link, at(9))
    began = time.perf_counter()
    changed = fill_lake(link, FolderStore(folder / "lake"))
    one = time.perf_counter() - began
    assert flowed is not None
    assert changed is not None
    console.print(
        f"lake: {flowed.written} files in {whole:.2f} s;"
        f" {changed.written} of them anew in {one:.2f} s"
    )
