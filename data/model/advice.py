"""What every message to staff ends with: what to do about it (対処)."""

from typing import Final

ADVICE: Final = "対処:"


def has_advice(message: str) -> bool:
    """Return whether a message says what to do; an error without is unforeseen."""
    return ADVICE in message


def without_advice(message: str) -> str:
    """Return what happened, for a log that nobody has to act on."""
    return message.partition(ADVICE)[0]
