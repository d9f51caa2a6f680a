"""A step that failed in the morning is tried again, by itself and until noon."""

from datetime import datetime
from typing import Any

import pytest

from data.model.japan_time import JST
from data.model.morning import MorningStep, next_try, steps_of
from flows.daily import daily
from tasks.day import daily as day_end
from tests.support.csv_counter import Shown
from tests.support.effort import for_ci
from tests.support.plain_runs import ShownHere
from tests.support.sandbox import Sandbox

NINE = datetime(2026, 11, 24, 9, 5, tzinfo=JST)
SEARCH, GET = "searchOrder", "getOrder"


@pytest.fixture(autouse=True)
def nine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(day_end, "now", lambda: NINE)


def of(step: MorningStep, lab: Sandbox) -> int:
    function = {MorningStep.ORDERS: SEARCH, MorningStep.TRACKING: GET}[step]
    return int(lab.journal()["counts"].get(function, 0))


def ended(**given: Any) -> tuple[str, str]:
    state = daily("lab", return_state=True, **given)
    return state.name, state.message or ""


def spoilt(lab: Sandbox) -> str:
    """An order that cannot be read fails the step that brings orders."""
    bad, *_ = lab.sell(2)
    lab.spoil(bad, "goodsPrice", "abc")
    return bad


def test_only_what_failed_is_tried_again_half_an_hour_later(lab: Sandbox, shown: Shown):
    assert isinstance(shown, ShownHere)
    spoilt(lab)
    name, said = ended()

    assert name == "Failed"
    assert "09:35 にもう一度実行します" in said
    assert shown.again == [({"lab": [MorningStep.ORDERS]}, NINE.replace(minute=35))]


def test_the_later_run_does_that_and_the_check_and_heals(lab: Sandbox, shown: Shown):
    assert isinstance(shown, ShownHere)
    bad = spoilt(lab)
    ended()
    ((again, _),) = shown.again
    lab.spoil(bad, "goodsPrice", lab.orders()[bad]["goodsPrice"])
    events = len(shown.events)
    name, _ = ended(again=again)
    report = shown("day-report")

    assert name == "Completed"
    assert len(shown.again) == 1
    assert ("ingest-orders" in report, "push-tracking" in report) == (True, False)
    told = [each["event"] for each in shown.events]
    assert told[:events].count("juchu.alarm.day-failed.raised") == 1
    assert told[events:].count("juchu.alarm.day-failed.healed") == 1


@for_ci
def test_one_that_fails_again_is_told_once_and_tried_once_more(
    lab: Sandbox, shown: Shown
):
    assert isinstance(shown, ShownHere)
    spoilt(lab)
    ended()
    ended(again=shown.again[0][0])

    told = [each["event"] for each in shown.events]
    assert told.count("juchu.alarm.day-failed.raised") == 1
    assert [failed for failed, _ in shown.again] == [{"lab": [MorningStep.ORDERS]}] * 2


@for_ci
def test_a_good_morning_is_not_worked_again(lab: Sandbox, shown: Shown):
    assert isinstance(shown, ShownHere)
    lab.sell(1)
    assert ended()[0] == "Completed"
    assert shown.again == []


@pytest.mark.parametrize(
    ("at", "every", "due"),
    [
        (NINE, 30, NINE.replace(minute=35)),
        (NINE.replace(hour=11, minute=30), 30, NINE.replace(hour=12, minute=0)),
        (NINE.replace(hour=11, minute=31), 30, None),
        (NINE.replace(hour=15), 30, None),
        (NINE, 0, None),
    ],
)
def test_it_is_tried_until_noon(at: datetime, every: float, due: datetime | None):
    assert next_try(at, every, 12) == due


def test_a_shop_that_was_well_is_left_alone():
    assert steps_of(None, "lab") == tuple(MorningStep)
    assert steps_of({"lab": [MorningStep.STOCK]}, "lab") == (
        MorningStep.CHECK,
        MorningStep.STOCK,
    )
