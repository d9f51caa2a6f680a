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
"""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.rms.messages import Message


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
