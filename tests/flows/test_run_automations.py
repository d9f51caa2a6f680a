"""The night before a morning: a worker that was gone, a day that was killed."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterName,
)
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Crashed, Late, Scheduled

from connectors.prefect_env import NAMES
from tasks.setup.queues import WORK_POOL
from tasks.setup.run_automations import unanswered_form
from tasks.setup.services import ROOT, Services
from tests.support.effort import for_crash, for_long
from tests.support.waiting import until

pytestmark = pytest.mark.prefect
SLEEPS = (
    "import time; from prefect import flow;"
    " flow(name='alone', flow_run_name='alone')(lambda: time.sleep(600))()"
)
DAY, DRAIN = "daily/0900", "drain-notices/every-minute"
SOON = timedelta(hours=30)
"""Beyond what the worker looks for, and beyond the day that is due next."""


def due(
    api: SyncPrefectClient, deployment: str, after: timedelta = SOON, **given: str
) -> FlowRun:
    """Create a run that no worker takes up before `after`."""
    return api.create_flow_run_from_deployment(
        api.read_deployment_by_name(deployment).id,
        parameters=given,
        state=Scheduled(scheduled_time=datetime.now(UTC) + after),
    )


def runs_of(api: SyncPrefectClient, deployment: str) -> dict[UUID, FlowRun]:
    known = api.read_deployment_by_name(deployment).id
    found = api.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[known])
        )
    )
    return {run.id: run for run in found if not run.auto_scheduled}


def state_of(api: SyncPrefectClient, run: FlowRun) -> State:
    return api.read_flow_run(run.id).state


def test_the_day_starts_before_every_drain_that_was_missed(
    prefect_api: SyncPrefectClient,
):
    until_when = datetime.now(UTC) + SOON + timedelta(minutes=10)
    missed = [due(prefect_api, DRAIN, SOON + n * timedelta(minutes=1)) for n in (0, 1)]
    day = due(prefect_api, DAY, SOON + timedelta(minutes=5))

    first = prefect_api.get_scheduled_flow_runs_for_work_pool(
        WORK_POOL, scheduled_before=until_when
    )

    order = [each.flow_run.id for each in first]
    assert order.index(day.id) < min(order.index(run.id) for run in missed)
    for run in (*missed, day):
        prefect_api.delete_flow_run(run.id)


def test_a_drain_that_could_not_start_in_time_is_left_out(
    prefect_api: SyncPrefectClient,
):
    drain, day = due(prefect_api, DRAIN), due(prefect_api, DAY)
    late = datetime.now(UTC) + SOON
    for run in (day, drain):
        prefect_api.set_flow_run_state(run.id, Late(scheduled_time=late))

    until(lambda: state_of(prefect_api, drain).name == "Skipped")

    assert state_of(prefect_api, drain).is_cancelled()
    assert state_of(prefect_api, day).name == "Late"
    prefect_api.delete_flow_run(day.id)


@for_crash
def test_a_day_killed_in_the_middle_is_started_again_once(
    services: Services, prefect_api: SyncPrefectClient
):
    known = set(runs_of(prefect_api, DAY))
    services.sandbox.empty_journal()
    killed = due(prefect_api, DAY, timedelta(0), shop="demo")
    until(lambda: services.sandbox.journal()["counts"], 150)  # at a call a second
    pid = prefect_api.read_flow_run(killed.id).infrastructure_pid
    os.kill(int(str(pid).rpartition(":")[2]), signal.SIGKILL)

    (again,) = until(
        lambda: runs_of(prefect_api, DAY).keys() - known - {killed.id}, 150
    )
    until(lambda: runs_of(prefect_api, DAY)[again].start_time, 150)
    new = runs_of(prefect_api, DAY)[again]

    assert state_of(prefect_api, killed).is_crashed()
    assert new.parameters == {"shop": "demo"}
    prefect_api.set_flow_run_state(again, Crashed(), force=True)
    third = due(prefect_api, DAY)
    prefect_api.set_flow_run_state(third.id, Crashed(), force=True)
    drain = due(prefect_api, DRAIN)
    prefect_api.set_flow_run_state(
        drain.id, Late(scheduled_time=datetime.now(UTC) + SOON)
    )
    until(lambda: state_of(prefect_api, drain).name == "Skipped")
    assert runs_of(prefect_api, DAY).keys() - known == {killed.id, again, third.id}


def test_the_crashed_day_of_every_home_is_started_again(prefect_api: SyncPrefectClient):
    """A host that dies takes the days of all its homes with it."""
    flow = prefect_api.read_deployment_by_name(DAY).flow_id
    days = [f"daily/0900@of-a-dead-host-{n}" for n in (1, 2)]
    made = [prefect_api.create_deployment(flow, day.partition("/")[2]) for day in days]
    for day in days:
        run = due(prefect_api, day)
        prefect_api.set_flow_run_state(run.id, Crashed(), force=True)

    until(lambda: [len(runs_of(prefect_api, day)) for day in days] == [2, 2])

    for each in made:
        prefect_api.delete_deployment(each)


def test_deploy_registers_what_ends_a_form_that_nobody_answers(
    services: Services, prefect_api: SyncPrefectClient
):
    (kept,) = prefect_api.read_automations_by_name(unanswered_form().name)
    (action,) = kept.actions

    assert kept.enabled
    assert kept.trigger.within == timedelta(hours=8)
    assert "何も変更していません。対処: もう一度 adjust-stock" in action.message


@for_long
def test_a_run_that_died_with_its_worker_is_known_within_two_minutes(
    services: Services, prefect_api: SyncPrefectClient
):
    """At the true times: nobody is left to say so but Prefect's server itself."""
    name = FlowRunFilter(name=FlowRunFilterName(any_=["alone"]))

    def run() -> FlowRun | None:
        found = prefect_api.read_flow_runs(flow_run_filter=name)
        return found[0] if found else None

    with subprocess.Popen(
        [sys.executable, "-c", SLEEPS],
        env=dict(os.environ) | {each: services.env[each] for each in NAMES},
        cwd=ROOT,
    ) as process:
        until(lambda: (begun := run()) and begun.state.is_running(), 150)
        time.sleep(5)  # the first heartbeat is on its way
        process.kill()
    died_at = time.monotonic()
    until(lambda: (ended := run()) and ended.state.is_crashed(), 150)

    assert time.monotonic() - died_at <= 120
