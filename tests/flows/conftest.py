"""A shop for a flow, with a real Prefect for the tests marked `prefect` and plain else.

One Prefect server, worker and RMS serve all marked tests here (20 s to start).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_SSL_CERT_FILE,
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_HOME,
    temporary_settings,
)

from tasks import orders
from tasks.runs import loads as runs
from tasks.setup.one_certificate import SETTING, one_certificate
from tasks.setup.services import Services, open_services
from tests.support import csv_counter
from tests.support.at_hand import OPEN
from tests.support.csv_counter import Counter, Shown, ShownByPrefect, open_counter
from tests.support.effort import EFFORT
from tests.support.kept_open import kept_open
from tests.support.plain_runs import run_plainly
from tests.support.sandbox import Sandbox, lab_settings


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Every service; no run waits for its turn at RMS, which tests/rms tests."""
    home = tmp_path_factory.mktemp("店 の services")
    with OPEN:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("JUCHU_RMS_REQUESTS_PER_SECOND", "0")
            patch.setenv("JUCHU_RMS_URL", "http://127.0.0.1:9")  # until it has one
            patch.setenv("PREFECT_WORKER_QUERY_SECONDS", "1")  # runs need not wait
            options = ("--seed", "7", "--no-rate-limit")
            running = OPEN.enter_context(open_services(home, *options))
        if EFFORT != "long":
            pause_the_drains_net(running)
        yield running


def pause_the_drains_net(services: Services) -> None:
    """Leave the drain to the notices that start it: a run costs seconds of work."""
    with services.runs.api() as api:
        drain = api.read_deployment_by_name("drain-notices/every-minute")
        (schedule,) = drain.schedules
        assert schedule.active
        api.update_deployment_schedule(drain.id, schedule.id, active=False)


@pytest.fixture(scope="session")
def prefect_api(services: Services) -> SyncPrefectClient:
    """Let flows of this process, and this client, call the services' server."""
    api = f"{services.ui}/api"
    OPEN.enter_context(
        temporary_settings(
            {
                PREFECT_API_URL: api,
                PREFECT_API_SSL_CERT_FILE: one_certificate(services.home, api)[SETTING],
                PREFECT_API_AUTH_STRING: services.login,
                PREFECT_HOME: services.home / "prefect",
                PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,  # a second less a flow run
            }
        )
    )
    return OPEN.enter_context(get_client(sync_client=True))


@pytest.fixture
def shown(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shown]:
    """Run what the test calls as it is marked; return an artifact by its key."""
    if request.node.get_closest_marker("prefect"):
        yield ShownByPrefect(request.getfixturevalue("prefect_api"))
    else:
        with kept_open():
            yield run_plainly(monkeypatch, request.module, csv_counter)


@pytest.fixture
def lab(
    shown: Shown,
    sandbox: Sandbox,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Sandbox:
    """A shop `lab` at a fresh RMS, set in the environment; retries do not wait."""
    settings = lab_settings(sandbox, home) | {"JUCHU_WAREHOUSE_PATIENCE_S": "0.2"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    if isinstance(shown, ShownByPrefect):
        for task in (
            runs.open_load,
            runs.open_sweep,
            orders.find_orders,
            orders.take_orders,
        ):
            monkeypatch.setattr(task, "retry_delay_seconds", [0.05])
    return sandbox


@pytest.fixture
def counter(shown: Shown, home: Path, monkeypatch: pytest.MonkeyPatch) -> Counter:
    """A clerk of shop `lab` who imports order CSVs."""
    return open_counter(home, shown, monkeypatch)
