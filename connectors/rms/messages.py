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
    property_path: str = ""
    data_number: int | None = None
    shipping_detail_id: str | None = None
    request_id: str | None = None

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
            self._error(entry.get("code"), entry.get("message"), entry.get("metadata"))
            for entry in _models(body.get("errors"))
        )

    def messages(self, body: dict[str, Any]) -> tuple[Message, ...]:
        """Read the order API's `MessageModelList`; () if none.

        getResultUpdateOrderShippingAsync hides its lists one level down, in
        `ResultShippingModelList`, errors about the whole request too (§4.2b).
        """
        return tuple(
            self._message(entry, holder.get("orderNumber"))
            for holder in (body, *_models(body.get("ResultShippingModelList")))
            for entry in _models(holder.get("MessageModelList"))
        )

    def _message(self, entry: dict[str, Any], about: object) -> Message:
        row = entry.get("dataNumber")
        return Message(
            self._word(entry.get("messageType")),
            self._word(entry.get("messageCode")),
            self._word(entry.get("message")),
            self._id(entry.get("orderNumber")) or self._id(about),
            data_number=row if isinstance(row, int) else None,
            shipping_detail_id=self._word(entry.get("shippingDetailId")) or None,
            request_id=self._id(entry.get("requestId")),
        )

    def _error(self, code: object, text: object, about: object = None) -> Message:
        path = about.get("propertyPath") if isinstance(about, dict) else None
        return Message(
            "ERROR", self._word(code), self._word(text), property_path=self._word(path)
        )

    def _id(self, value: object) -> str | None:
        """Keep an identifier as it is: it goes back to RMS some day."""
        return self._masked(value) if isinstance(value, str) and value else None

    def _word(self, value: object) -> str:
        """Make one printable line of what RMS wrote."""
        if not isinstance(value, str | int):
            return ""
        return self._masked(UNPRINTABLE.sub(" ", str(value)).strip())[:MAX_TEXT]


def _models(entries: object) -> list[dict[str, Any]]:
    if not isinstance(entries, list):
        return []
    return [entry for entry in entries if isinstance(entry, dict)]
