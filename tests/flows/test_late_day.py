"""A day that was told to be late tells once when it has begun, once when it ended."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.flow_engine import run_flow
from prefect.states import Late, Scheduled

from data.model import late_day as model
from data.model.japan_time import JST
from data.model.late_day import (
    ENDS_WITHIN,
    NOT_STARTED,
    STARTS_WITHIN,
    StateAt,
    late_end,
    late_start,
    well_again,
)
from flows.daily import daily
from tasks import alarms
from tasks.day import late as late_day
from tasks.day.late import tell_late_end, tell_late_start
from tasks.setup.alarms import every_alarm

NINE = datetime(2026, 11, 27, 9, tzinfo=JST)
LONG = timedelta(minutes=11)


def run(*states: tuple[str, int]) -> list[StateAt]:
    """States of a run, each at so many minutes after nine."""
    return [StateAt(name, NINE + timedelta(minutes=m)) for name, m in states]


LATE, TOLD = ("Late", 0), NINE + STARTS_WITHIN


@pytest.mark.parametrize(
    ("states", "told"),
    [
        (run(LATE, ("Pending", 11), ("Running", 12)), TOLD),
        (run(LATE, ("Running", 10)), TOLD),
        (run(LATE, ("Pending", 9), ("Running", 30)), None),
        (run(("Scheduled", -60), LATE, ("Running", 9)), None),
        (run(("Scheduled", -60), ("Pending", 0), ("Running", 30)), None),
        (run(LATE, ("Running", 11), ("Suspended", 12), ("Running", 90)), None),
        (run(LATE, ("Cancelled", 30)), None),
        ([], None),
    ],
)
def test_a_run_that_begins_after_the_alarm_says_since_when(states, told):
    assert late_start(states) == told


@pytest.mark.parametrize(
    ("states", "told"),
    [
        (run(("Running", 0), ("Completed", 60)), NINE + ENDS_WITHIN),
        (run(("Running", 0), ("Failed", 61)), NINE + ENDS_WITHIN),
        (run(("Running", 0), ("Completed", 59)), None),
        (run(("Running", 0), ("Crashed", 5), ("Running", 20), ("Skipped", 79)), None),
        (run(("Running", 0)), None),
        ([], None),
    ],
)
def test_a_run_that_ends_after_the_alarm_says_since_when(states, told):
    assert late_end(states) == told


@flow(on_running=[tell_late_start], on_completion=[tell_late_end])
def a_day() -> None:
    """Do nothing, as the day's run."""


@pytest.mark.prefect
def test_the_days_own_run_says_so_by_the_states_the_server_keeps(
    prefect_api: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
):
    said: list[dict[str, Any]] = []
    monkeypatch.setattr(alarms, "emit_event", lambda **event: said.append(event))
    for limit in ("STARTS_WITHIN", "ENDS_WITHIN"):
        monkeypatch.setattr(model, limit, timedelta(0))
    in_two_days = Scheduled(scheduled_time=datetime.now(JST) + timedelta(days=2))
    mine = prefect_api.create_flow_run_from_deployment(
        prefect_api.read_deployment_by_name("daily/0900").id, state=in_two_days
    )
    prefect_api.set_flow_run_state(mine.id, Late(), force=True)
    run_flow(a_day, flow_run=prefect_api.read_flow_run(mine.id))
    a_day()  # no run of the deployment

    assert [event["event"] for event in said] == [
        "juchu.alarm.day-not-started.healed",
        "juchu.alarm.day-not-ended.healed",
    ]
    assert "に開始" in said[0]["payload"]["body"]
    assert "に終了" in said[1]["payload"]["body"]


def test_what_is_told_names_the_alarm_and_how_it_ended():
    message = well_again(NOT_STARTED, TOLD, TOLD + LONG, "開始")

    assert message.subject == "【受注 復旧】9時の処理が始まっていません"
    assert message.body == (
        "11月27日 09:10の「9時の処理が始まっていません」は、解消しました"
        "(11月27日 09:21 に開始)。対処: 必要ありません。"
    )


def test_every_state_that_ends_the_alarm_of_a_day_has_a_hook_and_a_message():
    named = {one.name: one.trigger for one in every_alarm(uuid4())}
    for told, healed in (
        ("day-not-started", "day-started-late"),
        ("day-not-ended", "day-ended-late"),
    ):
        events = named[f"juchu: alarm {healed}"].expect
        assert events == {f"juchu.alarm.{told}.healed"}
    assert late_day.tell_late_start in daily.on_running_hooks
    for hooks in (
        daily.on_completion_hooks,
        daily.on_failure_hooks,
        daily.on_crashed_hooks,
        daily.on_cancellation_hooks,
    ):
        assert late_day.tell_late_end in hooks
