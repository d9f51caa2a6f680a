"""With all services: how soon a notice is an order; what an outage of Prefect costs."""

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
from rich.console import Console

from connectors.notices.spool import Spool
from data.warehouse.session import warehouse
from tasks.setup import server, worker
from tasks.setup.services import Services, open_services, running, wait_for_server
from tests.bench.rows import Row, at_least, at_most
from tests.support.waiting import until

ORDERS = 8
PAUSE_S = 8.0
SECONDS = 5.0
AT_WORK, MEANWHILE = 1000, 100
DEAD_WITHIN_S = 120
"""A killed run is known to be dead after so long (tasks/setup/run_automations.py)."""
PREFECT = {"server": server, "worker": worker}
"""What is started; each goes on in its process as the `prefect` command it names."""
WAITED = """
SELECT epoch(settled_at - received_at) FROM notices
WHERE reason = 'stored' ORDER BY received_at
"""


def with_all_services(folder: Path, console: Console) -> Iterator[Row]:
    """Sell a few orders one by one; then kill Prefect, sell more, start it again."""
    with open_services(folder / "services", "--no-rate-limit") as services:
        services.sandbox.settings(notify_url=services.receiver)
        services.sandbox.sell(1, "plain", over_days=0)  # warms the server
        until(lambda: waited(services), 120)
        time.sleep(PAUSE_S)
        services.sandbox.sell(ORDERS, "plain", every_s=PAUSE_S)
        until(lambda: len(waited(services)) > ORDERS, ORDERS * PAUSE_S + 120)
        seconds = waited(services)[1:]
        console.print(f"notice → order: {', '.join(f'{s:.1f}' for s in seconds)} s")
        taken, drained = outage(services)
    yield at_most("notice to order, median (s)", statistics.median(seconds), SECONDS)
    yield at_least("taken while Prefect was down", taken, MEANWHILE)
    yield at_least("drained when it was up again", drained, MEANWHILE)


def outage(services: Services) -> tuple[int, int]:
    """Kill Prefect with a drain at work, sell, start it again; give taken and drained.

    A run that was killed keeps its slot of the deployment until it is known to be
    dead, and every new one is cancelled; then it must go on without anybody's help.
    """
    before = len(waited(services))
    services.sandbox.sell(AT_WORK, "plain", over_days=0)
    until(lambda: len(waited(services)) > before, 120)
    _kill_prefect()
    services.sandbox.sell(MEANWHILE, "plain", over_days=0)
    until(lambda: services.sandbox.notice_counts()["waiting"] == 0, 120)
    taken = Spool(services.home / "spool").depth()
    sold = before + AT_WORK + MEANWHILE
    with ExitStack() as again:
        for name, module in PREFECT.items():
            logs, command = services.home / "logs", (module.__name__,)
            process = again.enter_context(
                running(f"{name}-again", command, services.env, logs)
            )
            if module is server:
                wait_for_server(services.env, process)
        until(lambda: len(waited(services)) >= sold, DEAD_WITHIN_S + 180)
    return taken, len(waited(services)) - before - AT_WORK


def _kill_prefect() -> None:
    """Kill the server, the worker and the run it has begun, as a power cut does."""
    commands = [{"prefect", *module.COMMAND} for module in PREFECT.values()]
    ours = psutil.Process().children()
    found = [p for p in ours if any(each <= set(p.cmdline()) for each in commands)]
    assert len(found) == len(PREFECT), "neither more nor fewer than were started"
    for process in found:
        for each in (*process.children(recursive=True), process):
            each.kill()


def waited(services: Services) -> list[float]:
    """How long each notice took to become a stored order, in seconds."""
    with warehouse(services.warehouse) as con:
        return [seconds for (seconds,) in con.execute(WAITED).fetchall()]
