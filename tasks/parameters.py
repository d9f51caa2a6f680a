"""The parameters of the present run, as Prefect's server keeps them."""

from typing import Any
from uuid import UUID

from prefect import runtime
from prefect.client.orchestration import get_client


def replace_parameter(name: str, value: Any) -> None:
    """Replace the value that the server keeps of the run's parameter.

    For what was needed to start a run and is not to stay; the run itself goes on with
    the value it was given. Without a run there is nothing to replace.
    """
    if runtime.flow_run.id is None:
        return
    run_id = UUID(runtime.flow_run.id)
    with get_client(sync_client=True) as client:
        kept = client.read_flow_run(run_id).parameters
        client.update_flow_run(run_id, parameters={**kept, name: value})
