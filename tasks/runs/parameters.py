"""The parameters of a run, as Prefect's server keeps them, and what tells of a person.

A run empties those as its first act. One that was refused at its door never begins: its
last hook does it then, and for one that was cancelled or crashed the night.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.flows import Flow

from data.model.shops.rakuten_mails import read_second_mail

KEPT: Final = "(保存していません)"
"""What Prefect's server keeps of a memo."""
LEFT_OF: Final[Mapping[str, Mapping[str, Callable[[str], Any]]]] = {
    "forget-buyer": {"mail": lambda _: ""},
    "onboard-shop": {
        "application": lambda _: None,
        "second_mail": lambda text: read_second_mail(text).lines,
    },
    "update-memo": {"text": lambda _: KEPT},
}
"""What stays of a parameter that tells of a person, by flow and name."""


def replace_parameter(name: str, value: Any, run_id: UUID | str | None = None) -> None:
    """Replace the value that the server keeps of a run's parameter.

    For what was needed to start a run and is not to stay; the run itself goes on with
    the value it was given. Without `run_id` it is the present run, and where there is
    none, nothing is replaced.
    """
    if not (run_id := run_id or runtime.flow_run.id):
        return
    run_id = UUID(str(run_id))
    with get_client(sync_client=True) as client:
        kept = client.read_flow_run(run_id).parameters
        client.update_flow_run(run_id, parameters={**kept, name: value})


def still_told(flow: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is to stay of each parameter that still tells of a person."""
    told = {name: value for name in LEFT_OF[flow] if (value := given.get(name))}
    kept = {name: LEFT_OF[flow][name](value) for name, value in told.items()}
    return {name: value for name, value in kept.items() if value != told[name]}


def forget_people(
    flow: Flow[..., Any],
    flow_run: FlowRun,
    state: State[Any],  # noqa: ARG001 - Prefect passes by name
) -> None:
    """Empty what tells of a person in a run that ended, refused at its door or not."""
    for name, value in still_told(flow.name, flow_run.parameters).items():
        replace_parameter(name, value, flow_run.id)
