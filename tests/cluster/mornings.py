"""Mornings of homes: sold for, begun, waited for."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from uuid import UUID

from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterId,
)
from prefect.client.schemas.objects import FlowRun

from tests.cluster.bed import Bed

LOOK_EVERY_S = 1.0


def day_of(home: str) -> str:
    return f"daily/0900@{home}"


def sell(bed: Bed, orders: int) -> dict[str, set[str]]:
    """Sell at every shop, just now; return by home what was sold.

    An order that is found long after its day is another test's.
    """
    sold: dict[str, set[str]] = {home: set() for home in bed.homes}
    for shop, home in bed.shops.items():
        sold[home] |= set(bed.sandbox.sell(orders, shop=shop, over_days=0))
    return sold


def begin(bed: Bed, homes: Iterable[str]) -> dict[str, FlowRun]:
    """Begin the day of each of these homes at once, and return the runs."""
    with bed.client() as client:
        return {
            home: client.create_flow_run_from_deployment(
                client.read_deployment_by_name(day_of(home)).id
            )
            for home in homes
        }


def seen(bed: Bed, run: FlowRun) -> FlowRun:
    """Return a run as it is now."""
    with bed.client() as client:
        return client.read_flow_run(run.id)


def latest(bed: Bed, home: str) -> FlowRun:
    """Return the run of a home's day that was made last, by other than the clock."""
    with bed.client() as client:
        day = client.read_deployment_by_name(day_of(home)).id
        found = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                deployment_id=FlowRunFilterDeploymentId(any_=[day])
            ),
        )
    begun = [run for run in found if not run.auto_scheduled]
    return max(begun, key=lambda run: str(run.created))


def ended(
    bed: Bed,
    runs: Mapping[str, FlowRun],
    within_s: float = 900,
    look: Callable[[], object] = lambda: None,
) -> dict[str, FlowRun]:
    """Wait until every run has ended; return them as they did.

    `look` is called each time that the runs are looked at.
    """
    give_up_at, left = time.monotonic() + within_s, dict(runs)
    done: dict[str, FlowRun] = {}
    while left:
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"not ended: {sorted(left)}")
        time.sleep(LOOK_EVERY_S)
        look()
        with suppress(Exception):  # an API may be down: that is the test
            now = _all_seen(bed, left.values())
            for home, run in list(left.items()):
                if (one := now[run.id]).state and one.state.is_final():
                    done[home] = one
                    del left[home]
    return done


def _all_seen(bed: Bed, runs: Iterable[FlowRun]) -> dict[UUID, FlowRun]:
    """Return runs as they are now, by one question for all of them."""
    ids = FlowRunFilterId(any_=[run.id for run in runs])
    with bed.client() as client:
        found = client.read_flow_runs(flow_run_filter=FlowRunFilter(id=ids))
    return {run.id: run for run in found}


def is_running(run: FlowRun) -> bool:
    return bool(run.state and run.state.is_running())


def is_good(run: FlowRun) -> bool:
    return bool(run.state and run.state.is_completed())
