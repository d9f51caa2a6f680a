"""What a person may have meant: the known name that a typed one is nearest to."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

LIKENESS: Final = 0.6
"""The share of equal letters from which a name is suggested; difflib's own default."""
LONGEST_SHOWN: Final = 40
"""Letters of a typed name that a message repeats; it may be anything pasted."""


def nearest(typed: str, known: Iterable[str]) -> str | None:
    """Return the known name most like the typed one, or None if none is like it.

    Case, width and blanks around do not count.
    """
    names = {_plain(name): name for name in known}
    found = get_close_matches(_plain(typed), names, n=1, cutoff=LIKENESS)
    return names[found[0]] if found else None


def suggestion(typed: str, known: Iterable[str]) -> str:
    """Return 「…」ではありませんか。 for the nearest name, or "" without one."""
    near = nearest(typed, known)
    return f"「{near}」ではありませんか。" if near else ""


def in_short(typed: str) -> str:
    """Return a typed name as a message may repeat it: one short line."""
    line = "".join(sign for sign in typed if sign.isprintable())
    return line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}…"


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()
