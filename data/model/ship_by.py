"""The day by which an order has to leave, and why.

RMS names no such day. It follows from what the buyer was promised: to have it leave
within a working day, a day of delivery, or the lead time that the shop wrote for its
items (docs/rms/order-api.md §3.3, §3.8). The earliest of them counts. How long a parcel
travels is nobody's promise: a day within Japan, two to its ends and to islands is what
carriers name, and what is reckoned with here.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from data.model.shipping.day import (
    MOST_AHEAD,
    WEEKDAYS,
    NeverOpen,
    is_working_day,
    next_working_day,
)

ON_ITS_WAY: Final = timedelta(days=1)
LONG_ON_ITS_WAY: Final = timedelta(days=2)
FAR: Final = frozenset(
    [
        "北海道",
        "福岡県",
        "佐賀県",
        "長崎県",
        "熊本県",
        "大分県",
        "宮崎県",
        "鹿児島県",
        "沖縄県",
    ]
)
"""Where parcels from most of Japan arrive on the second day."""
_DAYS: Final = re.compile(r"(?<![月\d.])(\d{1,2})(?:営業日|日)(?=以内|後|で|程度|前後)")
"""「1～2日以内」, 「3営業日後」; 「12月5日」 is a day and no lead time."""
_WORDS: Final = (("翌", 1), ("当日", 0), ("即日", 0))


class Reason(StrEnum):
    """What a ship-by day follows from; the value is what staff read."""

    ONE_DAY = "当日出荷・あす楽"
    DELIVERY = "お届け日の指定"
    LEAD_TIME = "商品の納期"


class Promise(NamedTuple):
    """What was promised of one order.

    since       when the mall asked for it to be shipped, else when it was placed
    lead_times  of its lines, as the shop worded them
    """

    since: date | None
    is_one_day: bool
    delivery_on: date | None
    is_far: bool
    lead_times: tuple[str, ...]


class ShipBy(NamedTuple):
    """The last day to leave on."""

    day: date
    reason: Reason


@dataclass(frozen=True)
class WorkingDays:
    """The days on which a shop ships: of a week, without those it is closed on."""

    weekdays: str = WEEKDAYS
    closed: frozenset[date] = frozenset()

    def after(self, day: date, count: int) -> date:
        """Return the working day so many after a day; 0 is the day or the next."""
        return next_working_day(
            day, weekdays=self.weekdays, closed=self.closed, after=count
        )

    def until(self, day: date) -> date:
        """Return the last working day not after a day; NeverOpen if there is none."""
        for back in range(MOST_AHEAD):
            one = day - timedelta(days=back)
            if is_working_day(one, weekdays=self.weekdays, closed=self.closed):
                return one
        raise NeverOpen


def ship_by(promise: Promise, days: WorkingDays) -> ShipBy | None:
    """Return the day an order has to leave by; None where nothing was promised.

    None as well for a shop that by its settings is closed for a year, and for a day of
    delivery at the calendar's beginning: one such order must not cost the report.
    """
    found = []
    try:
        if promise.since and promise.is_one_day:
            found.append(ShipBy(days.after(promise.since, 1), Reason.ONE_DAY))
        if promise.delivery_on:
            way = LONG_ON_ITS_WAY if promise.is_far else ON_ITS_WAY
            last = days.until(promise.delivery_on - way)
            found.append(ShipBy(last, Reason.DELIVERY))
        longest = longest_lead(promise.lead_times)
        if promise.since and longest is not None:
            last = days.after(promise.since, longest)
            found.append(ShipBy(last, Reason.LEAD_TIME))
    except (NeverOpen, OverflowError):
        return None
    return min(found, key=lambda one: one.day, default=None)


def longest_lead(texts: Iterable[str]) -> int | None:
    """Return the working days of the slowest item; None where no text states any."""
    leads = [lead for text in texts if (lead := _lead_of(text)) is not None]
    return max(leads, default=None)


def _lead_of(text: str) -> int | None:
    plain = unicodedata.normalize("NFKC", text)
    numbers = [int(number) for number in _DAYS.findall(plain)]
    if numbers or "最短" in plain:
        return max(numbers, default=None)
    return next((days for word, days in _WORDS if word in plain), None)
