"""The key's last days: counted in Japan, warned of once each."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from data.model.japan_time import JST
from data.model.shops.licence import (
    WARN_AT_DAYS,
    KeyRefusal,
    days_left,
    end_of,
    has_ended,
    judge_refusal,
    key_fingerprint,
    licence_sentence,
    refusals_count_from,
    warning_due,
)

END = datetime(2027, 2, 21, 23, 59, 59, tzinfo=JST)


def test_a_typed_date_ends_with_its_last_second_in_japan():
    assert end_of(date(2027, 2, 21)) == END


def test_the_last_second_still_counts():
    assert not has_ended(END, END + timedelta(milliseconds=999))
    assert has_ended(END, END + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (datetime(2027, 2, 21, 0, 0, tzinfo=JST), 0),
        (datetime(2027, 2, 20, 23, 59, tzinfo=JST), 1),
        (datetime(2027, 2, 20, 15, 0, tzinfo=UTC), 0),
        (datetime(2027, 2, 22, 0, 0, tzinfo=JST), -1),
        (datetime(2026, 12, 31, 12, 0, tzinfo=JST), 52),
    ],
)
def test_days_are_midnights_in_japan(now, left):
    assert days_left(END, now) == left


@pytest.mark.parametrize(
    ("left", "last", "due"),
    [
        (31, None, None),
        (30, None, 30),
        (29, 30, None),
        (14, 30, 14),
        (5, 30, 7),
        (2, None, 3),
        (0, 3, 1),
        (-4, None, 1),
        (-4, 1, None),
    ],
)
def test_the_most_urgent_warning_that_passed_is_due_once(left, last, due):
    assert warning_due(left, last) == due


@given(st.lists(st.integers(-5, 60), max_size=40))
def test_looking_on_any_days_gives_each_warning_once_and_none_is_lost(looks):
    given_out, last = [], None
    for left in sorted(looks, reverse=True):
        if (due := warning_due(left, last)) is not None:
            given_out.append(due)
            last = due

    assert given_out == sorted(set(given_out), reverse=True)
    assert set(given_out) <= set(WARN_AT_DAYS)
    passed = [days for days in WARN_AT_DAYS if looks and min(looks) <= days]
    assert given_out[-1:] == passed[-1:]


def test_a_plan_of_daily_looks_warns_on_exactly_the_five_days():
    last, warned_on = None, []
    for left in range(90, -3, -1):
        if (due := warning_due(left, last)) is not None:
            warned_on.append(left)
            last = due

    assert warned_on == [30, 14, 7, 3, 1]


@pytest.mark.parametrize(
    ("now", "word"),
    [
        (END - timedelta(days=60), "あと60日"),
        (END - timedelta(days=3), "あと3日"),
        (END - timedelta(hours=3), "今日まで"),
        (END + timedelta(hours=3), "に切れました"),
    ],
)
def test_staff_read_how_long_it_lives(now, word):
    assert word in licence_sentence(END, now)


def test_what_to_do_is_said_from_thirty_days_on():
    assert "対処" not in licence_sentence(END, END - timedelta(days=31))
    assert "対処" in licence_sentence(END, END - timedelta(days=30))


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1)))  # noqa: DTZ001
def test_refusals_count_from_a_full_minute_after_half_an_hour(seen):
    if seen.year > 9998:
        return
    ready = refusals_count_from(seen)

    assert (ready.second, ready.microsecond) == (0, 0)
    assert timedelta(minutes=30) <= ready - seen < timedelta(minutes=31)


@pytest.mark.parametrize(
    ("minutes", "refusal"),
    [(0, KeyRefusal.TOO_EARLY), (29.9, KeyRefusal.TOO_EARLY), (30, KeyRefusal.REAL)],
)
@pytest.mark.parametrize("expires_at", [None, END])
def test_a_key_is_really_refused_only_after_its_first_half_hour(
    minutes, refusal, expires_at
):
    seen = datetime(2027, 1, 1, 9, tzinfo=JST)

    now = seen + timedelta(minutes=minutes)
    assert judge_refusal(seen, expires_at, now) is refusal


@pytest.mark.parametrize("seen_before", [timedelta(minutes=1), timedelta(days=80)])
def test_an_ended_key_is_called_ended_however_new_it_is(seen_before):
    over = END + timedelta(seconds=1)

    assert judge_refusal(over - seen_before, END, over) is KeyRefusal.ENDED


def test_a_fingerprint_knows_a_key_with_pasted_blanks_and_does_not_tell_it():
    one = key_fingerprint(SecretStr("SL0000_invented"))

    assert one == key_fingerprint(SecretStr(" SL0000_invented\n"))
    assert one != key_fingerprint(SecretStr("SL0000_inventee"))
    assert "SL0000" not in one


def test_the_last_day_that_there_is_stands_for_a_key_without_an_end():
    """So people type it, and every run of the shop ended with an OverflowError."""
    never = end_of(date.max)

    assert not has_ended(never, END)
    assert judge_refusal(END - timedelta(days=9), never, END) is KeyRefusal.REAL
    assert "9999-12-31" in licence_sentence(never, END)
