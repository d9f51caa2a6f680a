"""Our clock against the time that RMS's answers show (docs/rms/order-api.md §1.1).

The times are typed by hand: `Date` counts seconds, `Timestamp` is UTC and has no zone.
"""

from datetime import timedelta

import pytest

from connectors.rms import clock
from connectors.rms.answers import RmsFunction
from connectors.rms.errors import ClockWrong, Refused
from connectors.rms.http import RmsHttp
from connectors.rms.pace import unlimited
from data.model.japan_time import JST
from tests.rms.conftest import NOW
from tests.rms.wire_server import WireServer, answer
from tests.support.planted import caught

READ, WRITE = RmsFunction("getOrder"), RmsFunction("confirmOrder", is_write=True)
BODY = {"MessageModelList": []}
# NOW is 2026-11-24 01:00:00 UTC.
RIGHT = "Tue, 24 Nov 2026 01:00:00 GMT"
A_MINUTE_OFF = ("Tue, 24 Nov 2026 00:58:59 GMT", "Tue, 24 Nov 2026 01:01:00 GMT")
MORE = ("Tue, 24 Nov 2026 00:58:58 GMT", "Tue, 24 Nov 2026 01:01:01 GMT")


def call(shop, function: RmsFunction = READ, **headers: str) -> tuple[bool, int]:
    """Return whether the clock was shown to be right, and calls to `undated`."""
    undated: list[int] = []
    with (
        WireServer(answer(BODY, **headers)) as server,
        RmsHttp(
            shop, server.url, unlimited, lambda: NOW, undated=lambda: undated.append(1)
        ) as http,
    ):
        http.post(function, "/x/", {})
        return http.clock_agrees, len(undated)


@pytest.mark.parametrize("date", [RIGHT, *A_MINUTE_OFF])
def test_up_to_a_minute_off_is_right(shop, date):
    assert call(shop, Date=date) == (True, 0)


@pytest.mark.parametrize("date", MORE)
def test_more_than_a_minute_off_refuses_a_read(shop, date):
    with pytest.raises(ClockWrong, match="61秒"):
        call(shop, Date=date)


def test_the_last_second_that_can_be_written_is_a_wrong_clock(shop):
    with pytest.raises(ClockWrong, match="遅れて"):
        call(shop, Timestamp="9999-12-31T23:59:59")


def test_a_write_that_was_done_is_believed(shop):
    assert call(shop, WRITE, Date=MORE[0]) == (False, 0)


def test_without_date_the_timestamp_counts_and_is_utc(shop):
    assert call(shop, Timestamp="2026-11-24T01:00:30") == (True, 0)
    with pytest.raises(ClockWrong, match="進んで"):
        call(shop, Timestamp="2026-11-23T01:00:30")
    with pytest.raises(ClockWrong, match="遅れて"):
        call(shop, Timestamp="2026-11-24T10:00:30")


def test_date_goes_before_timestamp(shop):
    assert call(shop, Date=RIGHT, Timestamp="2026-11-23T01:00:00") == (True, 0)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Date": "yesterday"},
        {"Date": "x", "Timestamp": "11/24 10:00"},
        {"Date": "Tue, 24 Nov 2026 01:00:07 +999999999999999999"},
    ],
)
def test_an_answer_that_shows_no_time_is_said_so_and_taken(shop, headers):
    assert call(shop, **headers) == (False, 1)


def test_time_between_sending_and_arrival_is_not_held_against_the_clock(shop):
    """A slow answer was made at any moment in between."""
    times = iter([NOW - timedelta(seconds=18), NOW])
    with (
        WireServer(answer(BODY, Date="Tue, 24 Nov 2026 00:58:41 GMT")) as server,
        RmsHttp(shop, server.url, unlimited, lambda: next(times)) as http,
    ):
        http.post(READ, "/x/", {})
    assert issubclass(ClockWrong, Refused)


def test_planted_a_timestamp_read_in_japan_time_is_caught(shop, monkeypatch):
    monkeypatch.setattr(clock, "UTC", JST)

    with caught(ClockWrong):
        test_without_date_the_timestamp_counts_and_is_utc(shop)


def test_planted_any_clock_is_right_is_caught(shop, monkeypatch):
    monkeypatch.setattr(clock, "MOST_APART", timedelta(days=1))

    with caught(pytest.fail.Exception):
        test_more_than_a_minute_off_refuses_a_read(shop, MORE[0])
