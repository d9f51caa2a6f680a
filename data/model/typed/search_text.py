"""A text as a search compares it: width, case and the kind of kana do not count."""

import unicodedata
from typing import Final

_KATAKANA: Final = range(ord("ァ"), ord("ヶ") + 1)
_TO_HIRAGANA: Final = {sign: sign - ord("ァ") + ord("ぁ") for sign in _KATAKANA}


def searched(text: str) -> str:
    """Return the text as it is compared: half width, small letters, hiragana."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_TO_HIRAGANA)
