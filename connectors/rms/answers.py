"""Judge one answer of RMS: what it says, or which of the four families it is.

Pure: bytes in, `Reply` or an error out. The order of the questions is the one of
rms/order-api.md §1.3: the body's shape, then its messages, then the status.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.rms import advice
from connectors.rms.errors import (
    Circumstances,
    CredentialsRefused,
    Message,
    OutcomeUnknown,
    Reader,
    Refused,
    RmsTrouble,
    Throttled,
    Unavailable,
)
from connectors.rms.rates import Bucket

CREDENTIAL_CODES = frozenset({"ES01-01", "ES04-01", "GA0001", "GE0011"})
MAINTENANCE_CODE = "ES01-02"


@dataclass(frozen=True)
class Seen:
    """The part of an answer that an error may tell: no body, no secrets."""

    status: int | None = None
    messages: tuple[Message, ...] = ()
    request_id: str | None = None


NOTHING = Seen()


@dataclass(frozen=True)
class Reply(Seen):
    """An answer with a usable body, from a status below 300."""

    body: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"Reply(status={self.status}, messages={len(self.messages)})"

    def __getitem__(self, key: str) -> Any:
        """Give one entry of the body, None when it is null or missing."""
        return (self.body or {}).get(key)

    def __contains__(self, key: str) -> bool:
        return key in (self.body or {})


@dataclass(frozen=True)
class Call:
    """What is called, whether it changes anything at RMS, and what it counts as."""

    function: str
    is_write: bool = False
    bucket: Bucket = Bucket.ORDER
    if_unsure: str = advice.READ_THEN_DECIDE

    def failed(
        self, family: type[RmsTrouble], fact: str, next_step: str, seen: Seen = NOTHING
    ) -> RmsTrouble:
        """Make the error, with whatever RMS said."""
        return family(self._circumstances(fact, next_step, seen))

    def refused(self, seen: Seen, about: Sequence[Message]) -> RmsTrouble:
        """Make the error for a clear no; `about` are the messages to act on."""
        return self.failed(Refused, "refused", advice.of(about, seen.status), seen)

    def throttled(self, seen: Seen, retry_after_s: float | None) -> Throttled:
        """Make the error for a call that came too soon."""
        known = self._circumstances("too many requests", advice.SLOW_DOWN, seen)
        return Throttled(known, retry_after_s)

    def unsure(
        self, fact: str, seen: Seen = NOTHING, next_step: str = advice.TRY_LATER
    ) -> RmsTrouble:
        """Make the error for a call that may or may not have been carried out."""
        if self.is_write:
            return self.failed(OutcomeUnknown, fact, self.if_unsure, seen)
        return self.failed(Unavailable, fact, next_step, seen)

    def unusable(self, fact: str, seen: Seen) -> RmsTrouble:
        """Make the error for an answer that is not what this function promises."""
        if self.is_write:
            return self.failed(OutcomeUnknown, fact, self.if_unsure, seen)
        return self.failed(Refused, fact, advice.SHAPE_CHANGED, seen)

    def _circumstances(self, fact: str, next_step: str, seen: Seen) -> Circumstances:
        return Circumstances(
            self.function, fact, next_step, seen.status, seen.messages, seen.request_id
        )


@dataclass(frozen=True)
class RawAnswer:
    """One complete answer as it came off the wire."""

    status: int
    body: bytes
    request_id: str | None = None
    retry_after_s: float | None = None

    def __repr__(self) -> str:
        return f"RawAnswer(status={self.status}, bytes={len(self.body)})"


def judge(call: Call, raw: RawAnswer, masked: Callable[[str], str] = str) -> Reply:
    """Give the reply, or raise the family that says what to do next; never a guess.

    A server may echo our own header in its text; `masked` blanks it there.
    """
    body = _parsed(raw.body)
    reader = Reader(masked)
    refusal = reader.refusal(body or {})
    said = refusal or reader.messages(body or {})
    seen = Seen(raw.status, said, raw.request_id)
    codes = {message.code for message in refusal}

    if raw.status in (401, 403) or CREDENTIAL_CODES & codes:
        fact = "key, secret or permission refused"
        next_step = advice.AFTER_A_WRITE if call.is_write else advice.CHECK_THE_KEY
        raise call.failed(CredentialsRefused, fact, next_step, seen)
    if MAINTENANCE_CODE in codes:
        raise call.failed(Unavailable, "in maintenance", advice.MAINTENANCE, seen)
    if raw.status == 429:
        raise call.throttled(seen, raw.retry_after_s)
    if raw.status >= 500 or raw.status == 408:
        raise call.unsure("RMS could not answer", seen, advice.MAINTENANCE)
    if raw.status >= 400 or refusal:
        raise call.refused(seen, said)
    if raw.status >= 300:
        fact = "redirect not followed"
        raise call.failed(Refused, fact, advice.CHECK_THE_ADDRESS, seen)
    if body is None and raw.status != 204:
        fact = "the answer is not complete JSON"
        raise call.unsure(fact, seen, advice.MAINTENANCE)
    return Reply(raw.status, said, raw.request_id, body)


def _parsed(body: bytes) -> dict[str, Any] | None:
    """Read the body as a JSON object; None for anything else, empty or broken."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return answer if isinstance(answer, dict) else None
