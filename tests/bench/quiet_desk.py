"""A desk with little to do: how soon a notice is an order, and what it costs to wait.

All of juchu's processes run as they do in a shop: server, worker, receiver and the warm
process, at RMS's pace. The worker's nets run on their schedules.
"""

import sqlite3
import statistics
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import NamedTuple

import psutil
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from rich.console import Console

from data.warehouse.analytics.versions import FILE, is_due
from data.warehouse.session import bell_of, warehouse
from tasks.setup.services import Services, open_services
from tests.bench.measured import percentile
from tests.bench.rows import Row, at_least, at_most
from tests.bench.storm import ask, count
from tests.support.process_family import used
from tests.support.waiting import until

NOTICES, IDLE_MINUTES = 300, 30.0
PAUSE_S = (1.0, 3.0)
MEDIAN_S, P99_S = 1.0, 5.0
SHARE = 0.05
NET_S = 0.2
MB_A_DAY = 20.0
REST_S = 90.0
"""Without a run for so long, and with a copy for analysts of the latest state, which is
made up to a quarter of an hour later, the desk is idle."""
LOOK_S = 0.002
DAY_S = 86_400
OURS = {
    "server": {"tasks.setup.prefect_server", "server", "start"},
    "worker": {"prefect", "worker", "start"},
    "receiver": {"connectors.notices"},
    "warm process": {"tasks.watch"},
}
"""The processes that are counted, by words of their command lines."""
BESIDE = {"desk's pages": {"tasks.desk"}}
STAGES = """
SELECT epoch(received_at), epoch(recorded_at), epoch(settled_at)
FROM notices
WHERE reason IN ('stored', 'known')
ORDER BY received_at
"""
STORED = "SELECT count(*) FROM notices WHERE reason IN ('stored', 'known')"
"""A notice is of a known order when a sweep was faster than it."""
ACTIVE = [StateType.RUNNING, StateType.PENDING]


class Way(NamedTuple):
    """When a notice was received, taken in, answered by RMS, and seen as an order."""

    received: float
    taken_in: float
    answered: float
    stored: float


def quiet_desk(
    folder: Path,
    console: Console,
    notices: int = NOTICES,
    idle_minutes: float = IDLE_MINUTES,
) -> Iterator[Row]:
    """Send notices one by one to a desk that waits, then leave it alone."""
    with open_services(folder / "services", warm=True) as services:
        shelf = {
            (row["manageNumber"], row["variantId"]): row["quantity"]
            for row in services.sandbox.stock("demo")
            if row["known"]
        }
        count(services, "demo", shelf)
        services.sandbox.settings(notify_url=services.receiver)
        services.sandbox.sell(1, "plain", over_days=0)
        until(lambda: stored(services), 120)  # the first run imports the flow
        yield from _latency(services, console, notices)
        _wait_for_rest(services)
        yield from _idle(services, console, idle_minutes)


def _latency(services: Services, console: Console, notices: int) -> Iterator[Row]:
    """Sell one by one and measure each notice's way to a committed order."""
    chance = Random(7)  # noqa: S311 - chance must repeat with the seed
    before = stored(services)
    with rings(bell_of(services.warehouse)) as rung:
        for _ in range(notices):
            services.sandbox.sell(1, "plain", over_days=0)
            time.sleep(chance.uniform(*PAUSE_S))
        until(lambda: stored(services) >= before + notices, 120)
    found = ways(services, rung)[before:]
    seconds = [way.stored - way.received for way in found]
    p99 = percentile(seconds, 0.99)
    parts = {
        "until it is taken in": [way.taken_in - way.received for way in found],
        "until RMS has answered": [way.answered - way.taken_in for way in found],
        "until it is stored": [way.stored - way.answered for way in found],
    }
    told = ", ".join(f"{n} {statistics.median(s):.2f} s" for n, s in parts.items())
    console.print(
        f"{len(seconds)} notices: median {statistics.median(seconds):.2f} s,"
        f" p99 {p99:.2f} s, slowest {max(seconds):.2f} s; medians {told}"
    )
    yield at_least("notices on an idle desk", len(seconds), notices)
    yield at_most(
        "notice to order in DuckDB, median (s)", statistics.median(seconds), MEDIAN_S
    )
    yield at_most("notice to order in DuckDB, p99 (s)", p99, P99_S)


