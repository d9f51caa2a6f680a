"""The sandbox's own clock, always Japan time, and the forms of time on the wire.

See docs/rms/order-api.md §0, §2.2 and §4.2.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import orjson

JST = timezone(timedelta(hours=9), "JST")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+0900")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def wire(moment: datetime) -> str:
    """Format a moment as RMS does: Japan time, offset without colon (§0)."""
    return moment.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S+0900")


def read_datetime(text: str) -> datetime | None:
    """Parse `YYYY-MM-DDThh:mm:ss+0900`; every other form is None (§2.2)."""
    if not _DATETIME.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None


def read_date(text: str) -> date | None:
    """Parse `YYYY-MM-DD`; every other form is None (§4.2)."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_iso(text: str) -> datetime:
    """Parse any ISO time of a control call; without a zone it is Japan time."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(JST) if moment.tzinfo else moment.replace(tzinfo=JST)


@dataclass(slots=True)
class Clock:
    """The real clock plus an offset, or one that stands still until it is moved."""

    offset: timedelta = timedelta(0)
    held_at: datetime | None = None
    file: Path | None = None
    """Where a test's other programs read this clock; None = it is nobody else's."""

    def now(self) -> datetime:
        """Return the sandbox's present moment, in Japan time."""
        return self.held_at or datetime.now(JST) + self.offset

    def advance(self, seconds: float) -> None:
        """Move the clock on by `seconds`; negative moves it back."""
        if self.held_at:
            self.held_at += timedelta(seconds=seconds)
        else:
            self.offset += timedelta(seconds=seconds)
        self.share()

    def set(self, moment: datetime, *, hold: bool) -> None:
        """Set the clock to `moment`; with `hold` it stands still there."""
        self.held_at = moment if hold else None
        self.offset = moment - datetime.now(JST)
        self.share()

    def share(self) -> None:
        """Replace the file by what the clock shows now, if there is one."""
        if self.file is None:
            return
        held_at = self.held_at and self.held_at.isoformat()
        told = {"held_at": held_at, "offset_s": self.offset.total_seconds()}
        beside = self.file.with_name(self.file.name + ".new")
        beside.write_bytes(orjson.dumps(told))
        beside.replace(self.file)
