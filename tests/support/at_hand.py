"""Runs of a deployment's flow in this process, at the server and the RMS of services.

What a worker adds to a run, six to ten seconds, is shown by one run of each kind; the
others need only the flow, the server's blocks and limits, and the warehouse. The long
suite has the worker run all of them.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun

from tasks.setup.services import Services
from tests.support.effort import EFFORT
from tests.support.waiting import until

WORKER_PATIENCE_S = 90
OPEN = ExitStack()
"""The services while they are open: they are closed after the last test of theirs."""


def run_here(
    services: Services,
    api: SyncPrefectClient,
    flow: Callable[..., Any],
    *,
    home: Path | None = None,
    env: Mapping[str, str] | None = None,
    **given: object,
) -> FlowRun:
    """Run a flow with the settings of the services and return it as the server has it.

    `home` is where its warehouse is, if not the services' own; `env` has more
    settings; the shop is `demo`.
    """
    ours = {k: v for k, v in services.env.items() if k.startswith("JUCHU_")}
    ours |= {"JUCHU_HOME": str(home or services.home), **(env or {})}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ours.items():
            patch.setenv(name, value)
        state = flow(**{"shop": "demo"} | given, return_state=True)
    return api.read_flow_run(state.state_details.flow_run_id)


def begin_by_worker(
    services: Services,
    api: SyncPrefectClient,
    deployment: str,
    *,
    home: Path | None = None,
    env: Mapping[str, str] | None = None,
    **given: object,
) -> FlowRun:
    """Have the worker run a deployment, with more settings as `run_here` has them."""
    settings = {"JUCHU_HOME": str(home or services.home), **(env or {})}
    return api.create_flow_run_from_deployment(
        api.read_deployment_by_name(deployment).id,
        parameters={"shop": "demo"} | given,
        job_variables={"env": settings},
    )


def ended(api: SyncPrefectClient, run: FlowRun) -> FlowRun | None:
    """Return the run as it ended, if it has."""
    now = api.read_flow_run(run.id)
    return now if now.state and now.state.is_final() else None


def run_by_worker(
    services: Services, api: SyncPrefectClient, deployment: str, **given: Any
) -> FlowRun:
    """Have the worker run a deployment and return the run as it ended."""
    run = begin_by_worker(services, api, deployment, **given)
    return until(lambda: ended(api, run), WORKER_PATIENCE_S)


def run_at_hand(
    services: Services,
    api: SyncPrefectClient,
    deployment: str,
    flow: Callable[..., Any],
    **given: Any,
) -> FlowRun:
    """Run a deployment: by the worker in the long suite, in this process else."""
    if EFFORT == "long":
        return run_by_worker(services, api, deployment, **given)
    return run_here(services, api, flow, **given)
