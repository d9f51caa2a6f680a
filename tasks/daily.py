"""The clerk's morning as a whole: worked once, and how it ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from prefect import runtime, task
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import State, StateType
from prefect.states import Completed, Failed

from data.model.shop import ShopHandle
from data.warehouse.day import Day, day
from tasks.day_report import DayReport, day_markdown, day_text
from tasks.machine import now, our_warehouse
from tasks.retrying import SAFE_TO_REPEAT
from tasks.shops.every_shop import no_shop
from tasks.stock.adjust import shop_ids

ENDED = [StateType.COMPLETED, StateType.FAILED]


@task(name="already-caught-up", **SAFE_TO_REPEAT)
def already_caught_up() -> bool:
    """Return whether another run has started and ended since this one was due.

    After downtime Prefect starts a run for every day that was missed, in any order
    (PrefectHQ/prefect#15886). Every step works from what the warehouse knows, so the
    first of them catches up for all. A run started by hand is never skipped.
    """
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(runtime.flow_run.id)
        if not run.auto_scheduled or run.deployment_id is None:
            return False
        others = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                deployment_id=FlowRunFilterDeploymentId(any_=[run.deployment_id]),
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=ENDED)),
                start_time=FlowRunFilterStartTime(after_=run.expected_start_time),
            ),
        )
        return any(
            other.id != run.id and other.parameters == run.parameters
            for other in others
        )


def nothing_left() -> State[Any]:
    """Return the final state Skipped of a run whose work another one has done."""
    return Completed(
        name="Skipped",
        message="この予定の時刻より後に始まった実行が、処理を完了しています。",
    )


@task(name="gather-day", **SAFE_TO_REPEAT)
def gather_day(shop: str | None) -> Day:
    """Return what the warehouse knows of a shop now, or of all; reads only."""
    with our_warehouse() as con:
        return day(con, None if shop is None else shop_ids(shop))


def conclude_day(
    shop: ShopHandle, steps: Mapping[str, State[Any]], reminders: Sequence[str] = ()
) -> State[Any]:
    """Create the day's report; return its final state, Failed if one step failed.

    What waits for a person is reported and fails no day.
    """
    return _conclude(
        shop, "処理", steps, gather_day(shop, return_state=True), reminders
    )


def conclude_days(
    days: Mapping[ShopHandle, State[Any]], after: Mapping[str, State[Any]]
) -> State[Any]:
    """Create the report of every shop's day; return Failed when one of them failed.

    Orders of other malls' files belong to shops that no morning is run for, and are
    in it as well, and so is what was done once `after` all of them.
    """
    if not days:
        return no_shop()
    ends = {**days, **after}
    return _conclude("全店舗", "店舗", ends, gather_day(None, return_state=True))


def _conclude(
    whose: str,
    part: str,
    ends: Mapping[str, State[Any]],
    gathered: State[Any],
    reminders: Sequence[str] = (),
) -> State[Any]:
    """Create the report; a warehouse that cannot be read hides no step's result."""
    known = gathered.result(raise_on_failure=False)
    report = DayReport(
        whose, part, ends, known if isinstance(known, Day) else None, now(), reminders
    )
    create_markdown_artifact(
        key="day-report",
        markdown=day_markdown(report),
        description="朝の処理の結果",
    )
    text = day_text(report)
    return Failed(message=text) if report.failed else Completed(message=text)
