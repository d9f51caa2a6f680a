"""The warm process's numbers for Prometheus, on this machine only (`/metrics`)."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from data.model.shops.shop import ShopHandle
from data.warehouse.stock.push import DueLevels
from data.warehouse.stock.speed import StockSpeed

LOOPBACK: Final = "127.0.0.1"
FLOWS: Final = ("drain_notices", "push_inventory")

log = logging.getLogger("juchu.watch")


class WatchMetrics:
    """Counters of one warm process, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._runs = Counter(
            "juchu_watch_runs",
            "Flow runs of the warm process; broken_off: ended by trouble",
            ("flow", "end"),
            registry=self._registry,
        )
        for flow in FLOWS:
            for end in ("done", "broken_off"):
                self._runs.labels(flow, end)
        self._levels = Gauge(
            "juchu_stock_due_levels",
            "Levels that the mall was not told yet",
            ("shop",),
            registry=self._registry,
        )
        self._oldest = Gauge(
            "juchu_stock_due_oldest_seconds",
            "Age of the oldest of them, 0 if none",
            ("shop",),
            registry=self._registry,
        )
        self._speed = Gauge(
            "juchu_stock_latency_seconds",
            "From the cause of a level to its proof at the mall, in the last 24 hours",
            ("shop", "quantile"),
            registry=self._registry,
        )
        self._failures = Counter(
            "juchu_watch_failures",
            "Looks that failed, such as with the warehouse taken or Prefect away",
            registry=self._registry,
        )

    def ran(self, flow: str, *, trouble: bool) -> None:
        """Count a run."""
        self._runs.labels(flow, "broken_off" if trouble else "done").inc()

    def failed(self) -> None:
        """Count a look that failed."""
        self._failures.inc()

    def due(self, shop: ShopHandle, due: DueLevels, at: datetime) -> None:
        """Keep how much is due at a shop's mall, and since when."""
        age_s = (at - due.oldest).total_seconds() if due.oldest else 0.0
        self._levels.labels(shop).set(due.levels)
        self._oldest.labels(shop).set(max(0.0, age_s))

    def speed(self, one: StockSpeed) -> None:
        """Keep how fast a shop's levels came to show."""
        for quantile, seconds in (("0.5", one.median_s), ("0.99", one.p99_s)):
            if seconds is not None:
                self._speed.labels(one.shop, quantile).set(seconds)

    @contextmanager
    def served(self, port: int) -> Iterator[None]:
        """Serve the metrics on this machine while the block runs.

        A taken port is no reason to stop.
        """
        try:
            server, thread = start_http_server(port, LOOPBACK, self._registry)
        except OSError as problem:
            log.warning("no /metrics on port %d: %s", port, problem)
            yield
            return
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
