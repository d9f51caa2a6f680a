"""A night by a wrong clock: every term would seem to be over, so nothing is deleted."""

import os
from datetime import datetime, timedelta

import pytest

from data.model.backup import backup_name
from data.model.japan_time import JST
from data.warehouse.house.backup import back_up
from tasks.house import clock
from tests.house.night import Night
from tests.support.planted import caught
from tests.support.sandbox import Sandbox, lab_settings
from tests.warehouse import rewriting

YEAR = timedelta(days=366)


@pytest.fixture
def served(night: Night, sandbox: Sandbox, monkeypatch) -> Night:
    """The night of a home whose shop is at the sandbox, with a label of last week."""
    for name, value in lab_settings(sandbox, night.home).items():
        monkeypatch.setenv(name, value)
    rewriting.store(night.path, 0)
    labels = night.home / "labels"
    labels.mkdir()
    (labels / "b2.csv").write_text("架空", encoding="utf-8")
    return night


def ahead(sandbox: Sandbox, by: timedelta) -> None:
    """Let our clock be ahead of RMS's, as its answers show."""
    sandbox.settings(dated_by="clock")
    sandbox.clock(set=(datetime.now(JST) - by).isoformat())


def labels(night: Night) -> list[str]:
    return [each.name for each in (night.home / "labels").iterdir()]


def test_a_clock_a_year_ahead_deletes_nothing_and_is_told(served, sandbox):
    ahead(sandbox, YEAR)
    served.pass_days(366)
    state, message = served.keep()

    assert state == "FAILED"
    assert "進んでいます" in message
    assert "何も行っていません" in message
    assert "ClockWrong" not in message
    assert labels(served) == ["b2.csv"]
    assert served.backups == []


def test_the_night_after_the_clock_is_right_keeps_the_house(served, sandbox):
    ahead(sandbox, YEAR)
    served.keep()
    sandbox.clock(set=datetime.now(JST).isoformat())
    dated_ahead(served)
    state, message = served.keep()

    assert state == "COMPLETED", message
    assert served.backups == [backup_name(served.at)]
    label = served.home / "labels" / "b2.csv"
    assert label.stat().st_mtime == served.at.timestamp()


def dated_ahead(night: Night) -> None:
    """Leave what a clock a year ahead dated while nobody could say that it was wrong.

    With buyers' data in them they would stay until then, and their term after it.
    """
    then = night.at + YEAR
    back_up(night.path, night.home / "backup", then)
    os.utime(night.home / "labels" / "b2.csv", (then.timestamp(), then.timestamp()))


def test_a_night_in_which_rms_does_not_answer_goes_on(served, sandbox):
    dated_ahead(served)
    sandbox.fault("503", times=20)
    state, message = served.keep()

    assert state == "COMPLETED", message
    assert len(served.backups) == 2  # by such a clock every good one may seem ahead


def test_a_check_that_breaks_is_told_and_stops_no_other_step(served, monkeypatch):
    def broken(*_: object) -> bool:
        raise ValueError("架空の不具合")

    monkeypatch.setattr(clock, "clock_is_shown_right", broken)
    state, message = served.keep()

    assert state == "FAILED"
    assert "clock" in message
    assert len(served.backups) == 1


def test_a_night_that_does_not_ask_for_the_time_is_caught(served, sandbox, monkeypatch):
    monkeypatch.setattr(clock, "clock_is_shown_right", lambda *_: True)
    with caught():
        test_a_clock_a_year_ahead_deletes_nothing_and_is_told(served, sandbox)