@contextmanager
def rings(bell: Path) -> Iterator[list[float]]:
    """Collect when a bell rings, in seconds since 1970, while the block runs."""
    rung: list[float] = []
    over = Event()

    def look() -> None:
        last = 0
        while not over.wait(LOOK_S):
            at = bell.stat().st_mtime_ns if bell.exists() else 0
            if at != last:
                last = at
                rung.append(at / 1e9)

    looks = Thread(target=look)
    looks.start()
    try:
        yield rung
    finally:
        over.set()
        looks.join()


def ways(services: Services, rung: list[float]) -> list[Way]:
    """Return the way of every notice: its order is there when the next bell rings.

    Where a push commits between RMS's answer and the order, it is early by that much.
    """
    found = []
    with warehouse(services.warehouse) as con:
        rows = con.execute(STAGES).fetchall()
    for received, taken_in, answered in rows:
        at = bisect_left(rung, answered)
        seen = rung[at] if at < len(rung) else float("inf")
        found.append(Way(received, taken_in, answered, seen))
    return found


def stored(services: Services) -> int:
    """Count the notices whose orders are stored."""
    return ask(services, STORED)


def _wait_for_rest(services: Services) -> None:
    """Wait until nothing has run for a while."""
    copy = services.home / FILE
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < REST_S:
        time.sleep(2)
        if _runs(services, active=True) or is_due(services.warehouse, copy):
            quiet_since = time.monotonic()


def _idle(services: Services, console: Console, minutes: float) -> Iterator[Row]:
    """Leave the desk alone and see what it took, ran and wrote meanwhile."""
    ours, beside = processes(OURS), processes(BESIDE)
    database = services.home / "prefect" / "prefect.db"
    began, since, size = time.monotonic(), datetime.now(UTC), bytes_of(database)
    before = {name: used(one.pid).cpu_s for name, one in {**ours, **beside}.items()}
    time.sleep(minutes * 60)
    took_s = time.monotonic() - began
    share = {
        name: (used(one.pid).cpu_s - before[name]) / took_s
        for name, one in {**ours, **beside}.items()
    }
    grown = (bytes_of(database) - size) * DAY_S / took_s / 1e6
    ran = _runs(services, since=since)
    nets = [run for run in ran if run.auto_scheduled]
    others = [run for run in ran if not run.auto_scheduled]
    works = max((run.total_run_time.total_seconds() for run in nets), default=0.0)
    console.print(
        f"idle {minutes:g} min: "
        + ", ".join(f"{name} {part:.2%}" for name, part in share.items())
        + f" of a core; nets: {[run.name for run in nets]}; others:"
        f" {[run.name for run in others]}"
    )
    for name in ours:
        yield Row(f"idle: {name} (% of a core)", f"{share[name] * 100:.2f}", "", True)
    together = sum(share[name] for name in ours) * 100
    yield at_most("idle: the four together (% of a core)", together, SHARE * 100)
    yield Row("idle: runs of the nets", f"{len(nets)}", "", True)
    yield at_most("idle: work of a net's run (s)", works, NET_S)
    yield at_most("idle: other runs", len(others), 0)
    yield at_most("idle: Prefect's database (MB a day)", grown, MB_A_DAY)


def processes(wanted: Mapping[str, set[str]]) -> dict[str, psutil.Process]:
    """Return the processes that we started, by name."""
    ours = psutil.Process().children()
    found = {
        name: [each for each in ours if words <= set(each.cmdline())]
        for name, words in wanted.items()
    }
    assert all(len(some) == 1 for some in found.values()), found
    return {name: some[0] for name, some in found.items()}


def bytes_of(database: Path) -> int:
    """Return what is in use of a SQLite database."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as con:
        (pages,), (free,), (size,) = (
            con.execute(f"PRAGMA {name}").fetchone()
            for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def _runs(
    services: Services, since: datetime | None = None, *, active: bool = False
) -> list[FlowRun]:
    """Return the runs that began since a moment, or those at work."""
    state = FlowRunFilterState(type=FlowRunFilterStateType(any_=ACTIVE))
    wanted = FlowRunFilter(
        start_time=FlowRunFilterStartTime(after_=since) if since else None,
        state=state if active else None,
    )
    with services.runs.api() as client:
        found = client.read_flow_runs(flow_run_filter=wanted)
    return [run for run in found if run.start_time]  # not those still to come
