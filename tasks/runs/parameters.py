"""The parameters of a run, as Prefect's server keeps them."""

from typing import Any
from uuid import UUID

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.flows import Flow


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


def forget_application(
    flow: Flow[..., Any],  # noqa: ARG001 - Prefect passes by name
    flow_run: FlowRun,
    state: State[Any],  # noqa: ARG001
) -> None:
    """Empty the application of a run that ended, refused before its first task or not.

    It holds a person's name, telephone number and address.
    """
    if flow_run.parameters.get("application") is not None:
        replace_parameter("application", None, flow_run.id)
