"""The warm process on a real Prefect: a run at once, nothing lost by a kill."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import Popen

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
from prefect.client.schemas.objects import FlowRun

from tasks.setup.services import Services, free_port, running
from tasks.watch.runs import ARRIVALS, TAG
from tests.flows.test_notices import by_hand, posted, stored
from tests.support.effort import for_long
from tests.support.waiting import until

pytestmark = [pytest.mark.prefect, for_long]
AT_ONCE = timedelta(seconds=5)
DRAINED = re.compile(
    rb'juchu_watch_runs_total\{end="done",flow="drain_notices"\} [1-9]'
)


def runs(api: SyncPrefectClient) -> list[FlowRun]:
    mine = FlowRunFilter(tags=FlowRunFilterTags(all_=[TAG]))
    return api.read_flow_runs(flow_run_filter=mine)


def automation_is_on(api: SyncPrefectClient) -> bool:
    (automation,) = api.read_automations_by_name(ARRIVALS)
    return automation.enabled


@pytest.fixture
def warm(
    services: Services, prefect_api: SyncPrefectClient, tmp_path: Path
) -> Iterator[tuple[Popen[str], int]]:
    """A warm process, and the port of its metrics."""
    port = free_port()
    arguments = ("tasks.setup.watch", "--port", f"{port}")
    with running("watch", arguments, services.env, tmp_path) as process:
        until(lambda: not automation_is_on(prefect_api), 90)
        yield process, port
    assert automation_is_on(prefect_api)


def test_a_run_exists_at_once_and_a_kill_costs_only_the_next_process(
    services: Services, prefect_api: SyncPrefectClient, warm: tuple, tmp_path: Path
):
    process, port = warm
    log = tmp_path / "watch.log"
    until(lambda: "the warm process works" in log.read_text("utf-8"), 120)
    first, second = services.sandbox.sell(2, "plain", over_days=0)
    sent_at = datetime.now(UTC)
    assert posted(services, by_hand(services, first)) == (200, "N-000-000")
    (run, *_) = until(lambda: runs(prefect_api))
    assert run.created - sent_at < AT_ONCE
    assert run.deployment_id is None
    until(lambda: first in stored(services))
    until(lambda: DRAINED.search(metrics(port)))

    process.kill()
    process.wait()
    assert posted(services, by_hand(services, second)) == (200, "N-000-000")
    with running("again", ("tasks.setup.watch", "--port", "0"), services.env, tmp_path):
        until(lambda: second in stored(services), 90)
        until(lambda: all(run.state.is_final() for run in runs(prefect_api)), 60)


def metrics(port: int) -> bytes:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).content
    except httpx.HTTPError:
        return b""
