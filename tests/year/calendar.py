"""The calendar of a year: what a shop, its mall and its machine go through, and when.

Everything follows from the days, the orders and the first day: no clock, no chance. A
shorter plan has fewer of each kind of trouble, and at least one.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from data.model.japan_time import JST

FIRST_DAY: Final = datetime(2027, 1, 1, tzinfo=JST)
A_YEAR: Final = 365
A_MONTH: Final = 31
KEYS, NIGHTS, KILLS, STORMS, LOST_DAYS, LOST_SPELLS = 4, 12, 3, 6, 14, 2
"""Of each kind of trouble in 365 days."""
IN_STORMS: Final = 20
"""Every so manyth order is of a sale storm."""
KEY_ENDS, KEY_GIVEN = time(11, 30), time(15, 30)
SHUT, OPEN = time(1), time(6)
MINUTES_OF_STORM: Final = 10
RECEIPTS_EVERY: Final = 7
FOUND_WITHIN: Final = timedelta(hours=25)
"""The morning's search finds whatever was lost, so no gap lasts longer."""


class What(StrEnum):
    """What happens; each is a method of `Year`."""

    NIGHT = "night"
    LOOK = "look"
    DAILY = "daily"
    MORNING = "morning"
    CANCEL = "cancel"
    RECEIVE = "receive"
    PARCELS = "parcels"
    STORM = "storm"
    KILL = "kill"
    KEY_ENDS = "key_ends"
    KEY_GIVEN = "key_given"


class Cause(StrEnum):
    """Why an order was not known at the next look."""

    LOST = "notices lost"
    MAINTENANCE = "maintenance"
    KEY = "licence key"


class Event(NamedTuple):
    """Something that happens, and for how many orders."""

    at: datetime
    what: What
    orders: int = 0


class Trouble(NamedTuple):
    """From when to when something is wrong that explains a gap."""

    begins: datetime
    ends: datetime
    cause: Cause


