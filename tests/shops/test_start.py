"""When a shop's notices begin to count (docs/rules.md 6.8)."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.japan_time import JST
from data.model.shops.onboarding import notices_start

START_ON = date(2026, 12, 1)
START = datetime(2026, 12, 1, 9, tzinfo=JST)
MICRO = timedelta(microseconds=1)
days = st.dates(date(2020, 1, 1), date(2039, 12, 30))
moments = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis wants them bare
    datetime(2039, 12, 30),  # noqa: DTZ001
    timezones=st.integers(-12 * 60, 14 * 60).map(
        lambda minutes: timezone(timedelta(minutes=minutes))
    ),
)


@pytest.mark.parametrize(
    ("approved", "start"),
    [
        (datetime(2026, 11, 1, 23, tzinfo=JST), START),
        (datetime(2026, 12, 1, 8, 59, 59, 999999, tzinfo=JST), START),
        (START, START + timedelta(days=1)),
        (datetime(2026, 12, 1, 23, 59, tzinfo=JST), START + timedelta(days=1)),
        (datetime(2026, 12, 2, 0, 0, tzinfo=JST), START + timedelta(days=2)),
        (datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), START),
        (datetime(2026, 12, 1, 0, 0, tzinfo=UTC), START + timedelta(days=1)),
    ],
    ids=[
        "weeks early",
        "the last instant before nine",
        "nine exactly",
        "late that evening",
        "the next morning, before nine",
        "a second early, told in UTC",
        "nine exactly, told in UTC",
    ],
)
def test_notices_start_at_nine_of_the_day_or_of_the_next(approved, start):
    assert notices_start(approved, START_ON) == start


def test_approved_late_on_new_years_eve_starts_on_new_years_day():
    approved = datetime(2026, 12, 31, 9, tzinfo=JST)

    assert notices_start(approved, date(2026, 12, 31)) == datetime(
        2027, 1, 1, 9, tzinfo=JST
    )


def test_a_time_without_zone_is_japan_time():
    bare = datetime(2026, 12, 1, 9)  # noqa: DTZ001 - that is the point

    assert notices_start(bare, START_ON) == START + timedelta(days=1)


@given(approved=moments, start_on=days)
def test_the_start_is_nine_in_japan_never_before_the_agreed_day_nor_the_approval(
    approved, start_on
):
    start = notices_start(approved, start_on)

    assert (start.utcoffset(), start.hour, start.minute) == (timedelta(hours=9), 9, 0)
    assert start.date() >= start_on
    assert start > approved


@given(approved=moments, start_on=days)
def test_nobody_waits_longer_than_to_the_second_nine_oclock(approved, start_on):
    start = notices_start(approved, start_on)

    late = start - datetime.combine(start_on, START.timetz())
    assert late == timedelta(0) or start - approved < timedelta(hours=39)


@given(approved=moments, start_on=days)
def test_the_zone_it_is_told_in_changes_nothing(approved, start_on):
    assert notices_start(approved, start_on) == notices_start(
        approved.astimezone(UTC), start_on
    )


@given(start_on=days)
def test_nine_oclock_itself_is_already_late(start_on):
    nine = datetime.combine(start_on, START.timetz())

    assert notices_start(nine - MICRO, start_on) == nine
    assert notices_start(nine, start_on) == nine + timedelta(days=1)


@given(approved=moments, start_on=days)
def test_the_newer_rule_starts_with_the_next_full_hour(approved, start_on):
    start = notices_start(approved, start_on, "next-hour")
    agreed = datetime.combine(start_on, START.timetz())

    assert (start.minute, start.second, start.microsecond) == (0, 0, 0)
    assert start == agreed or timedelta(0) < start - approved <= timedelta(hours=1)
    assert start >= agreed
