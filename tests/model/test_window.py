"""Which stretch of time a run covers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from data.model.japan_time import JST, JapanTime
from data.model.window import search_window

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


@pytest.mark.parametrize(
    "text", ["2026-11-24T09:00:00", "2026-11-24T00:00:00Z", "2026-11-24T09:00:00+09:00"]
)
def test_a_time_without_zone_is_japan_time(text):
    assert TypeAdapter(JapanTime).validate_python(text) == NOW.astimezone(UTC)


def test_a_date_alone_begins_at_midnight_in_japan():
    read = TypeAdapter(JapanTime).validate_python("2026-11-24")

    assert read.isoformat() == "2026-11-24T00:00:00+09:00"
