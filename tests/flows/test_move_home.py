"""A home moves on a real Prefect; processes of this machine stand for its hosts."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.states import Running, Scheduled
from pydantic import SecretStr

from connectors.settings.reading import read_settings
from data.model.shops.shop import Shop
from data.warehouse.session import warehouse
from tasks.homes import owner
from tasks.homes.blocks import JuchuHome, home_of, save_home
from tasks.homes.deployments import deploy_home, deployments_of
from tasks.homes.move import HomeMoveRefused, move_home
from tasks.machine import now
from tasks.setup import prefect_runs
from tasks.setup.services import ROOT, Services
from tasks.shops.blocks import OtherHome, RmsShop, handles_in_blocks, load_shop
from tests.support.effort import for_long
from tests.support.waiting import until

pytestmark = [pytest.mark.prefect, for_long]
HOST = """
import sys
from data.warehouse.errors import WarehouseClosed
from tasks.machine import our_warehouse
for line in sys.stdin:
    try:
        with our_warehouse() as con:
            con.execute(
                "INSERT INTO sku_costs VALUES (?, '2026-07-01', 1, 'x', now())",
                [line.strip()],
            )
        print("written", flush=True)
    except WarehouseClosed as refused:
        print(type(refused).__name__, flush=True)
"""


class Host:
    """A process with a home, as a worker of that host would start it."""

    def __init__(self, services: Services, name: str, folder: Path) -> None:
        ours = {"JUCHU_HOST": name, "JUCHU_HOME": str(folder), "JUCHU_HOME_NAME": "h1"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOST],
            env={**services.env, **ours},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def write(self, what: str) -> str:
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def written(folder: Path) -> set[str]:
    with warehouse(folder / "juchu.duckdb") as con:
        return {sku for (sku,) in con.execute("SELECT sku FROM sku_costs").fetchall()}


@pytest.fixture
def moving(
    services: Services,
    prefect_api: SyncPrefectClient,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[SyncPrefectClient]:
    """Home h1 on host-a with one shop; nothing of it is left behind."""
    owner._last.clear()
    monkeypatch.setenv("JUCHU_HOME_NAME", "h1")
    secret = SecretStr("invented")
    shop = Shop(
        handle="in-h1",
        mall="rakuten",
        shop_id="765432",
        service_secret=secret,
        license_key=secret,
        home="h1",
    )
    RmsShop.from_shop(shop).save("in-h1")
    block = JuchuHome(host="host-a", folder=str(home))
    save_home("h1", block)
    begun = datetime.now(UTC)
    made = deploy_home(prefect_api, "h1", block, ["in-h1"])
    took = datetime.now(UTC) - begun
    for one in deployments_of(prefect_api, "h1"):
        prefect_api.pause_deployment(one.id)  # the services' worker takes every queue
    sys.stdout.write(f"{made} deployments in {took.total_seconds():.1f} s\n")
    yield prefect_api
    for one in deployments_of(prefect_api, "h1"):
        prefect_api.delete_deployment(one.id)
    RmsShop.delete("in-h1")
    JuchuHome.delete("h1")


def test_a_home_has_deployments_of_its_own(moving: SyncPrefectClient, home: Path):
    drain = moving.read_deployment_by_name("drain-notices/every-minute@h1")
    day = moving.read_deployment_by_name("daily/0900@h1")
    theirs = moving.read_resource_related_automations(f"prefect.deployment.{drain.id}")

    assert len(deployments_of(moving, "h1")) == len(deployments_of(moving, ""))
    assert (drain.work_queue_name, day.work_queue_name) == ("host-a", "host-a-morning")
    assert day.job_variables["env"] == {
        "JUCHU_HOME": str(home),
        "JUCHU_HOME_NAME": "h1",
    }
    assert day.global_concurrency_limit.limit == 1
    assert day.schedules[0].schedule.cron == "0 9 * * *"
    assert isinstance(drain.schedules[0].schedule, IntervalSchedule)
    assert [one.trigger.match["prefect.resource.id"] for one in theirs] == [
        ["juchu.notices.in-h1"]
    ]
    assert handles_in_blocks() == ["in-h1"]
    with pytest.raises(OtherHome):
        load_shop("demo")


def test_what_staff_switched_on_stays_on_when_a_home_is_deployed_anew(
    moving: SyncPrefectClient,
):
    """The watched folder went off, and files of orders lay there unseen."""
    incoming = moving.read_deployment_by_name("import-order-csv/incoming@h1")
    (schedule,) = incoming.schedules
    moving.update_deployment_schedule(incoming.id, schedule.id, active=True)
    deploy_home(moving, "h1", home_of("h1"), ["in-h1"])
    for one in deployments_of(moving, "h1"):
        moving.pause_deployment(one.id)
    again = moving.read_deployment_by_name("import-order-csv/incoming@h1")
    ingest = moving.read_deployment_by_name("ingest-orders/0900@h1")

    assert [one.active for one in again.schedules] == [True]
    assert [one.active for one in ingest.schedules] == [False]


def test_a_move_is_refused_while_a_run_works_and_then_loses_nothing(
    services: Services, moving: SyncPrefectClient, home: Path, tmp_path: Path
):
    settings, new = read_settings(), tmp_path / "b"
    old = Host(services, "host-a", home)
    assert old.write("before") == "written"
    night = moving.read_deployment_by_name("keep-house/0300@h1")
    run = moving.create_flow_run_from_deployment(
        night.id, state=Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=2))
    )
    moving.set_flow_run_state(run.id, Running(), force=True)
    with pytest.raises(HomeMoveRefused, match=run.name):
        move_home(moving, settings, "h1", "host-b", at=str(new), now=now)
    assert old.write("still") == "written"
    moving.delete_flow_run(run.id)

    copied = Path(shutil.copytree(home, tmp_path / "copied"))
    stray = Host(services, "host-a", copied)
    assert stray.write("stray") == "HomeMoved"

    os.kill(old.process.pid, signal.SIGSTOP)
    waits: list[float] = []
    move_home(moving, settings, "h1", "host-b", at=str(new), now=now, wait=waits.append)
    for one in deployments_of(moving, "h1"):
        moving.pause_deployment(one.id)
    os.kill(old.process.pid, signal.SIGCONT)
    young = Host(services, "host-b", new)

    assert waits == []  # the file left behind was marked
    assert old.write("woken") == "HomeMoved"
    assert young.write("after") == "written"
    assert stray.write("stray") == "HomeMoved"
    for host in (old, young, stray):
        host.end()
    assert written(new) == {"before", "still", "after"}
    assert written(home) == {"before", "still"}
    assert (home_of("h1").host, home_of("h1").epoch) == ("host-b", 2)
    day = moving.read_deployment_by_name("daily/0900@h1")
    assert day.work_queue_name == "host-b-morning"
    assert json.dumps(day.job_variables["env"]).count(str(new)) == 1


def test_runs_that_wait_for_a_dead_host_go_along(
    moving: SyncPrefectClient,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    """Those that somebody began, and the latest of the clock's, which are deleted."""
    monkeypatch.setattr(prefect_runs, "PAGE", 1)  # a home has hundreds of them
    with warehouse(home / "juchu.duckdb"):
        pass
    night = moving.read_deployment_by_name("keep-house/0300@h1").id
    then = datetime.now(UTC) + timedelta(days=3)

    def runs() -> list[FlowRun]:
        of_night = FlowRunFilterDeploymentId(any_=[night])
        found = moving.read_flow_runs(
            flow_run_filter=FlowRunFilter(deployment_id=of_night)
        )
        return sorted(found, key=lambda run: run.expected_start_time)

    begun = moving.create_flow_run_from_deployment(
        night, state=Scheduled(scheduled_time=then + timedelta(days=9))
    )
    moving.resume_deployment(night)
    clocks = until(lambda: [run for run in runs() if run.auto_scheduled])
    last = [run for run in clocks if run.next_scheduled_start_time <= then][-1]

    move_home(
        moving,
        read_settings(),
        "h1",
        "host-b",
        at=str(tmp_path / "b"),
        now=lambda: then,
        wait=lambda _: None,
    )
    for one in deployments_of(moving, "h1"):
        moving.pause_deployment(one.id)

    assert {(run.name, run.state_name, run.work_queue_name) for run in runs()} == {
        (begun.name, "Moved", "host-a"),
        (begun.name, "Scheduled", "host-b"),
        (last.name, "Scheduled", "host-b"),
    }
