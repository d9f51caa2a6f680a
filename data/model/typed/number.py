"""A number or code as a Japanese keyboard gives it, and as it is stored."""

import unicodedata
from typing import Final

_DASHES: Final = str.maketrans(dict.fromkeys("ー‐‑‒–—―−─", "-"))
"""What a Japanese keyboard, a mail or a PDF gives for a hyphen."""


def plain_number(typed: str) -> str:
    """Return it in signs of half width, its dashes as hyphens, no blank around it.

    For what somebody typed or pasted; a stored number is opaque and stays as it is.
    """
    return unicodedata.normalize("NFKC", typed).translate(_DASHES).strip()
