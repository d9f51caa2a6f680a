"""Days and times as people type them, in Japan time; what is none is refused.

Forms and commands hand over text. It is read as a person means it: 2026-11-24 09:00,
2026/11/24 9:00:30, 2026年11月24日 9時, full-width digits, or a time with its zone.
"""

import re
import unicodedata
from contextlib import suppress
from datetime import date, datetime, time
from typing import Final

from data.model.japan_time import JST, in_japan
from data.model.typed.name import in_short

_DAY: Final = r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
_SECOND: Final = r"(?:[:分](?P<second>\d{1,2})秒?|分)?"
_HOUR: Final = rf"(?P<hour>\d{{1,2}})[:時](?:(?P<minute>\d{{1,2}}){_SECOND})?"
_TYPED: Final = re.compile(rf"{_DAY}(?:[ T]+{_HOUR})?")


class TimeRefused(ValueError):
    """What was typed is no time, or not one that can be meant; says so in Japanese."""


def moment_of(typed: datetime | str | None, what: str) -> datetime | None:
    """Return the moment in Japan time; None for a blank. A day alone begins at 00:00.

    Raises:
        TimeRefused: it is no moment; names the field `what`, with an example.

    """
    if isinstance(typed, datetime):
        return in_japan(typed)
    if typed is None or not typed.strip():
        return None
    plain = _plain(typed)
    found = _TYPED.fullmatch(plain)
    try:
        if found is None:
            return in_japan(datetime.fromisoformat(plain))
        year, month, day, hour, minute, second = (
            int(part or 0) for part in found.groups()
        )
        return datetime(year, month, day, hour, minute, second, tzinfo=JST)
    except ValueError:
        raise TimeRefused(
            f"「{what}」に入力された「{in_short(typed)}」は、実際にある日時ではありません。"
            "対処: 2026-11-24 09:00 のように入力してください。"
        ) from None


def last_moment_of(typed: datetime | str | None, what: str) -> datetime | None:
    """Return the moment up to which something is meant: of a day alone its last second.

    Whoever asks for the orders from the 1st until the 31st means those of the 31st too.

    Raises:
        TimeRefused: it is no moment; names the field `what`, with an example.

    """
    if isinstance(typed, str):
        with suppress(TimeRefused):
            if day := day_of(typed, what):
                return datetime.combine(day, time(23, 59, 59), JST)
    return moment_of(typed, what)


def day_of(typed: date | str | None, what: str) -> date | None:
    """Return the day; None for a blank.

    Raises:
        TimeRefused: it is no day; names the field `what`, with an example.

    """
    if isinstance(typed, datetime):
        return in_japan(typed).date()
    if isinstance(typed, date):
        return typed
    if typed is None or not typed.strip():
        return None
    found = re.fullmatch(_DAY, _plain(typed))
    try:
        if found is None:
            return date.fromisoformat(_plain(typed))
        year, month, day = map(int, found.groups())
        return date(year, month, day)
    except ValueError:
        raise TimeRefused(
            f"「{what}」に入力された「{in_short(typed)}」は、実際にある日付ではありません。"
            "対処: 2026-12-01 のように入力してください。"
        ) from None


def _plain(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip()
