"""Where homes share a server the desk shows its own: the morning, reports and runs."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import ArtifactCreate
from prefect.states import Completed, Running, Scheduled

from connectors.prefect_env import API_URL, LOGIN
from tasks.desk import deployments
from tasks.desk import prefect as desk_prefect
from tasks.desk.deployments import listed, morning, way
from tasks.desk.prefect import DeskRuns
from tasks.setup import prefect_runs
from tasks.setup.services import Services
from tests.support.planted import caught

pytestmark = pytest.mark.prefect
HOMES = ("h7", "h77", "")


class Homes:
    """The mornings of two homes and of the machine itself, each with a report."""

    def __init__(self, client: SyncPrefectClient) -> None:
        self.client = client
        self.flow = client.read_flow_by_name("daily").id
        self.runs = {home: self.a_morning(home) for home in HOMES if home}

    def a_morning(self, home: str) -> UUID:
        made = self.client.create_deployment(self.flow, f"0900@{home}")
        run = self.client.create_flow_run_from_deployment(made, state=Running()).id
        self.client.create_artifact(
            ArtifactCreate(
                key="day-report",
                type="markdown",
                data=f"of {home}",
                flow_run_id=run,
            )
        )
        self.client.set_flow_run_state(run, Completed(), force=True)
        later = Scheduled()
        self.client.create_flow_run_from_deployment(made, state=later)
        return run


@pytest.fixture(scope="module")
def homes(prefect_api: SyncPrefectClient) -> Iterator[Homes]:
    made = Homes(prefect_api)
    yield made
    for home in made.runs:
        one = prefect_api.read_deployment_by_name(f"daily/0900@{home}")
        prefect_api.delete_deployment(one.id)


@pytest.fixture
def desk(
    homes: Homes, services: Services, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DeskRuns]:
    """The desk of home h7; a page of Prefect's is of three."""
    monkeypatch.setenv("JUCHU_HOME_NAME", "h7")
    monkeypatch.setattr(prefect_runs, "PAGE", 3)
    api = f"{services.ui}/api"
    made = DeskRuns(lambda: {API_URL: api, LOGIN: services.login})
    yield made
    with made.api() as client:
        client.__exit__(None, None, None)


def test_the_morning_and_the_report_are_the_homes_own(desk: DeskRuns, homes: Homes):
    found = morning(desk)
    assert found.last
    assert found.last.id == str(homes.runs["h7"])
    assert found.next_at
    told = desk.latest("day-report", "daily/0900")
    assert told
    assert "of h7" in told.html
    assert "of h77" not in told.html
    assert desk.latest("tracking-report", "push-tracking/0900") is None


def test_what_can_be_run_and_what_ran_are_the_homes_own(desk: DeskRuns, homes: Homes):
    found = listed(desk, 15)
    assert [way.name for way in found.ways] == ["daily/0900@h7"]
    assert [run.id for run in found.recent] == [str(homes.runs["h7"])]


def test_another_homes_run_is_not_shown_and_its_deployment_not_run(
    desk: DeskRuns, homes: Homes, monkeypatch: pytest.MonkeyPatch
):
    def shown(home: str) -> tuple[bool, bool]:
        run = desk.look(str(homes.runs[home]))
        return run is not None, way(desk, "daily", f"0900@{home}") is not None

    def of_h7_alone() -> None:
        assert shown("h7") == (True, True)
        assert shown("h77") == (False, False)
        assert way(desk, "daily", "0900") is None

    of_h7_alone()
    with monkeypatch.context() as patch, caught():
        for module in (deployments, desk_prefect):
            patch.setattr(module, "is_of_our_home", lambda _: True)
        of_h7_alone()
    monkeypatch.setenv("JUCHU_HOME_NAME", "")
    assert shown("h7") == (False, False)
    others = {str(run) for run in homes.runs.values()}
    assert not others & {run.id for run in listed(desk, 15).recent}


def test_without_a_home_every_page_is_read_and_no_copy_is_listed(
    desk: DeskRuns, homes: Homes, monkeypatch: pytest.MonkeyPatch
):
    def of_the_machine() -> None:
        names = [way.name for way in listed(desk, 1).ways]
        assert len(names) == len(set(names)) > 20
        assert {"daily/0900", "push-inventory/0900"} <= set(names)
        assert not any("@" in name for name in names)

    monkeypatch.setenv("JUCHU_HOME_NAME", "")
    of_the_machine()
    monkeypatch.setattr(
        deployments, "all_pages", lambda read, **asked: read(**asked)[:3]
    )
    with caught():
        of_the_machine()
