"""What tells of a person in the parameters of runs that did not come to empty them.

A run empties them as its first act. One that was cancelled, or whose worker died,
before it began, and one that was refused at its door, never did: a buyer's mail address
would stand in Prefect's database for as long as runs are kept.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

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

from data.model.shops.rakuten_mails import read_second_mail
from tasks.marks.memo import KEPT
from tasks.runs.parameters import replace_parameter
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.setup.prefect_runs import all_pages

LEFT_OF: Final[Mapping[str, Mapping[str, Callable[[str], Any]]]] = {
    "forget-buyer": {"mail": lambda _: ""},
    "onboard-shop": {
        "application": lambda _: None,
        "second_mail": lambda text: read_second_mail(text).lines,
    },
    "update-memo": {"text": lambda _: KEPT},
}
"""What stays of such a parameter, by flow and name."""


@task(name="empty-parameters", **SAFE_TO_REPEAT)
def empty_parameters() -> int:
    """Empty personal parameters of runs that have ended; return how many had any."""
    emptied = 0
    for flow, left in LEFT_OF.items():
        for run in ended_runs(flow):
            told = {name: run.parameters.get(name) for name in left}
            kept = {name: left[name](value) for name, value in told.items() if value}
            tells = {name: value for name, value in kept.items() if value != told[name]}
            for name, value in tells.items():
                replace_parameter(name, value, run.id)
            emptied += bool(tells)
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
