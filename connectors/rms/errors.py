"""What can go wrong with a call to RMS, sorted by what the caller does next.

    RmsTrouble
    ├── Refused                they understood and said no: stop, tell a person
    │   └── CredentialsRefused key, secret or permission: no more calls for this shop
    ├── Throttled              too fast: the same call again (the wait is done)
    ├── Unavailable            nothing happened on their side: same call, back off
    └── OutcomeUnknown         a write left, no sure answer: read, then decide

Which answer becomes which (rms/order-api.md §1.3-1.7, reliability.md §4.1). The body is
read first, by shape; then the message type; the status decides only what is left.

    answer                                        read           write
    gateway ES01-01, ES04-01, GA0001, GE0011      CredentialsRefused
    401, 403 with any body                        CredentialsRefused
    gateway ES01-02 (maintenance)                 Unavailable    Unavailable
    429                                           Throttled      Throttled
    other 4xx, redirect, ERROR in a 200           Refused        Refused
    408, 5xx                                      Unavailable    OutcomeUnknown
    200 that is HTML, cut JSON or not JSON        Unavailable    OutcomeUnknown
    200 that is JSON of another shape             Refused        OutcomeUnknown
    body over the size limit                      Refused        OutcomeUnknown
    no connection (refused, DNS, TLS)             Unavailable    Unavailable
    deadline, reset or cut after sending began    Unavailable    OutcomeUnknown

HTML with 200 is a maintenance page in every report we know, and a cut answer is a wire
that broke: both pass, so for a read trying again is the right move. That departs from
reliability.md §4.1, which had them Refused.

RMS's own messages, in whichever of its three envelopes they come.
"""

import re
from collections.abc import Callable, Sequence
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


@dataclass(frozen=True)
class Circumstances:
    """What is known about a call that failed; free of secrets, bodies and people."""

    function: str
    fact: str
    advice: str
    status: int | None = None
    messages: Sequence[Message] = ()
    request_id: str | None = None


class RmsTrouble(Exception):
    """A call to RMS that brought no answer to work with; `str()` tells it whole."""

    def __init__(self, circumstances: Circumstances) -> None:
        super().__init__(circumstances)
        self.circumstances = circumstances

    @property
    def function(self) -> str:
        """RMS's name of the function, e.g. `getOrder`."""
        return self.circumstances.function

    @property
    def status(self) -> int | None:
        """HTTP status, or None when no answer came."""
        return self.circumstances.status

    @property
    def messages(self) -> Sequence[Message]:
        """RMS's own messages, codes we do not know included."""
        return self.circumstances.messages

    @property
    def codes(self) -> tuple[str, ...]:
        """RMS's message codes."""
        return tuple(m.code for m in self.messages)

    @property
    def request_id(self) -> str | None:
        """RMS's RequestId, which its support asks for."""
        return self.circumstances.request_id

    @property
    def advice(self) -> str:
        """What to do next, in Japanese, for the person who reads it."""
        return self.circumstances.advice

    def __str__(self) -> str:
        known = self.circumstances
        text = f"RMS {known.function}: {known.fact}"
        if known.status is not None:
            text += f" (HTTP {known.status})"
        if known.messages:
            text += ": " + " / ".join(
                f"{m.code} {m.text}".strip() for m in known.messages
            )
        if known.request_id:
            text += f" [RequestId {known.request_id}]"
        return f"{text}。対処: {known.advice}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class Refused(RmsTrouble):
    """RMS understood and said no, or answered what cannot be used: tell a person."""


class CredentialsRefused(Refused):
    """Key, secret or permission was refused: stop every call for this shop."""


class Throttled(RmsTrouble):
    """Too fast. `retry_after_s` is RMS's hint, already waited for up to the cap."""

    def __init__(
        self, circumstances: Circumstances, retry_after_s: float | None = None
    ) -> None:
        super().__init__(circumstances)
        self.args = (circumstances, retry_after_s)
        self.retry_after_s = retry_after_s


class Unavailable(RmsTrouble):
    """Nothing happened on RMS's side: the same call again, backing off."""


class OutcomeUnknown(RmsTrouble):
    """A write left and no trustworthy answer came: read, then decide."""
