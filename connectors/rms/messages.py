"""RMS's own messages, in whichever of its three envelopes they come."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_TEXT = 300
"""RMS's texts are one sentence; anything longer is cut so that a log stays readable."""

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Message:
    """One MessageModel, gateway envelope or `errors` entry (rms/order-api.md §1.6)."""

    kind: str
    code: str
    text: str
    order_number: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether RMS calls it an ERROR; INFO is not always success (§1.7)."""
        return self.kind == "ERROR"


class Reader:
    """Reads messages, blanking our secrets in case a server echoes our own header."""

    def __init__(self, masked: Callable[[str], str] = str) -> None:
        self._masked = masked

    def refusal(self, body: dict[str, Any]) -> tuple[Message, ...]:
        """Read the gateway's `Results` or the inventory API's `errors`; () if none."""
        results = body.get("Results")
        if isinstance(results, dict):
            text = results.get("message") or results.get("errorMessage")  # §1.3
            return (self._error(results.get("errorCode"), text),)
        return tuple(
            self._error(entry.get("code"), entry.get("message"))
            for entry in _models(body.get("errors"))
        )

    def messages(self, body: dict[str, Any]) -> tuple[Message, ...]:
        """Read the order API's `MessageModelList`; () if none."""
        return tuple(
            Message(
                self._word(entry.get("messageType")),
                self._word(entry.get("messageCode")),
                self._word(entry.get("message")),
                number if isinstance(number := entry.get("orderNumber"), str) else None,
            )
            for entry in _models(body.get("MessageModelList"))
        )

    def _error(self, code: object, text: object) -> Message:
        return Message("ERROR", self._word(code), self._word(text))

    def _word(self, value: object) -> str:
        """Make one printable line of what RMS wrote."""
        if not isinstance(value, str | int):
            return ""
        return self._masked(UNPRINTABLE.sub(" ", str(value)).strip())[:MAX_TEXT]


def _models(entries: object) -> list[dict[str, Any]]:
    if not isinstance(entries, list):
        return []
    return [entry for entry in entries if isinstance(entry, dict)]
