"""Backups by name: when each was made, which are kept, and when one is too old."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from data.model.japan_time import JST

TOO_OLD: Final = timedelta(hours=26)
"""A night's backup is missing when the youngest is older than that."""
AHEAD: Final = timedelta(hours=1)
"""A backup dated so much later than now is no proof: a clock was wrong."""
_NAME: Final = re.compile(r"juchu-(\d{8}-\d{6})\.duckdb")
_TIME: Final = "%Y%m%d-%H%M%S"


def backup_name(made_at: datetime) -> str:
    """Return the name of the backup that shows the warehouse as of a moment."""
    return f"juchu-{made_at.astimezone(JST):{_TIME}}.duckdb"


def backup_time(name: str) -> datetime | None:
    """Return the moment that a backup shows; None for another file's name."""
    found = _NAME.fullmatch(name)
    return datetime.strptime(found[1], _TIME).replace(tzinfo=JST) if found else None


def is_dated_ahead(made_at: datetime, now: datetime) -> bool:
    """Return whether something was dated while a clock was ahead of its time."""
    return made_at > now + AHEAD


def kept_backups(
    made: Collection[datetime], daily: int, weekly: int
) -> frozenset[datetime]:
    """Return the backups to keep: the last of each of so many days and weeks.

    Only days and weeks that have a backup count, so nights without one delete nothing.
    A week begins on Monday. The youngest is always kept.
    """
    by_age = sorted(made, reverse=True)
    days: dict[object, datetime] = {}
    weeks: dict[object, datetime] = {}
    for each in by_age:
        days.setdefault(each.date(), each)
        weeks.setdefault(each.isocalendar()[:2], each)
    return frozenset(
        [*by_age[:1], *list(days.values())[:daily], *list(weeks.values())[:weekly]]
    )
