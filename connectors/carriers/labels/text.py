"""Text that fits a label: in CP932, never with a `?`, and cut into its lines.

A character that CP932 lacks is replaced by the one everybody means (a dash, a tilde:
docs/order-files.md §3), or the order is refused with the character named. Python's
codec also writes some characters to bytes that come back as others (U+0080, private
use): these count as lacking. A long address is cut where a person would cut it; nothing
is left out.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from connectors.csv_file.decoding import RUBBISH

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
"""The same sign under another code: on paper nobody can tell them apart."""

_BREAKS: Final = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_APART: Final = re.compile("[\u3041-\u30ff][\u3099\u309a]")
"""A kana and its voicing mark as two characters, as a Mac writes them."""

_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
"""Signs without a shape: zero-width ones, and selectors of a variant (IVS) of the sign
before them. The name reads the same without them, and CP932 has none."""

_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""A cell that begins so is run by a spreadsheet."""

_DASHES: Final = re.compile(r"[\u2010-\u2015\u2212\u30fc\u2500\u2501\ufe63\uff70]")
_ABROAD: Final = re.compile(r"^(?:\+|010-?|00-?)81[\s-]*(?:\(0\)|0)?[\s-]*")
"""Japan's country code, with or without the zero that it replaces."""

_SPACES: Final = " 　"
_GLUE: Final = frozenset("0123456789０１２３４５６７８９-－‐―ー")
"""Signs of a house number; a line break between two of them makes it another house."""
_MARKS: Final = frozenset("ﾞﾟ゛゜")
"""Voicing marks, signs of their own in half width: ﾊ is another sound than ﾊﾟ."""


def plain_text(text: str) -> str:
    """Return the text with look-alikes replaced and line breaks as spaces.

    Signs that nobody can see are left out: they reach an order by copying and pasting.
    """
    seen = _UNSEEN.sub("", text)
    whole = _APART.sub(lambda pair: unicodedata.normalize("NFC", pair[0]), seen)
    return _BREAKS.sub(" ", whole).translate(SUBSTITUTES).strip()


def lacking(text: str) -> str | None:
    """Return the first character that CP932 cannot hold; None if it holds all."""
    return next((char for char in text if not _holds(char)), None)


def width(text: str) -> int:
    """Return the bytes in CP932, as carriers count: half width one, full width two."""
    return len(text.encode("cp932"))


def phone_number(text: str) -> str:
    """Return a phone number as digits with hyphens between, as far as it is one.

    Known are `+81 90…`, `(090)…`, blanks, full-width digits and every kind of dash,
    the long-vowel sign ー included. What is no number comes back as it was.
    """
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).strip("' \u3000")
    plain = _DASHES.sub("-", plain)
    plain = _ABROAD.sub("0", plain)
    return re.sub(r"[\s().-]+", "-", plain).strip("-")


Measure = Callable[[str], int]
"""How a carrier counts the room in a cell: bytes (`width`) or characters (`len`)."""


def starts_formula(text: str) -> bool:
    """Return whether a spreadsheet would take the cell for a formula."""
    return text.strip().startswith(_FORMULA)


def sign_named(char: str) -> str:
    """Return a character with its code, for people; an invisible one as its code."""
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


def cut(text: str, widths: Sequence[int], measure: Measure = width) -> list[str] | None:
    """Cut `text` into lines of at most `widths` bytes each; None if it does not fit.

    A carrier that counts characters has `len` as `measure`.

    It is cut at a space if possible; if that wastes too much room, anywhere but within
    a house number, which would be another house, or before a voicing mark. No line
    begins like a formula. The lines together are the text, but for the spaces where it
    was cut; lines that are not needed are empty.
    """
    for careful in (True, False):
        lines: list[str] = []
        rest = text.strip(_SPACES)
        for most in widths:
            head, rest = _head(rest, most, measure, careful=careful)
            lines.append(head)
            if rest and not head:
                break
        if not rest:
            return lines
    return None


def _head(text: str, most: int, measure: Measure, *, careful: bool) -> tuple[str, str]:
    """Return the first line and the rest."""
    fits = _fitting(text, most, measure)
    if fits == len(text):
        return text, ""
    if careful:
        late = range(fits, fits // 2, -1)
        at = next((i for i in late if _is_space_at(text, i)), 0) or next(
            (i for i in late if _may_cut(text, i)), 0
        )
        if at:
            return text[:at].rstrip(_SPACES), text[at:].lstrip(_SPACES)
    at = next((i for i in range(fits, 0, -1) if _may_cut(text, i)), 0)
    return text[:at].rstrip(_SPACES), text[at:].lstrip(_SPACES)


def _fitting(text: str, most: int, measure: Measure) -> int:
    used = 0
    for at, char in enumerate(text):
        used += measure(char)
        if used > most:
            return at
    return len(text)


def _is_space_at(text: str, at: int) -> bool:
    return (text[at] in _SPACES or text[at - 1] in _SPACES) and not starts_formula(
        text[at:]
    )


def _may_cut(text: str, at: int) -> bool:
    is_one = text[at] in _MARKS or (text[at - 1] in _GLUE and text[at] in _GLUE)
    return not is_one and not starts_formula(text[at:])
