"""Cut any span of time into windows RMS accepts, leaving no instant out. Pure.

Whether RMS takes start and end inclusively is not documented, so neighbours overlap
(rms/order-api.md §2.4); whoever reads them drops the duplicates.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.model.japan_time import in_japan

LONGEST = timedelta(days=63)
OLDEST = timedelta(days=730)
OVERLAP = timedelta(minutes=5)
SHORTEST = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Window:
    """A span of whole seconds, for one search."""

    start: datetime
    end: datetime

    def halves(self) -> tuple["Window", "Window"] | None:
        """Split in two that overlap and are each shorter; None at one minute."""
        span = self.end - self.start
        if span <= SHORTEST:
            return None
        middle = self.start + timedelta(seconds=span // SECOND // 2)
        overlap = timedelta(seconds=max(1, min(OVERLAP, span / 16) // SECOND))
        return Window(self.start, middle + overlap), Window(middle - overlap, self.end)


def windows(since: datetime, until: datetime) -> Iterator[Window]:
    """Cover `since` to `until` with windows of at most 63 days, oldest first.

    Raises ValueError when `since` is not before `until`. RMS counts whole seconds, so
    the ends are widened to the next one.
    """
    start, end = _floor(since), _ceiling(until)
    if since >= until:
        raise ValueError("since must be before until")
    while end - start > LONGEST:
        yield Window(start, start + LONGEST)
        start += LONGEST - OVERLAP
    yield Window(start, end)


def _floor(moment: datetime) -> datetime:
    return in_japan(moment).replace(microsecond=0)


def _ceiling(moment: datetime) -> datetime:
    whole = _floor(moment)
    return whole if whole == in_japan(moment) else whole + SECOND
