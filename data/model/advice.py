"""What every message to staff ends with: what to do about it (対処)."""

from typing import Final

ADVICE: Final = "対処:"


def has_advice(message: str) -> bool:
    """Return whether a message says what to do; an error without is unforeseen."""
    return ADVICE in message


def advice_alone(message: str) -> str:
    """Return what a message says to do, without what happened; "" if it says nothing.

    For what happened in the words of somebody else, who may quote a person's.
    """
    _, advice, to_do = message.rpartition(ADVICE)
    return f"{advice}{to_do}" if advice else ""


def without_advice(message: str) -> str:
    """Return what happened, for a log that nobody has to act on."""
    return message.partition(ADVICE)[0]