class Plan(NamedTuple):
    """So many orders in so many days."""

    days: int
    orders: int
    looks: tuple[time, ...]
    """When the desk looks for notices and due stock; what was sold since is spread over
    the time between."""
    whole_every: int = 1
    """Every so manyth night the house is kept, and the morning after it is the whole
    `daily` with its copy for analysts; else its steps at the mall alone."""

    @property
    def is_long(self) -> bool:
        """Whether it is more than a month, of which each month is shown."""
        return self.days > A_MONTH

    @property
    def end(self) -> datetime:
        """Return the midnight after the last day."""
        return FIRST_DAY + timedelta(days=self.days)

    def day(self, nth: int) -> list[Event]:
        """Return what happens on a day, in order."""
        looks = self._looks(nth)
        orders = _share(self._quiet_orders, nth, self.days)
        found = [
            Event(at, What.LOOK, _share(orders, n, len(looks)))
            for n, at in enumerate(looks)
        ]
        if nth in self.kills:
            found[-1] = found[-1]._replace(what=What.KILL)
        return sorted([*found, *self._rest(nth)], key=lambda event: event.at)

    def _looks(self, nth: int) -> list[datetime]:
        """Return the looks of a day; in a night of maintenance one that is refused."""
        more = [time(4)] if nth in self.nights else []
        return [self._at(nth, at) for at in (*more, *self.looks)]

    def _rest(self, nth: int) -> Iterator[Event]:
        is_whole = nth % self.whole_every == 0
        if is_whole:
            yield Event(self._at(nth, time(3)), What.NIGHT)
        yield Event(self._at(nth, time(9)), What.DAILY if is_whole else What.MORNING)
        yield Event(self._at(nth, time(10)), What.CANCEL)
        yield Event(self._at(nth, time(17)), What.PARCELS)
        if nth % RECEIPTS_EVERY == RECEIPTS_EVERY - 1:
            yield Event(self._at(nth, time(16)), What.RECEIVE)
        if nth in self.storms:
            yield Event(self._at(nth, time(20)), What.STORM, self.storm_orders)
        if nth in self.keys:
            yield Event(self._at(nth, KEY_ENDS), What.KEY_ENDS)
            yield Event(self._at(nth, KEY_GIVEN), What.KEY_GIVEN)

    @property
    def storms(self) -> list[int]:
        """The days of a sale."""
        return self._spread(STORMS, 0.85)

    @property
    def kills(self) -> list[int]:
        """The days on which the process at work is killed."""
        return self._spread(KILLS, 0.7, at_least=min(KILLS, self.days))

    @property
    def keys(self) -> list[int]:
        """The days on which the licence key changes, at most 90 days apart."""
        many = max(1, round(KEYS * self.days / A_YEAR))
        return [(n + 1) * self.days // (many + 1) for n in range(many)]

    @property
    def nights(self) -> list[int]:
        """The days that begin with RMS's maintenance."""
        return self._spread(NIGHTS, 0.3)

    @property
    def lost(self) -> list[int]:
        """The days whose notices are all lost."""
        spells = max(1, round(LOST_SPELLS * self.days / A_YEAR))
        each = max(1, round(LOST_DAYS * self.days / A_YEAR) // spells)
        first = [int((n + 0.65) * self.days / spells) for n in range(spells)]
        return [day + n for day in first for n in range(each)]

    @property
    def storm_orders(self) -> int:
        """How many orders one storm has."""
        return self.orders // IN_STORMS // len(self.storms)

    @property
    def _quiet_orders(self) -> int:
        return self.orders - self.storm_orders * len(self.storms)

    def ends_a_row(self, nth: int) -> bool:
        """Whether the table has a line after this day: of each month, or each day."""
        after = FIRST_DAY + timedelta(days=nth + 1)
        return not self.is_long or after.day == 1 or after == self.end

    def troubles(self) -> list[Trouble]:
        """Return every spell that explains why an order was known late."""
        lost = [
            Trouble(self._at(nth, time(0)), self._at(nth + 1, time(0)), Cause.LOST)
            for nth in self.lost
        ]
        shut = [
            Trouble(self._at(nth, SHUT), self._at(nth, OPEN), Cause.MAINTENANCE)
            for nth in self.nights
        ]
        ended = [
            Trouble(self._at(nth, KEY_ENDS), self._at(nth, KEY_GIVEN), Cause.KEY)
            for nth in self.keys
        ]
        return [*lost, *shut, *ended]

    def known_by(self, ordered_at: datetime) -> datetime:
        """Return the look by which an order is known where nothing is wrong."""
        nth = (ordered_at - FIRST_DAY).days
        looks = [*self._looks(nth), *self._looks(nth + 1)]
        return next(at for at in looks if at >= ordered_at)

    def cause_at(self, moment: datetime) -> Cause | None:
        """Return what is wrong at a moment, or None."""
        found = (t.cause for t in self.troubles() if t.begins <= moment < t.ends)
        return next(found, None)

    def _at(self, nth: int, at: time) -> datetime:
        return datetime.combine(FIRST_DAY + timedelta(days=nth), at, JST)

    def _spread(self, in_a_year: int, phase: float, at_least: int = 1) -> list[int]:
        many = max(at_least, round(in_a_year * self.days / A_YEAR))
        return [int((n + phase) * self.days / many) for n in range(many)]


def _share(total: int, nth: int, parts: int) -> int:
    """Return the nth of so many parts that add up to the total."""
    return total * (nth + 1) // parts - total * nth // parts


THREE: Final = (time(8, 30), time(14), time(21))
SEVEN: Final = (time(6, 30), time(8, 30), *(time(h) for h in (11, 13, 15, 18, 21)))


def usual(days: int, orders: int) -> Plan:
    """Return the plan of so many days: a short one looks more often."""
    is_long = days > A_MONTH
    return Plan(days, orders, THREE if is_long else SEVEN, 7 if is_long else 1)
