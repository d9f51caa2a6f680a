"""The end of the two alarms about a late day, told by the day when it goes on."""

from datetime import datetime
from typing import Any, Final

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.flows import Flow

from data.model.late_day import (
    NOT_ENDED,
    NOT_STARTED,
    StateAt,
    late_end,
    late_start,
    well_again,
)
from tasks.alarms import emit_alarm

STARTED: Final = "day-not-started"
ENDED: Final = "day-not-ended"
HOW: Final = {
    StateType.COMPLETED: "終了",
    StateType.FAILED: "失敗として終了",
    StateType.CRASHED: "途中で停止",
    StateType.CANCELLING: "キャンセル",
}
"""How a day that ended late ended; its result has an alarm of its own."""


def tell_late_start(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001 - Prefect passes by name
    """Emit the end of the alarm `day-not-started` when the run begins after it."""
    if flow_run.deployment_id is None:
        return
    states = _states(flow_run, state)
    if warned_at := late_start(states):
        _emit(STARTED, NOT_STARTED, warned_at, states[-1], "開始")


def tell_late_end(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001 - as above
    """Emit the end of the alarm `day-not-ended` when the run ends after it."""
    if flow_run.deployment_id is None:
        return
    states = _states(flow_run, state)
    if warned_at := late_end(states):
        _emit(ENDED, NOT_ENDED, warned_at, states[-1], HOW.get(state.type, "終了"))


def _states(flow_run: FlowRun, state: State[Any]) -> list[StateAt]:
    """Return the states of the run, the present one last, whoever wrote it first."""
    with get_client(sync_client=True) as client:
        known = client.read_flow_run_states(flow_run.id)
    before = sorted(
        (each for each in known if each.timestamp < state.timestamp),
        key=lambda each: each.timestamp,
    )
    return [StateAt(each.name or "", each.timestamp) for each in (*before, state)]


def _emit(kind: str, trouble: str, warned_at: datetime, now: StateAt, how: str) -> None:
    emit_alarm(kind, "", well_again(trouble, warned_at, now.since, how), is_healed=True)
