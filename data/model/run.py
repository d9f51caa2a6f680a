"""What became of the orders one run read.

Which stretch of time a search covers.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from data.model.order import RefusedOrder


class Taken(NamedTuple):
    """Counts and remarks of one batch: every order in it has one of five outcomes.

    Beside them, what became of notices whose order the mall does not show: to be
    looked at again later, or given up after a day.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    refused: tuple[RefusedOrder, ...] = ()
    unconfirmed: tuple[RefusedOrder, ...] = ()
    postponed: int = 0
    exhausted: int = 0

    @property
    def looked_at(self) -> int:
        """How many orders the mall was asked for."""
        return sum(
            (self.created, self.changed, self.unchanged, self.stale, len(self.refused))
        )


class Attention(NamedTuple):
    """Orders of the shop that a person should look at, from whatever run they came."""

    open_amounts: tuple[str, ...] = ()
    unknown_status: tuple[str, ...] = ()


def total(batches: Iterable[Taken]) -> Taken:
    """Add batches up, field by field; no batches make an empty one."""
    all_of = list(batches)
    return Taken(
        created=sum(batch.created for batch in all_of),
        changed=sum(batch.changed for batch in all_of),
        unchanged=sum(batch.unchanged for batch in all_of),
        stale=sum(batch.stale for batch in all_of),
        refused=tuple(chain.from_iterable(b.refused for b in all_of)),
        unconfirmed=tuple(chain.from_iterable(b.unconfirmed for b in all_of)),
        postponed=sum(batch.postponed for batch in all_of),
        exhausted=sum(batch.exhausted for batch in all_of),
    )


LOOK_BACK = timedelta(days=62)
"""How far a first run without dates looks back: all that one search of RMS can see,
which is 63 days (rms/order-api.md §2.1)."""
OVERLAP = timedelta(days=3)
"""What is searched again from before the cursor: more than two days' runs, so that an
order which the search showed late, or a clock that was wrong, costs nothing."""


class Window(NamedTuple):
    """Orders placed from `since` to `until`, both aware."""

    since: datetime
    until: datetime


def search_window(
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    seen_until: datetime | None = None,
) -> Window:
    """Fill in what was left out: until now, from 62 days before the end.

    Without any date, from the cursor with its overlap, if there is one.

    Raises:
        ValueError: `since` is not before `until`.

    """
    end = until or now
    if seen_until and not (since or until):
        start = min(seen_until, end) - OVERLAP
    else:
        start = since or end - LOOK_BACK
    if start >= end:
        raise ValueError(
            f"since {start.isoformat()} is not before until {end.isoformat()}"
            " 対処: 期間の開始(since)を終了(until)より前にしてください。"
        )
    return Window(start, end)


def cursor_after(window: Window, seen_until: datetime | None) -> datetime | None:
    """Say where the cursor may stand once the window's orders are stored, or None.

    Only a window that joins what was seen before moves it: one that leaves a gap would
    hide the orders in the gap for ever.
    """
    joined = seen_until or window.until - LOOK_BACK
    return window.until if window.since <= joined <= window.until else None
