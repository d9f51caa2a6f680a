"""Runs of a deployment's flow in this process, at the server and the RMS of services.

What a worker adds to a run is shown by one run of each deployment; the others need
only the flow, the server's blocks and limits, and the warehouse.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun

from tasks.setup.services import Services


def run_here(
    services: Services,
    api: SyncPrefectClient,
    flow: Callable[..., Any],
    *,
    home: Path | None = None,
    **given: object,
) -> FlowRun:
    """Run a flow with the settings of the services and return it as the server has it.

    `home` is where its warehouse is, if not the services' own; the shop is `demo`.
    """
    ours = {k: v for k, v in services.env.items() if k.startswith("JUCHU_")}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (ours | {"JUCHU_HOME": str(home or services.home)}).items():
            patch.setenv(name, value)
        state = flow(**{"shop": "demo"} | given, return_state=True)
    return api.read_flow_run(state.state_details.flow_run_id)
