"""The clerk's morning as a whole: worked once, and how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
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
from prefect.states import Completed, Failed, Scheduled

from connectors.settings.reading import read_settings
from data.model.japan_time import in_japan
from data.model.morning import MorningStep, next_try
from data.model.ship_by import WorkingDays
from data.model.shops.shop import ShopHandle
from data.warehouse.day import Day, day
from data.warehouse.stock.speed import stock_speeds
from tasks.alarms import is_whole_run
from tasks.day.report import DayReport, day_markdown, day_text, failed_in
from tasks.machine import now, our_warehouse
from tasks.runs.report import failed_of
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.shops.every_shop import no_shop
from tasks.stock.adjust import shop_ids

ENDED = [StateType.COMPLETED, StateType.FAILED]


@task(name="already-caught-up", **SAFE_TO_REPEAT)
def already_caught_up() -> bool:
    """Return whether another run has started and ended since this one was due.

    After downtime Prefect starts a run for every day that was missed, in any order
    (PrefectHQ/prefect#15886). Every step works from what the warehouse knows, so the
    first of them catches up for all. A run started by hand is never skipped. One that
    began after now did so by a clock that was ahead, and caught up for nobody.
    """
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(runtime.flow_run.id)
        if not run.auto_scheduled or run.deployment_id is None:
            return False
        others = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                deployment_id=FlowRunFilterDeploymentId(any_=[run.deployment_id]),
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=ENDED)),
                start_time=FlowRunFilterStartTime(
                    after_=run.expected_start_time, before_=now()
                ),
            ),
        )
        return any(
            other.id != run.id and other.parameters == run.parameters
            for other in others
        )


def failed_steps(days: Mapping[ShopHandle, State[Any]]) -> dict[str, list[MorningStep]]:
    """Return by shop the steps of its day that failed, for days that did."""
    return {
        shop: failed_in(state)
        for shop, state in days.items()
        if not state.is_completed()
    }


def tried_again(
    state: State[Any], failed: Mapping[str, list[MorningStep]]
) -> State[Any]:
    """Have what failed tried again later this morning; return the state, saying so.

    A part of a run for every shop leaves that to the whole run.
    """
    settings = read_settings()
    due = next_try(now(), settings.again_every_min, settings.again_until_hour)
    if not failed or due is None or not is_whole_run():
        return state
    if not schedule_again(dict(failed), due):
        return state
    said = f"失敗した処理だけを、{due:%H:%M} にもう一度実行します。"
    return Failed(message=f"{state.message}\n{said}")


@task(name="schedule-again", **SAFE_TO_REPEAT)
def schedule_again(failed: dict[str, list[MorningStep]], due: datetime) -> bool:
    """Have Prefect run this deployment again at `due`; False outside of one.

    Repeating it is harmless: the follower of a run is made once.
    """
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(runtime.flow_run.id)
        if run.deployment_id is None:
            return False
        client.create_flow_run_from_deployment(
            run.deployment_id,
            parameters={"again": failed},
            state=Scheduled(scheduled_time=due),
            name=f"daily-again-{due:%H%M}",
            idempotency_key=f"{run.id}-again",
        )
    return True


def nothing_left() -> State[Any]:
    """Return the final state Skipped of a run whose work another one has done."""
    return Completed(
        name="Skipped",
        message="この予定の時刻より後に始まった実行が、処理を完了しています。",
    )


@task(name="gather-day", **SAFE_TO_REPEAT)
def gather_day(shop: str | None) -> Day:
    """Return what the warehouse knows of a shop now, or of all; reads only."""
    ids = None if shop is None else shop_ids(shop)
    settings, today = read_settings(), in_japan(now()).date()
    days = WorkingDays(settings.shipping_weekdays, settings.closed_days)
    with our_warehouse() as con:
        speeds = stock_speeds(con, now())
        mine = (one for one in speeds if ids is None or one.shop_id in ids)
        figures = day(con, ids, today=today, days=days)
        return replace(figures, speeds=tuple(mine))


def conclude_day(
    shop: ShopHandle,
    steps: Mapping[str, State[Any]],
    waits: State[list[str]] | None = None,
) -> State[Any]:
    """Create the day's report; return its final state, Failed if one step failed.

    What `waits` for a person is reported and fails no day; where the warehouse could
    not be read it is left out, as the figures are.
    """
    reminders = waits.result() if waits and waits.is_completed() else ()
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
    if not days and not failed_of(after):
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
