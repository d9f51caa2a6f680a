"""The judgement on one answer of RMS: a usable reply, or an error by its next step.

The body is read first, by shape; then the message type; the status decides only what is
left (docs/rms/order-api.md §1.3-1.7).

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

HTML with 200 is a maintenance page in every report we know, and a cut answer is a
broken connection: both pass, so repeating a read is the right move.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.rms import error_words
from connectors.rms.errors import (
    Circumstances,
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    RmsTrouble,
    Throttled,
    Unavailable,
)
from connectors.rms.messages import MessageReader, RmsMessage
from connectors.rms.pace import Bucket

CREDENTIAL_CODES = frozenset({"ES01-01", "ES04-01", "GA0001", "GE0011"})
MAINTENANCE_CODE = "ES01-02"


@dataclass(frozen=True)
class RawAnswer:
    """One complete answer as it came over the network."""

    status: int
    body: bytes
    request_id: str | None = None
    retry_after_s: float | None = None

    def __repr__(self) -> str:
        return f"RawAnswer(status={self.status}, bytes={len(self.body)})"


@dataclass(frozen=True)
class AnswerHead:
    """The part of an answer that an error may quote: no body, no secrets."""

    status: int | None = None
    messages: tuple[RmsMessage, ...] = ()
    request_id: str | None = None


NO_ANSWER = AnswerHead()


@dataclass(frozen=True)
class Reply(AnswerHead):
    """An answer with a usable body, from a status below 300."""

    body: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"Reply(status={self.status}, messages={len(self.messages)})"

    def __getitem__(self, key: str) -> Any:
        """Return one entry of the body, None when it is null or missing."""
        return (self.body or {}).get(key)

    def __contains__(self, key: str) -> bool:
        return key in (self.body or {})


@dataclass(frozen=True)
class RmsFunction:
    """One function of RMS: its name, its pace, and the errors its calls can end in.

    `is_write` marks a function that changes something at RMS: without a sure answer its
    outcome is unknown. `if_unsure` is the advice for that case.
    """

    name: str
    is_write: bool = False
    bucket: Bucket = Bucket.ORDER
    if_unsure: str = error_words.READ_THEN_DECIDE

    def failed(
        self,
        error: type[RmsTrouble],
        fact: str,
        advice: str,
        head: AnswerHead = NO_ANSWER,
    ) -> RmsTrouble:
        """Build the error of this class, with what RMS answered."""
        return error(self._circumstances(fact, advice, head))

    def refused(self, head: AnswerHead, about: Sequence[RmsMessage]) -> RmsTrouble:
        """Build the error for a clear refusal; `about` are the messages to act on."""
        fact = "リクエストが拒否されました"
        return self.failed(
            Refused, fact, error_words.advice_on(about, head.status), head
        )

    def throttled(self, head: AnswerHead, retry_after_s: float | None) -> Throttled:
        """Build the error for a call that came too soon."""
        fact = "短時間のリクエストが多すぎます"
        known = self._circumstances(fact, error_words.SLOW_DOWN, head)
        return Throttled(known, retry_after_s)

    def unsure(
        self,
        fact: str,
        head: AnswerHead = NO_ANSWER,
        advice: str = error_words.TRY_LATER,
    ) -> RmsTrouble:
        """Build the error for a call that RMS may or may not have carried out."""
        if self.is_write:
            return self.failed(OutcomeUnknown, fact, self.if_unsure, head)
        return self.failed(Unavailable, fact, advice, head)

    def unusable(self, fact: str, head: AnswerHead) -> RmsTrouble:
        """Build the error for an answer that lacks what this function promises."""
        if self.is_write:
            return self.failed(OutcomeUnknown, fact, self.if_unsure, head)
        return self.failed(Refused, fact, error_words.SHAPE_CHANGED, head)

    def _circumstances(self, fact: str, advice: str, head: AnswerHead) -> Circumstances:
        return Circumstances(
            self.name, fact, advice, head.status, head.messages, head.request_id
        )


def judge(
    function: RmsFunction, raw: RawAnswer, masked: Callable[[str], str] = str
) -> Reply:
    """Return the usable reply, or raise the error of the table above; pure.

    `masked` blanks secrets in texts that a server echoes.
    """
    body = _parsed(raw.body)
    reader = MessageReader(masked)
    refusal = reader.refusal(body or {})
    messages = refusal or reader.messages(body or {})
    head = AnswerHead(raw.status, messages, raw.request_id)
    codes = {message.code for message in refusal}

    if raw.status in (401, 403) or CREDENTIAL_CODES & codes:
        fact = "認証に失敗しました"
        # After a write the key may be fine and this one order refused: check first.
        if function.is_write:
            advice = error_words.AFTER_A_WRITE
        else:
            advice = error_words.CHECK_THE_KEY
        raise function.failed(CredentialsRefused, fact, advice, head)
    if MAINTENANCE_CODE in codes:
        fact = "メンテナンス中です"
        raise function.failed(Unavailable, fact, error_words.MAINTENANCE, head)
    if raw.status == 429:
        raise function.throttled(head, raw.retry_after_s)
    if raw.status >= 500 or raw.status == 408:
        fact = "RMSで処理できませんでした"
        raise function.unsure(fact, head, error_words.MAINTENANCE)
    if raw.status >= 400 or refusal:
        raise function.refused(head, messages)
    if raw.status >= 300:
        fact = "別の接続先への転送が返されたため、中止しました"
        raise function.failed(Refused, fact, error_words.CHECK_THE_ADDRESS, head)
    if body is None and raw.status != 204:
        fact = "応答がJSON形式ではないか、途中で途切れています"
        raise function.unsure(fact, head, error_words.MAINTENANCE)
    return Reply(raw.status, messages, raw.request_id, body)


def _parsed(body: bytes) -> dict[str, Any] | None:
    """Parse the body as a JSON object; None for anything else, empty or broken."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return answer if isinstance(answer, dict) else None
