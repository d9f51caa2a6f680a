"""Which stretch of time a search covers."""

from datetime import datetime, timedelta
from typing import NamedTuple

LOOK_BACK = timedelta(days=62)
"""RMS searches at most 63 days at once and cannot tell what changed since, so a
run without dates re-reads all that one search can see (rms/order-api.md §2.4)."""


class Window(NamedTuple):
    """Orders placed from `since` to `until`, both aware."""

    since: datetime
    until: datetime


def search_window(
    now: datetime, since: datetime | None = None, until: datetime | None = None
) -> Window:
    """Fill in what was left out: until now, from 62 days before the end.

    Raises:
        ValueError: `since` is not before `until`.

    """
    end = until or now
    start = since or end - LOOK_BACK
    if start >= end:
        raise ValueError(
            f"since {start.isoformat()} is not before until {end.isoformat()}"
            " 対処: 期間の開始(since)を終了(until)より前にしてください。"
        )
    return Window(start, end)
