"""Whether our clock agrees with RMS's, by the time that each of its answers shows.

What is newer is decided by our own clock (docs/rules.md 6.1), so a clock that is a day
ahead would keep out every change of that day. An answer shows its time in `Date`, a
gateway's and the order API's also in `Timestamp`, which is UTC without saying so
(docs/rms/order-api.md §1.1). Both count whole seconds.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

MOST_APART: Final = timedelta(minutes=1)
"""How far our clock may be off (docs/rules.md 6.1)."""
_SECOND: Final = timedelta(seconds=1)


def time_of(headers: Mapping[str, str]) -> datetime | None:
    """Return when an answer says that it was made; None if it does not say."""
    dated = date_of(headers.get("Date", ""))
    return dated or _timestamp(headers.get("Timestamp", ""))


def ahead(made_at: datetime, sent_at: datetime, got_at: datetime) -> timedelta:
    """Return by how much our clock is ahead at least, negative for behind.

    The answer was made between the sending and the arrival, whose times are ours; what
    that leaves open counts for our clock.
    """
    if sent_at - made_at > _SECOND:
        return sent_at - made_at - _SECOND
    return min(got_at - made_at, timedelta(0))


def is_wrong(off: timedelta) -> bool:
    """Return whether a clock off by that much may date nothing."""
    return abs(off) > MOST_APART


def date_of(text: str) -> datetime | None:
    """Return the moment of an HTTP date; None if there is none that can be read."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a zone of eighteen digits
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _timestamp(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
