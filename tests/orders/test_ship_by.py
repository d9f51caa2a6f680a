"""By when an order has to leave: the earliest of what its buyer was promised."""

from datetime import date

import pytest

from data.model.ship_by import Promise, Reason, WorkingDays, longest_lead, ship_by

WEDNESDAY = date(2026, 7, 1)
FRIDAY = date(2026, 7, 3)
NEXT_WEEK = date(2026, 7, 6)
DAYS = WorkingDays("月火水木金", frozenset({date(2026, 7, 2)}))
"""The Thursday is a day off."""


def promise(**told) -> Promise:
    nothing = Promise(WEDNESDAY, False, None, False, ())
    return nothing._replace(**told)


@pytest.mark.parametrize(
    ("told", "day", "reason"),
    [
        ({"is_one_day": True}, FRIDAY, Reason.ONE_DAY),
        ({"is_one_day": True, "since": FRIDAY}, NEXT_WEEK, Reason.ONE_DAY),
        ({"delivery_on": date(2026, 7, 4)}, FRIDAY, Reason.DELIVERY),
        ({"delivery_on": FRIDAY}, WEDNESDAY, Reason.DELIVERY),
        ({"delivery_on": date(2026, 7, 7), "is_far": True}, FRIDAY, Reason.DELIVERY),
        ({"delivery_on": date(2026, 7, 7)}, NEXT_WEEK, Reason.DELIVERY),
        ({"lead_times": ("当日発送",)}, WEDNESDAY, Reason.LEAD_TIME),
        ({"lead_times": ("1～2日以内に発送予定",)}, NEXT_WEEK, Reason.LEAD_TIME),
        (
            {"is_one_day": True, "lead_times": ("5日以内に発送",)},
            FRIDAY,
            Reason.ONE_DAY,
        ),
        (
            {"delivery_on": date(2026, 7, 9), "lead_times": ("翌日発送",)},
            FRIDAY,
            Reason.LEAD_TIME,
        ),
    ],
)
def test_the_earliest_promise_counts(told, day, reason):
    assert ship_by(promise(**told), DAYS) == (day, reason)


def test_where_nothing_was_promised_there_is_no_day():
    assert ship_by(promise(), DAYS) is None
    assert ship_by(promise(since=None, is_one_day=True), DAYS) is None


def test_a_shop_that_is_never_open_has_no_day():
    closed = frozenset(date.fromordinal(WEDNESDAY.toordinal() + n) for n in range(400))

    assert ship_by(promise(is_one_day=True), WorkingDays("水", closed)) is None


@pytest.mark.parametrize("day", [date.min, date(1, 1, 3)])
def test_a_day_at_the_calendars_end_costs_no_report(day):
    assert ship_by(promise(delivery_on=day), WorkingDays("水")) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1〜2日以内に発送", 2),
        ("１～２日以内に発送予定（店舗休業日を除く）", 2),
        ("2〜3営業日以内に発送します。", 3),
        ("3日後の発送になります", 3),
        ("翌営業日に発送", 1),
        ("当日発送（15時まで）", 0),
        ("即日出荷", 0),
        ("最短当日発送", None),
        ("12月5日頃発送", None),
        ("10日前後で発送", 10),
        ("お取り寄せ", None),
        ("", None),
    ],
)
def test_a_lead_time_is_read_where_it_promises_days(text, days):
    assert longest_lead([text]) == days


def test_the_slowest_item_decides():
    assert longest_lead(["当日発送", "5日以内に発送", "お取り寄せ"]) == 5
    assert longest_lead([]) is None
