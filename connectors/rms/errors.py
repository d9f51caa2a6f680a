"""The errors of a call to RMS, sorted by what the caller does next.

    RmsTrouble
    ├── Refused                RMS understood and declined: stop, tell a person
    │   ├── CredentialsRefused key, secret or permission: call this function no more
    │   └── ClockWrong         the machine's clock is off: date nothing by it
    ├── Throttled              too fast, or a conflict: nothing was done, the same again
    ├── Unavailable            nothing happened at RMS: the same call again, later
    │   └── TooSlow            no answer within the deadline: the same of less
    └── OutcomeUnknown         a write left, no sure answer: read, then decide

`answers.judge` decides which answer becomes which error, `error_words` what the person
who reads it should do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from connectors.codes.table import code_of
from connectors.rms.messages import RmsMessage
from data.model.advice import without_advice


@dataclass(frozen=True)
class Circumstances:
    """What is known of a failed call; free of secrets, bodies and personal data.

    `fact` and `advice` are Japanese, for shop staff: what happened, and what to do.
    """

    function: str
    fact: str
    advice: str
    status: int | None = None
    messages: Sequence[RmsMessage] = ()
    request_id: str | None = None


class RmsTrouble(Exception):
    """A call to RMS without a usable answer; `str()` is complete enough to act on."""

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
    def messages(self) -> Sequence[RmsMessage]:
        """RMS's own messages, unknown codes included."""
        return self.circumstances.messages

    @property
    def codes(self) -> tuple[str, ...]:
        """RMS's message codes."""
        return tuple(message.code for message in self.messages)

    @property
    def is_about_the_call(self) -> bool:
        """Whether by one of its codes no order and no SKU of the call is at fault."""
        known = (code_of(name) for name in self.codes)
        return any(code.is_about_the_call for code in known if code)

    @property
    def request_id(self) -> str | None:
        """RMS's id of the request, which its support asks for, whatever its name."""
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
                f"{message.code} {message.text}".strip() for message in known.messages
            )
        if known.request_id:
            text += f" [RequestId {known.request_id}]"
        return f"{text.rstrip('。')}。対処: {known.advice}"

    def __repr__(self) -> str:
        """Leave the advice out: Prefect logs this of an attempt that it will retry."""
        return f"{type(self).__name__}({without_advice(str(self))!r})"

    def without_texts(self) -> Self:
        """Return the same without RMS's own texts, which may quote what was sent."""
        codes = [replace(message, text="") for message in self.messages]
        return type(self)(replace(self.circumstances, messages=codes))


class Refused(RmsTrouble):
    """RMS declined, or sent an answer that cannot be used: tell a person."""


class CredentialsRefused(Refused):
    """Key, secret or permission was refused: call this function no more."""


class ClockWrong(Refused):
    """The machine's clock is off by more than a minute: nothing may be dated by it."""


class Throttled(RmsTrouble):
    """Too many calls, or two at once; nothing was done.

    `retry_after_s` is RMS's hint; the client has waited for it.
    """

    def __init__(
        self, circumstances: Circumstances, retry_after_s: float | None = None
    ) -> None:
        super().__init__(circumstances)
        # Exceptions are pickled by their args; without this the hint would be lost.
        self.args = (circumstances, retry_after_s)
        self.retry_after_s = retry_after_s


class Unavailable(RmsTrouble):
    """Nothing happened at RMS: repeat the same call, backing off."""


class TooSlow(Unavailable):
    """A read that was not answered within the deadline: one of fewer orders may be."""


class OutcomeUnknown(RmsTrouble):
    """A write left and no trustworthy answer came: read, then decide."""
