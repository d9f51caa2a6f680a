"""Which stretch of time a run covers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from data.model.japan_time import JST, JapanTime
from data.model.run import LOOK_BACK, OVERLAP, Window, cursor_after, search_window

NOW = datetime(2026, 11, 24, 9, tzinfo=JST)
moments = st.timedeltas(timedelta(days=-2000), timedelta(days=2000)).map(NOW.__add__)


def test_a_run_without_dates_sees_the_62_days_before_now():
    assert search_window(NOW) == (NOW - timedelta(days=62), NOW)


def test_a_run_until_a_day_sees_the_62_days_before_it():
    end = NOW - timedelta(days=100)

    assert search_window(NOW, until=end) == (end - timedelta(days=62), end)


@given(since=moments, until=moments)
def test_dates_given_are_kept_or_refused(since, until):
    expected = (since, until) if since < until else None

    assert tried(since, until) == expected


def tried(since, until):
    try:
        return search_window(NOW, since, until)
    except ValueError:
        return None


def test_a_backwards_span_says_what_to_do():
    with pytest.raises(ValueError, match="対処"):
        search_window(NOW, since=NOW, until=NOW)


@given(seen_until=moments)
def test_a_run_without_dates_goes_on_from_the_cursor_with_its_overlap(seen_until):
    window = search_window(NOW, seen_until=seen_until)

    assert window == (min(seen_until, NOW) - OVERLAP, NOW)


@given(since=moments, until=moments, seen_until=moments)
def test_dates_given_count_whatever_the_cursor_says(since, until, seen_until):
    assume(since < until)

    assert search_window(NOW, since, until, seen_until) == (since, until)
    assert search_window(NOW, until=until, seen_until=seen_until) == (
        until - LOOK_BACK,
        until,
    )


DAYS_BACK = LOOK_BACK.days
windows = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 100)), min_size=1, max_size=8
)


def sweep(days_searched, rule=cursor_after) -> None:
    """Search these days (first, how many) in turn, moving the cursor by the rule.

    It may never go back, and every day between its first place and where it stands
    now must have been searched.
    """
    first_place, cursor, searched = None, None, set()
    for first, many in days_searched:
        searched |= set(range(first, first + many))
        window = Window(day(first), day(first + many))
        if moved := rule(window, cursor):
            assert cursor is None or moved >= cursor
            cursor = moved
            first_place = first_place or cursor - LOOK_BACK
            assert searched >= set(range(*map(number_of, (first_place, cursor))))


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def number_of(moment: datetime) -> int:
    return (moment - NOW).days


@given(windows)
def test_a_cursor_leaves_no_day_behind_that_was_never_searched(days_searched):
    sweep([(0, DAYS_BACK), *days_searched])
    sweep(days_searched)


@pytest.mark.parametrize(
    "rule",
    [
        lambda window, _seen: window.until,
        lambda window, seen: window.until if window.until > (seen or NOW) else None,
        lambda window, seen: window.until if window.since <= (seen or NOW) else None,
    ],
    ids=["wherever it searched", "over a gap", "back in time"],
)
def test_a_cursor_that_skips_or_goes_back_is_caught(rule):
    history = [(0, DAYS_BACK), (10, DAYS_BACK + 90), (5, 20), (300, 10)]
    sweep(history)

    with pytest.raises(AssertionError):
        sweep(history, rule)


def test_a_first_run_over_a_short_stretch_moves_no_cursor():
    assert cursor_after(Window(day(0), day(DAYS_BACK - 1)), None) is None
    assert cursor_after(Window(day(0), day(DAYS_BACK)), None) == day(DAYS_BACK)


@pytest.mark.parametrize(
    "text", ["2026-11-24T09:00:00", "2026-11-24T00:00:00Z", "2026-11-24T09:00:00+09:00"]
)
def test_a_time_without_zone_is_japan_time(text):
    assert TypeAdapter(JapanTime).validate_python(text) == NOW.astimezone(UTC)


def test_a_date_alone_begins_at_midnight_in_japan():
    read = TypeAdapter(JapanTime).validate_python("2026-11-24")

    assert read.isoformat() == "2026-11-24T00:00:00+09:00"
