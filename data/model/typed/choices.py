"""The choices that there were, where a value is none of them."""

import re
from typing import Final

_QUOTED: Final = re.compile(r"'([^']*)'")


def choices_in(expected: str) -> list[str]:
    """Return the choices that pydantic joins by an English word: 'a', 'b' or 'c'."""
    return _QUOTED.findall(expected)
