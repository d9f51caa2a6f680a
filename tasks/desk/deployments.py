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
    FlowRunFilter,
    FlowRunFilterParentTaskRunId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound

from tasks.desk.prefect import DeskRuns, state_word

DAILY: Final = "daily/0900"
BEGUN: Final = tuple(one for one in StateType if one is not StateType.SCHEDULED)
MOST: Final = 200


@dataclass(frozen=True)
class Seen:
    """A run in a list."""

    id: str
    deployment: str
    state: str
    is_final: bool
    is_good: bool
    begun_at: datetime | None


@dataclass(frozen=True)
class Morning:
    """The daily run: the last one, and when the next is due."""

    last: Seen | None
    next_at: datetime | None


@dataclass(frozen=True)
class Way:
    """A deployment that can be run, e.g. `push-inventory/0900`.

    schema and parameters are Prefect's: what its form shows, and the values it has
    """

    name: str
    description: str
    schema: Mapping[str, Any]
    parameters: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The first sentence of the description."""
        return self.description.partition("。")[0]


def morning(runs: DeskRuns) -> Morning:
    """Return how the last morning ended, and when the next one is."""
    with runs.api() as client:
        try:
            daily = client.read_deployment_by_name(DAILY)
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


def ways(runs: DeskRuns) -> list[Way]:
    """Return what can be run, by name."""
    with runs.api() as client:
        flows = {flow.id: flow.name for flow in client.read_flows(limit=MOST)}
        found = [
            Way(
                f"{flows.get(one.flow_id, '')}/{one.name}",
                one.description or "",
                one.parameter_openapi_schema or {},
                one.parameters or {},
            )
            for one in client.read_deployments(limit=MOST)
        ]
    return sorted(found, key=lambda way: way.name)


def recent(runs: DeskRuns, most: int) -> list[Seen]:
    """Return the latest runs that are no part of another, the newest first."""
    with runs.api() as client:
        flows = {flow.id: flow.name for flow in client.read_flows(limit=MOST)}
        found = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                state=_states(*BEGUN),
                parent_task_run_id=FlowRunFilterParentTaskRunId(is_null_=True),
            ),
            sort=FlowRunSort.START_TIME_DESC,
            limit=most,
        )
    return [seen(run, flows.get(run.flow_id, "")) for run in found]


def seen(run: FlowRun, deployment: str) -> Seen:
    """Return a run as a list has it."""
    state = run.state
    return Seen(
        str(run.id),
        deployment,
        state_word(state),
        bool(state and state.is_final()),
        bool(state and state.is_completed()),
        run.start_time,
    )


def _states(*types: StateType) -> FlowRunFilterState:
    return FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types)))
