"""What tells of a person in the parameters of runs that did not come to empty them.

One that was cancelled, or whose worker died, before it began, never did: a buyer's mail
address would stand in Prefect's database for as long as runs are kept.
"""

from prefect import task
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import TERMINAL_STATES, FlowRun
from prefect.client.schemas.sorting import FlowRunSort

from tasks.runs.parameters import LEFT_OF, replace_parameter, still_told
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.setup.prefect_runs import all_pages


@task(name="empty-parameters", **SAFE_TO_REPEAT)
def empty_parameters() -> int:
    """Empty personal parameters of runs that have ended; return how many had any."""
    emptied = 0
    for flow in LEFT_OF:
        for run in ended_runs(flow):
            told = still_told(flow, run.parameters)
            for name, value in told.items():
                replace_parameter(name, value, run.id)
            emptied += bool(told)
    return emptied


def ended_runs(flow: str) -> list[FlowRun]:
    """Return the runs of a flow that Prefect's server still has and that have ended."""
    with get_client(sync_client=True) as client:
        runs = all_pages(
            client.read_flow_runs,
            flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])),
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(
                    type=FlowRunFilterStateType(any_=[*TERMINAL_STATES])
                )
            ),
            sort=FlowRunSort.ID_DESC,
        )
        return [*runs]
