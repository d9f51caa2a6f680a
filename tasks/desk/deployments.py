"""What can be run, what ran lately, and the morning: Prefect's lists for the desk.

Each raises PrefectClosed when no server answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    DeploymentFilterName,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterParentTaskRunId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import DeploymentSort, FlowRunSort
from prefect.exceptions import ObjectNotFound

from connectors.settings.reading import read_settings
from tasks.desk.prefect import DeskRuns, at_our_home, is_of_our_home
from tasks.desk.run_now import in_one_line, state_word, title_of, title_of_run
from tasks.homes.blocks import home_in
from tasks.setup.prefect_runs import all_pages, flow_names

DAILY: Final = "daily/0900"
BEGUN: Final = tuple(one for one in StateType if one is not StateType.SCHEDULED)


@dataclass(frozen=True)
class ListedRun:
    """A run in a list; `title` is what staff call it, its flow's name if unknown."""

    id: str
    title: str
    state: str
    is_final: bool
    is_good: bool
    begun_at: datetime | None


@dataclass(frozen=True)
class Morning:
    """The daily run: the last one, and when the next is due."""

    last: ListedRun | None
    next_at: datetime | None


@dataclass(frozen=True)
class Way:
    """A deployment that can be run, e.g. `push-inventory/0900`.

    subject is its first tag; schema and parameters are Prefect's: what its form shows,
    and the values it has
    """

    name: str
    description: str
    subject: str
    schema: Mapping[str, Any]
    parameters: Mapping[str, Any]

    @property
    def title(self) -> str:
        """What staff call it."""
        return title_of(self.description)


def morning(runs: DeskRuns) -> Morning:
    """Return how the last morning ended, and when the next one is."""
    with runs.api() as client:
        try:
            daily = client.read_deployment_by_name(at_our_home(DAILY))
        except ObjectNotFound:
            return Morning(None, None)
        of = DeploymentFilter(id=DeploymentFilterId(any_=[daily.id]))
        last = client.read_flow_runs(
            deployment_filter=of,
            flow_run_filter=FlowRunFilter(state=_states(*BEGUN)),
            sort=FlowRunSort.START_TIME_DESC,
            limit=1,
        )
        return Morning(seen(last[0], DAILY) if last else None, next_run(client, of))


def next_run(client: SyncPrefectClient, of: DeploymentFilter) -> datetime | None:
    """Return when the next run of deployments is due, None where none is planned."""
    planned = client.read_flow_runs(
        deployment_filter=of,
        flow_run_filter=FlowRunFilter(state=_states(StateType.SCHEDULED)),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=1,
    )
    return planned[0].expected_start_time if planned else None


@dataclass(frozen=True)
class Listed:
    """What can be run, by name, and the latest runs, the newest first."""

    ways: list[Way]
    recent: list[ListedRun]


def listed(runs: DeskRuns, most: int) -> Listed:
    """Return what can be run, and `most` runs at most that are no part of another.

    Of our home alone; without one, of none.
    """
    with runs.api() as client:
        flows = flow_names(client)
        ours = _of_our_home(client)
        ways = [_way(f"{flows.get(one.flow_id, '')}/{one.name}", one) for one in ours]
        found = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                state=_states(*BEGUN),
                parent_task_run_id=FlowRunFilterParentTaskRunId(is_null_=True),
                deployment_id=_of(ours),
            ),
            sort=FlowRunSort.START_TIME_DESC,
            limit=most,
        )
    recent = [
        seen(run, title_of_run(run, ours) or flows.get(run.flow_id, ""))
        for run in found
    ]
    return Listed(sorted(ways, key=lambda way: way.name), recent)


def _of(ours: list[DeploymentResponse]) -> FlowRunFilterDeploymentId:
    """Return what picks their runs; where there are no homes, those of none as well."""
    picked = {
        "operator": "or_",
        "any_": [one.id for one in ours],
        "is_null_": None if read_settings().home_name else True,
    }
    return FlowRunFilterDeploymentId.model_validate(picked)


def _of_our_home(client: SyncPrefectClient) -> list[DeploymentResponse]:
    """Return the deployments of our home; without one those that are of none."""
    ours = read_settings().home_name
    named = DeploymentFilter(name=DeploymentFilterName(like_=f"@{ours}"))
    found = all_pages(
        client.read_deployments,
        deployment_filter=named if ours else None,
        sort=DeploymentSort.CREATED_DESC,
    )
    return [one for one in found if home_in(one.name) == ours]


def way(runs: DeskRuns, flow: str, name: str) -> Way | None:
    """Return a deployment of our home; None where there is none of the name."""
    with runs.api() as client:
        found = client.read_deployments(
            flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])),
            deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[name])),
            limit=1,
        )
    ours = next((one for one in found if is_of_our_home(one)), None)
    return _way(f"{flow}/{name}", ours) if ours else None


def _way(name: str, one: DeploymentResponse) -> Way:
    return Way(
        name,
        in_one_line(one.description),
        next(iter(one.tags or ()), ""),
        one.parameter_openapi_schema or {},
        one.parameters or {},
    )


def seen(run: FlowRun, title: str) -> ListedRun:
    """Return a run as a list has it."""
    state = run.state
    return ListedRun(
        str(run.id),
        title,
        state_word(state),
        bool(state and state.is_final()),
        bool(state and state.is_completed()),
        run.start_time,
    )


def _states(*types: StateType) -> FlowRunFilterState:
    return FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types)))
