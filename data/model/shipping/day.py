"""The day a parcel leaves, when nobody chose one: the shop's next working day."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

WEEKDAYS: Final = "月火水木金土日"
"""The days of a week in Japanese, as `date.weekday` counts them."""
MOST_AHEAD: Final = 366
"""Days to look ahead; a shop that is closed for longer ships nothing by itself."""


class NeverOpen(ValueError):
    """By the settings the shop is closed for a year."""


def is_working_day(day: date, *, weekdays: str, closed: Collection[date]) -> bool:
    """Return whether a shop ships on a day: one of its week, and not closed."""
    return WEEKDAYS[day.weekday()] in weekdays and day not in closed


def next_working_day(
    today: date, *, weekdays: str, closed: Collection[date], after: int
) -> date:
    """Return the working day that comes `after` working days from today.

    `weekdays` are the days of a week on which the shop ships, e.g. 月火水木金, and
    `closed` the days on which it does not all the same. With 0 it is today, if today is
    one of them, else the next one.

    Raises:
        NeverOpen: there is no such day within a year.

    """
    days = (today + timedelta(days=n) for n in range(MOST_AHEAD))
    working = (
        day for day in days if is_working_day(day, weekdays=weekdays, closed=closed)
    )
    left = after
    for day in working:
        if day == today and after:
            continue
        if left <= 1:
            return day
        left -= 1
    raise NeverOpen
