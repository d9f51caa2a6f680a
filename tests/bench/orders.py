"""`ingest-orders` beside dlt, on the same sandbox and the same orders."""

import os
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from data.warehouse.query import ask
from tasks.setup.services import Services, open_services
from tests.bench.measured import Measured, measure
from tests.bench.rows import Row, at_least, at_most, told

MANY, FEWER = 20_000, 10_000
FASTER_THAN_DLT = 5.0
SECOND_RUN_FASTER = 2.0
PEAK_MB = 600.0
BYTES_AN_ORDER = 5000.0
"""Of the warehouse: rows, contents and kept answers; measured 3,100."""
KEPT_BYTES_AN_ORDER = 400.0
"""Of `order_answers`, packed (ADR 29)."""
OVER_PACE = 1.05
FLAT = 1.15
"""Twice the orders may not take noticeably more memory."""


def orders_bench(folder: Path, console: Console) -> Iterator[Row]:
    """Ingest 20,000 orders without the limit by both, then 10,000 at RMS's pace."""
    with open_services(folder / "services", "--no-rate-limit") as services:
        console.print(f"selling {MANY:,} + {FEWER:,} orders")
        services.sandbox.sell(MANY, "mixed", "demo", over_days=60)
        services.sandbox.sell(FEWER, "mixed", "demo2", over_days=60)
        env = dict(services.env) | services.sandbox.shops["demo2"].environment()
        ours = {"JUCHU_RMS_REQUESTS_PER_SECOND": "0", "JUCHU_HOME": f"{folder}/ours"}
        first = told(console, "juchu, first run", _juchu("demo", env | ours))
        stored_bytes = _bytes_of(folder / "ours" / "juchu.duckdb")
        kept_bytes = _bytes_kept(folder / "ours" / "juchu.duckdb")
        second = told(console, "juchu, second run", _juchu("demo", env | ours))
        peer = told(console, "dlt", _dlt(services, folder))
        half = {"JUCHU_HOME": f"{folder}/half"} | {"JUCHU_RMS_REQUESTS_PER_SECOND": "0"}
        fewer = told(console, f"juchu, {FEWER:,}", _juchu("demo2", env | half))
        services.sandbox.settings(rate_limit=True)
        services.sandbox.empty_journal()
        paced = told(
            console,
            f"juchu, {FEWER:,} at 1/s",
            _juchu("demo2", env | {"JUCHU_HOME": f"{folder}/paced"}),
        )
        journal = services.sandbox.journal()
    requests, too_fast = sum(journal["counts"].values()), journal["too_fast"]
    yield at_least(
        f"{MANY:,} orders: dlt / juchu", peer.seconds / first.seconds, FASTER_THAN_DLT
    )
    yield at_least(
        "first run / second run", first.seconds / second.seconds, SECOND_RUN_FASTER
    )
    yield at_most("warehouse bytes an order", stored_bytes / MANY, BYTES_AN_ORDER)
    yield at_most("of them, its kept answer", kept_bytes, KEPT_BYTES_AN_ORDER)
    yield at_most("peak memory (MB)", first.peak_mb, PEAK_MB)
    yield at_most(
        f"peak memory, {MANY:,} / {FEWER:,} orders", first.peak_mb / fewer.peak_mb, FLAT
    )
    yield at_most(
        f"at 1/s: wall / {requests} requests", paced.seconds / requests, OVER_PACE
    )
    yield at_most("at 1/s: requests RMS found too fast", too_fast, 0)


def _bytes_of(warehouse: Path) -> int:
    """Return what the file and its WAL take."""
    return sum(file.stat().st_size for file in warehouse.parent.glob("juchu.duckdb*"))


def _bytes_kept(warehouse: Path) -> float:
    """Return the mean length of what is kept of RMS's answer about an order."""
    lengths = "SELECT avg(octet_length(answer)) AS length FROM order_answers"
    length: float = ask(warehouse, lengths)["length"][0]
    return length


def _juchu(shop: str, env: dict[str, str]) -> Measured:
    return measure("juchu_orders", shop, env=env)


def _dlt(services: Services, folder: Path) -> Measured:
    shop = services.sandbox.shops["demo"]
    peer = folder / "dlt"
    peer.mkdir()
    return measure(
        "dlt_orders",
        f"{peer}",
        services.sandbox.url,
        shop.service_secret,
        shop.license_key,
        env=dict(os.environ) | {"RUNTIME__DLTHUB_TELEMETRY": "false"},
    )
