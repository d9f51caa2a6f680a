"""The second day: what a shop does on the day after `DEMO_ONCE=1 make demo`.

Each step prints what it saw and how long it took; the first that is wrong ends the walk
with exit code 1, and the logs are in `logs/day2-*.log` of the demo's folder.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterStartTime,
)
from prefect.client.schemas.objects import FlowRun
from rich.console import Console

from connectors.settings.reading import read_settings
from data.warehouse.invariants import violations
from data.warehouse.query import ask
from data.warehouse.session import warehouse
from tasks.setup.demo import MARK
from tests.second_day.machine import Machine, switched_on
from tests.support.waiting import until

STALE_DRAINS: Final = 60
WITHIN_A_MINUTE_S: Final = 60
STARTED_AGAIN_WITHIN_S: Final = 180
"""Two minutes until it is known that a run is dead, one until the day starts again."""
MIHON: Final = "SELECT count(*) FROM orders WHERE shop_id = '{shop_id}'"
console = Console(soft_wrap=True)


def main() -> None:
    """Walk the second day on the demo's folder."""
    home = read_settings().home.absolute() / "demo"
    if not (home / MARK).exists():
        sys.exit(f"{home}: no demo was here. First: DEMO_ONCE=1 make demo")
    began = time.monotonic()
    with switched_on(home) as machine:
        told("make server, deploy, receiver and worker in the background", began)
        for step in STEPS:
            at = time.monotonic()
            step(machine)
            told(step.__doc__ or "", at)
    console.print(f"the second day took {time.monotonic() - began:.0f} s")


def told(what: str, since: float) -> None:
    """Print a step that went well."""
    console.print(f"ok  {what.splitlines()[0]} ({time.monotonic() - since:.0f} s)")


def the_day_after(machine: Machine) -> None:
    """The daily of the day after completes, orders that RMS does not know and all."""
    machine.runs.completed("daily/0900", shop="demo")


def the_same_file_again(machine: Machine) -> None:
    """The same CSV again changes nothing, and the next daily completes."""
    before = contents(machine)
    given = {"path": "data/samples/rakuten.csv", "mall": "rakuten", "shop": "demo"}
    machine.runs.completed("import-order-csv/manual", **given)
    assert contents(machine) == before
    machine.runs.completed("daily/0900", shop="demo")


def contents(machine: Machine) -> int:
    """Count all contents that orders have ever had."""
    found: int = ask(machine.warehouse, "SELECT count(*) FROM order_log").item()
    return found


def off_over_nine(machine: Machine) -> None:
    """A machine that was off over 09:00 starts the missed day within a minute."""
    machine.stop("worker")
    drains = [
        machine.runs.begun("drain-notices/every-minute", timedelta(minutes=1 + nth))
        for nth in range(STALE_DRAINS)
    ]
    missed = machine.runs.begun("daily/0900", timedelta(minutes=50))
    machine.stop("receiver")
    machine.stop("server")
    machine.on(deploys=False)  # what was registered is in the server's database
    back = time.monotonic()
    until(lambda: machine.runs.seen(missed).start_time, WITHIN_A_MINUTE_S)
    console.print(f"    started {time.monotonic() - back:.0f} s after the worker")
    ended = machine.runs.ended(missed)
    assert ended.state is not None
    assert ended.state.type.value == "COMPLETED", ended.state.message
    assert len(drains) == STALE_DRAINS


def a_shop_of_ones_own(machine: Machine) -> None:
    """The shop mihon, described in the environment, is deployed and works its day."""
    (other,) = (
        keys for handle, keys in machine.sandbox.shops.items() if handle != "demo"
    )
    prefix = "JUCHU_SHOP_MIHON_"
    machine.env |= {
        f"{prefix}MALL": "rakuten",
        f"{prefix}SHOP_ID": other.shop_id,
        f"{prefix}SHOP_URL": other.shop_url,
        f"{prefix}SERVICE_SECRET": other.service_secret,
        f"{prefix}LICENSE_KEY": other.license_key,
        f"{prefix}NOTICE_AUTH_KEY": other.notice_auth_key,
        f"{prefix}CONTRACT_ID": other.contract_id,
        "JUCHU_SHOP": "mihon",
    }
    machine.make("deploy")
    machine.sandbox.sell(5, shop=other.handle, over_days=0)
    machine.runs.completed("daily/0900", shop="mihon")
    mihon = MIHON.format(shop_id=other.shop_id)
    assert ask(machine.warehouse, mihon).item() == 5


def killed_in_the_middle(machine: Machine) -> None:
    """A daily whose process was killed is known dead, and starts again by itself."""
    machine.sandbox.settings(notify_url=None)  # no drain is to take the order first
    machine.sandbox.sell(3, over_days=0)
    machine.sandbox.empty_journal()
    machine.sandbox.fault("timeout", function="getOrder", times=1)
    run = machine.runs.begun("daily/0900", shop="demo")
    until(lambda: machine.sandbox.journal()["counts"].get("getOrder"), 60)
    pid = machine.runs.seen(run).infrastructure_pid
    os.kill(int(str(pid).rpartition(":")[2]), signal.SIGKILL)
    killed = time.monotonic()
    again = until(lambda: begun_after(machine, run), STARTED_AGAIN_WITHIN_S)
    console.print(f"    started again {time.monotonic() - killed:.0f} s after the kill")
    dead, ended = machine.runs.seen(run), machine.runs.ended(again)
    assert dead.state is not None
    assert ended.state is not None
    assert dead.state.type.value == "CRASHED", dead.state.type
    assert ended.state.type.value == "COMPLETED", ended.state.message
    with warehouse(machine.warehouse) as con:
        assert violations(con) == []


def begun_after(machine: Machine, run: FlowRun) -> FlowRun | None:
    """Return the run of the daily that began after another one, if one has."""
    with machine.runs.api() as client:
        daily = client.read_deployment_by_name("daily/0900")
        runs = client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[daily.id])),
            flow_run_filter=FlowRunFilter(
                start_time=FlowRunFilterStartTime(
                    after_=machine.runs.seen(run).start_time
                ),
            ),
        )
    # Prefect counts the mornings to come by when they are due.
    begun = (each for each in runs if each.start_time and each.id != run.id)
    return next(begun, None)


STEPS: Final[list[Callable[[Machine], None]]] = [
    the_day_after,
    the_same_file_again,
    off_over_nine,
    a_shop_of_ones_own,
    killed_in_the_middle,
]


if __name__ == "__main__":
    main()
