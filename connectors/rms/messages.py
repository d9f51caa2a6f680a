"""The messages inside an answer of RMS, read from any of its three envelopes.

The gateway writes `Results`, the inventory API `errors` and the order API
`MessageModelList` (docs/rms/order-api.md §1.3, §1.6). All become `RmsMessage`, so that
only this file knows the envelopes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_TEXT = 300
"""RMS's texts are one sentence; anything longer is cut so that a log stays readable."""

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class RmsMessage:
    """One message of RMS: its kind, code and text, and what it is about.

    `kind` is INFO, WARNING or ERROR. `order_number`, `data_number` (the row of a
    shipping report, counted from 1 through all packages) and `property_path` (the
    entry of a stock call) are there when RMS says which one it means.
    """

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
        """Whether RMS calls it an ERROR; an INFO is not always a success (§1.7)."""
        return self.kind == "ERROR"


class MessageReader:
    """Reads messages and blanks our secrets in them.

    A server may echo our Authorization header in its text; `masked` replaces secrets.
    """

    def __init__(self, masked: Callable[[str], str] = str) -> None:
        self._masked = masked

    def refusal(self, body: dict[str, Any]) -> tuple[RmsMessage, ...]:
        """Read the gateway's `Results` or the inventory API's `errors`; () if none."""
        results = body.get("Results")
        if isinstance(results, dict):
            text = results.get("message") or results.get("errorMessage")  # §1.3
            return (self._error(results.get("errorCode"), text),)
        return tuple(
            self._error(entry.get("code"), entry.get("message"), entry.get("metadata"))
            for entry in models(body.get("errors"))
        )

    def messages(self, body: dict[str, Any]) -> tuple[RmsMessage, ...]:
        """Read the order API's `MessageModelList`; () if none.

        getResultUpdateOrderShippingAsync holds its lists one level down, in
        `ResultShippingModelList`, even for errors about the whole request (§4.2b).
        """
        return tuple(
            self._message(entry, holder.get("orderNumber"))
            for holder in (body, *models(body.get("ResultShippingModelList")))
            for entry in models(holder.get("MessageModelList"))
        )

    def _message(self, entry: dict[str, Any], order_number: object) -> RmsMessage:
        row = entry.get("dataNumber")
        return RmsMessage(
            self._line(entry.get("messageType")),
            self._line(entry.get("messageCode")),
            self._line(entry.get("message")),
            self._id(entry.get("orderNumber")) or self._id(order_number),
            data_number=row if isinstance(row, int) else None,
            shipping_detail_id=self._line(entry.get("shippingDetailId")) or None,
            request_id=self._id(entry.get("requestId")),
        )

    def _error(self, code: object, text: object, about: object = None) -> RmsMessage:
        path = about.get("propertyPath") if isinstance(about, dict) else None
        return RmsMessage(
            "ERROR", self._line(code), self._line(text), property_path=self._line(path)
        )

    def _id(self, value: object) -> str | None:
        """Return an identifier uncut: it is compared with ours or sent back to RMS."""
        return self._masked(value) if isinstance(value, str) and value else None

    def _line(self, value: object) -> str:
        """Return RMS's text as one printable line of at most `MAX_TEXT` characters."""
        if not isinstance(value, str | int):
            return ""
        return self._masked(UNPRINTABLE.sub(" ", str(value)).strip())[:MAX_TEXT]


def models(entries: object) -> list[dict[str, Any]]:
    """Return the models of a list in an answer; whatever else it is has none."""
    if not isinstance(entries, list):
        return []
    return [entry for entry in entries if isinstance(entry, dict)]
