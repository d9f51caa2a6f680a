"""Flow runs in this very process: no worker, no new Python, and shown by Prefect."""

import logging
from importlib import import_module
from typing import Any, Final, cast

from prefect import tags, task
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import State, StateType
from prefect.flows import Flow
from prefect.states import Crashed

from connectors.settings.reading import read_settings
from data.model.shops.shop import ShopHandle
from tasks.homes.blocks import at_home, of_home
from tasks.runs.retrying import SAFE_TO_REPEAT

TAG: Final = "常駐"
"""The tag of every run of the warm process."""
BEGUN: Final = [StateType.RUNNING, StateType.PENDING]
ARRIVALS: Final = "juchu: drain when notices arrive"
"""The automation of prefect.yaml that starts a drain where no warm process does; a
home's copy of it has the home's name behind it."""

log = logging.getLogger("juchu.watch")


def run_here(flow: str, shop: ShopHandle) -> State[Any] | None:
    """Run a flow for a shop and return how it ended; None where Prefect is away.

    `flow` is the flow's module in `flows/`, which tasks may not import: it is started
    by its name, as a worker does.
    """
    work = cast(Flow[..., Any], getattr(import_module(f"flows.{flow}"), flow))
    try:
        with tags(TAG, our_tag()):
            return cast("State[Any]", work(shop, return_state=True))
    except Exception:
        log.exception("%s could not run for %s", work.name, shop)
        return None


def our_tag() -> str:
    """Return the tag of runs of this home's warm process, and of no other's."""
    return at_home(TAG, read_settings().home_name)


def was_trouble(ended: State[Any] | None) -> bool:
    """Return whether a run broke off, instead of ending with a result, good or bad."""
    if ended is None:
        return True
    return not ended.is_completed() and isinstance(
        ended.result(raise_on_failure=False), BaseException
    )


@task(name="let-arrivals-start-runs", **SAFE_TO_REPEAT)
def resume_arrivals() -> None:
    """Switch the automation on again, which a killed warm process has left off."""
    with get_client(sync_client=True) as client:
        let_arrivals_start_runs(client, wanted=True)


def end_orphans(client: SyncPrefectClient) -> int:
    """Set runs of a warm process that is no more to Crashed; count them.

    They have no heartbeat to miss, because a sync flow would wait a second for it.
    """
    orphans = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            tags=FlowRunFilterTags(all_=[our_tag()]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=BEGUN)),
        )
    )
    for run in orphans:
        state: State[Any] = Crashed(message="常駐プロセスが停止しました。")
        client.set_flow_run_state(run.id, state, force=True)
    return len(orphans)


def let_arrivals_start_runs(client: SyncPrefectClient, *, wanted: bool) -> None:
    """Switch the automation of arriving notices on or off; leave it where it is so."""
    name = of_home(ARRIVALS, read_settings().home_name)
    for automation in client.read_automations_by_name(name):
        if automation.enabled is not wanted:
            switch = client.resume_automation if wanted else client.pause_automation
            switch(automation.id)
