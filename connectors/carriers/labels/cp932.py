"""Text as the carriers' programs can read it: CP932, and never a `?`.

A character CP932 lacks is either written as the one everybody means (a dash, a tilde:
csv/formats.md §3), or the order is refused with the character named. Python's codec
also writes some characters to bytes that come back as others (U+0080, private use):
these count as lacking.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from connectors.mall_csv.decoding import RUBBISH

SUBSTITUTES: Final = str.maketrans(
    {
        "〜": "～",
        "∼": "～",
        "−": "－",
        "—": "―",
        "–": "‐",
        "‑": "‐",
        "‖": "∥",
        "¢": "￠",
        "£": "￡",
        "¬": "￢",
        "¥": "￥",
        "‾": "￣",
        "\xa0": " ",
    }
)
"""The same sign under another code; nobody can tell them apart on paper."""

_BREAKS: Final = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_APART: Final = re.compile("[\u3041-\u30ff][\u3099\u309a]")
"""A kana and its voicing mark as two characters, as a Mac writes them."""

_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet would run a cell for that begins so (reliability.md §4.4)."""


def plain_text(text: str) -> str:
    """The text with look-alikes replaced and line breaks as spaces; no sign is lost."""
    whole = _APART.sub(lambda pair: unicodedata.normalize("NFC", pair[0]), text)
    return _BREAKS.sub(" ", whole).translate(SUBSTITUTES).strip()


def lacking(text: str) -> str | None:
    """The first character that CP932 cannot hold, or None."""
    return next((char for char in text if not _holds(char)), None)


def width(text: str) -> int:
    """Bytes in CP932, which is how carriers count: half width one, full width two."""
    return len(text.encode("cp932"))


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet would take the cell for a formula."""
    return text.strip().startswith(_FORMULA)


def named(char: str) -> str:
    """A character and its code, for people; an invisible one by its code alone."""
    code = f"U+{ord(char):04X}"
    return f"「{char}」({code})" if char.isprintable() else code


@lru_cache(maxsize=8192)
def _holds(char: str) -> bool:
    if RUBBISH.search(char) or unicodedata.category(char) == "Cc":
        return False
    try:
        return char.encode("cp932").decode("cp932") == char
    except UnicodeError:
        return False
