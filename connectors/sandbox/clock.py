"""The sandbox's own clock, always Japan time, and the two wire formats of time.

Reaches into an order by a dotted path such as `PackageModelList.0.postagePrice`.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

JST = timezone(timedelta(hours=9), "JST")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+0900")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def wire(moment: datetime) -> str:
    """Write a moment as RMS does: Japan time, offset without colon (§0)."""
    return moment.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S+0900")


def read_datetime(text: str) -> datetime | None:
    """Read `YYYY-MM-DDThh:mm:ss+0900`; every other form is None (§2.2)."""
    if not _DATETIME.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None


def read_date(text: str) -> date | None:
    """Read `YYYY-MM-DD`; every other form is None (§4.2)."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_iso(text: str) -> datetime:
    """Read any ISO time of a control call; without a zone it is Japan time."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(JST) if moment.tzinfo else moment.replace(tzinfo=JST)


@dataclass(slots=True)
class Clock:
    """The real clock plus an offset, or one that stands still until it is moved."""

    offset: timedelta = timedelta(0)
    held_at: datetime | None = None

    def now(self) -> datetime:
        """Tell the sandbox's present moment, in Japan time."""
        return self.held_at or datetime.now(JST) + self.offset

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`; negative moves back."""
        if self.held_at:
            self.held_at += timedelta(seconds=seconds)
        else:
            self.offset += timedelta(seconds=seconds)

    def set(self, moment: datetime, *, hold: bool) -> None:
        """Jump to `moment`; with `hold` the clock stands still there."""
        self.held_at = moment if hold else None
        self.offset = moment - datetime.now(JST)


def put_at(model: Any, path: str, value: Any, *, remove: bool = False) -> None:
    """Set (or remove) what stands at `path`; raise ValueError if it leads nowhere."""
    *way, last = path.split(".")
    try:
        for step in way:
            model = model[int(step) if isinstance(model, list) else step]
        key: Any = int(last) if isinstance(model, list) else last
        if remove:
            del model[key]
        else:
            model[key] = value
    except (KeyError, IndexError, TypeError, ValueError):
        raise ValueError(f"no such field: {path}") from None


def value_at(model: Any, path: str) -> Any:
    """Return what stands at `path`, or None if it leads nowhere."""
    try:
        for step in path.split("."):
            model = model[int(step) if isinstance(model, list) else step]
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return model
