"""One run of order intake: the span of time it searches, and what its orders became."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import Final, NamedTuple

from data.model.notice import NOT_ANSWERED, UNREADABLE
from data.model.order import RefusedOrder
from data.model.typed.time import TimeRefused

LOOK_BACK = timedelta(days=62)
"""How far a run without dates and without a cursor searches back. One search of RMS
covers at most 63 days (docs/rms/order-api.md §2.1)."""
OVERLAP = timedelta(days=3)
"""How much before the cursor is searched again: orders that the search listed late, or
that a wrong clock hid, are still found two days later."""
NARROW_OVERLAP = timedelta(hours=1)
"""How much before the cursor a narrow sweep searches, between the morning's sweeps."""
MISSING_FOR = OVERLAP
"""How long an order that the mall does not show is asked for, from its import or from
the first answer without it. As long as the search looks back: what RMS shows late it
shows within it, and a number that never was an order (mistyped, of a test, of another
shop) would be asked for in vain for years otherwise."""
HAS_ORDER: Final = (
    UNREADABLE,
    NOT_ANSWERED,
    "ORDER_EXT_API_GET_ORDER_ERROR_000",
    "ORDER_EXT_API_GET_ORDER_ERROR_101",
    "ORDER_EXT_API_GET_ORDER_WARNING_001",
)
"""Codes of an order that the mall has, though it could not be read: it is asked for as
long as the mall shows orders."""
SEARCHABLE_FOR: Final = timedelta(days=726)
"""How old a cursor may be; its overlap and the length of a run included, RMS searches
730 days back."""


class Window(NamedTuple):
    """A span of order dates, `since` to `until`; both aware."""

    since: datetime
    until: datetime


def search_window(
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    seen_until: datetime | None = None,
    overlap: timedelta = OVERLAP,
) -> Window:
    """Return the span a run searches, filling in the dates that were not given.

    Without `until` it ends now; without `since` it begins 62 days before its end. With
    neither date it begins at the cursor `seen_until`, less the overlap, if there is
    one.

    Raises:
        TimeRefused: `since` is not before `until`.

    """
    end = until or now
    if seen_until and not (since or until):
        start = min(seen_until, end) - overlap
    else:
        start = since or end - LOOK_BACK
    if start >= end:
        raise TimeRefused(
            f"開始日時 {start:%Y-%m-%d %H:%M} が、終了日時 {end:%Y-%m-%d %H:%M}"
            f"{'' if until else '(現在)'} より前ではありません。"
            "対処: 開始日時(since)を終了日時(until)より前にしてください。"
        )
    return Window(start, end)


def searchable(seen_until: datetime | None, now: datetime) -> datetime | None:
    """Return the cursor, or as early a one as RMS can still be searched from.

    What was placed before that and never seen, RMS shows to nobody any more.
    """
    return seen_until and max(seen_until, now - SEARCHABLE_FOR)


def cursor_after(window: Window, seen_until: datetime | None) -> datetime | None:
    """Return the cursor after the window's orders are stored; None leaves it in place.

    Only a window that begins at or before the present cursor moves it: after a gap, the
    orders inside the gap would never be searched.
    """
    joined = seen_until or window.until - LOOK_BACK
    return window.until if window.since <= joined <= window.until else None


class Taken(NamedTuple):
    """Counts of one batch of orders; each order has one of the first six outcomes.

    `not_at_mall` are orders that only a CSV knows and the mall does not show.
    `postponed` and `exhausted` count notices whose order the mall did not return: to be
    retried later, or given up after a day.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    refused: tuple[RefusedOrder, ...] = ()
    not_at_mall: tuple[str, ...] = ()
    unconfirmed: tuple[RefusedOrder, ...] = ()
    postponed: int = 0
    exhausted: int = 0

    @property
    def looked_at(self) -> int:
        """How many orders the mall was asked for."""
        seen = self.created + self.changed + self.unchanged + self.stale
        return seen + len(self.refused) + len(self.not_at_mall)


def total(batches: Iterable[Taken]) -> Taken:
    """Add up batches field by field; return an empty Taken for none."""
    all_of = list(batches)
    return Taken(
        created=sum(batch.created for batch in all_of),
        changed=sum(batch.changed for batch in all_of),
        unchanged=sum(batch.unchanged for batch in all_of),
        stale=sum(batch.stale for batch in all_of),
        refused=tuple(chain.from_iterable(b.refused for b in all_of)),
        not_at_mall=tuple(chain.from_iterable(b.not_at_mall for b in all_of)),
        unconfirmed=tuple(chain.from_iterable(b.unconfirmed for b in all_of)),
        postponed=sum(batch.postponed for batch in all_of),
        exhausted=sum(batch.exhausted for batch in all_of),
    )


class Attention(NamedTuple):
    """Order numbers of the shop that need a person, whichever run stored them."""

    open_amounts: tuple[str, ...] = ()
    unknown_status: tuple[str, ...] = ()
