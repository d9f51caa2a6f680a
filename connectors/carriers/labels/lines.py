"""A long address cut into a label's lines, none too wide, nothing left out."""

from collections.abc import Sequence
from typing import Final

from connectors.carriers.labels.cp932 import starts_formula, width

_SPACES: Final = " 　"
_GLUE: Final = frozenset("0123456789０１２３４５６７８９-－‐―ー")
"""Signs of one house number; a line break between two of them makes it another."""


def cut(text: str, widths: Sequence[int]) -> list[str] | None:
    """Cut `text` into at most `len(widths)` lines of so many bytes, or None.

    Preferably at a space, never within a house number; if that wastes too much room,
    anywhere. No line begins like a formula. All lines together are the text, but for
    the spaces where it was cut; lines not needed are empty.
    """
    for careful in (True, False):
        lines: list[str] = []
        rest = text.strip(_SPACES)
        for most in widths:
            head, rest = _head(rest, most, careful=careful)
            lines.append(head)
        if not rest:
            return lines
    return None


def _head(text: str, most: int, *, careful: bool) -> tuple[str, str]:
    """The first line and what is left; both are cut only where they may be."""
    fits = _fitting(text, most)
    if fits == len(text):
        return text, ""
    if careful:
        late = range(fits, fits // 2, -1)
        at = next((i for i in late if _is_space_at(text, i)), 0) or next(
            (i for i in late if _may_cut(text, i)), 0
        )
        if at:
            return text[:at].rstrip(_SPACES), text[at:].lstrip(_SPACES)
    at = next((i for i in range(fits, 0, -1) if not starts_formula(text[i:])), 0)
    return text[:at].rstrip(_SPACES), text[at:].lstrip(_SPACES)


def _fitting(text: str, most: int) -> int:
    used = 0
    for at, char in enumerate(text):
        used += width(char)
        if used > most:
            return at
    return len(text)


def _is_space_at(text: str, at: int) -> bool:
    return (text[at] in _SPACES or text[at - 1] in _SPACES) and not starts_formula(
        text[at:]
    )


def _may_cut(text: str, at: int) -> bool:
    return not (text[at - 1] in _GLUE and text[at] in _GLUE) and not starts_formula(
        text[at:]
    )
