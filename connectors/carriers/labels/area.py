"""The municipality of an address: where 市区郡町村 ends and 町・番地 begins.

It is for measuring only, so a wrong place alters nothing that is printed. Malls give an
address in three parts, in two, or in one.
"""

import re
from typing import Final

from connectors.carriers.labels.text import width

_PREFECTURE: Final = 8
_CITY: Final = 24
_PREFECTURES: Final = re.compile(r"東京都|北海道|(?:京都|大阪)府|[^ \u3000]{2,3}県")
_CITIES: Final = re.compile(
    r"[^ \u3000]{1,6}?郡[^ \u3000]{1,5}?[町村]"
    r"|[^ \u3000]{1,5}?市[^ \u3000]{1,4}?区"
    r"|[^ \u3000]{1,6}?[市区町村]"
)


def split_area(whole: str, prefecture: str, city: str) -> tuple[str, str]:
    """Return an address up to its 市区郡町村, as wide as B2 takes it, and the rest.

    `prefecture` and `city` are what the mall itself says of it, "" for nothing.
    """
    end = _end(prefecture, whole, 0, _PREFECTURES, _PREFECTURE)
    end = _end(city, whole, end, _CITIES, _CITY)
    return whole[:end], whole[end:].strip(" \u3000")


def _end(part: str, whole: str, at: int, pattern: re.Pattern[str], most: int) -> int:
    """Return where the part that begins at `at` ends; `at` if that cannot be known."""
    if part and width(part) <= most and whole.startswith(part, at):
        return at + len(part)
    found = pattern.match(whole, at)
    return found.end() if found and width(found[0]) <= most else at
