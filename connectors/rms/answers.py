"""The judgement on one answer of RMS: a usable reply, or an error by its next step.

The body is read first, by shape; then its codes, looked up in `connectors.codes`; the
status decides only what is left (docs/rms/order-api.md §1.3-1.7). What a code asks for:

    action of the code                            read           write
    throttled; again with 409 (conflict)          Throttled      Throttled
    again                                         Unavailable    Unavailable
    outcome_unknown, read_first                   Unavailable    OutcomeUnknown
    refused                                       Refused        Refused
    credentials                                   CredentialsRefused

In a 200 only codes about RMS itself are looked at here, before any list: WARNING_001
("processing") and ERROR_000, whose answers hold nothing. Codes about one order are the
reader's. Without a known code:

    429                                           Throttled      Throttled
    401                                           CredentialsRefused
    other 4xx, redirect, ERROR in a 200           Refused        Refused
    403, 408, 409, 5xx                            Unavailable    OutcomeUnknown
    200 that is HTML, cut JSON or not JSON        Unavailable    OutcomeUnknown
    200 that is JSON of another shape             Refused        OutcomeUnknown
    body over the size limit                      Refused        OutcomeUnknown
    no connection (refused, DNS, TLS)             Unavailable    Unavailable
    deadline, reset or cut after sending began    Unavailable    OutcomeUnknown

A 403 is the gateway's throttle and proves nothing about the key. HTML with 200 is a
maintenance page in every report we know, and a cut answer is a broken connection: both
pass, so repeating a read is the right move.
"""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.codes.table import Action, code_of, code_of_status
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

A_MINUTE_S = 60.0
MINUTE_IS_FULL = "ES01-04"
CONFLICT = 409
_MOST_CAREFUL_FIRST = (
    Action.CREDENTIALS,
    Action.OUTCOME_UNKNOWN,
    Action.READ_FIRST,
    Action.THROTTLED,
    Action.AGAIN,
    Action.REFUSED,
)
"""Of an answer with several codes, the one that forbids most decides."""


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

    @property
    def is_only_warned(self) -> bool:
        """Whether RMS says nothing but warnings: then an empty list is not "none".

        WARNING_001, "processing", is refused before; a code of none of the tables may
        mean the same (docs/rms/order-api.md §1.6).
        """
        return bool(self.messages) and {m.kind for m in self.messages} == {"WARNING"}


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

    def throttled(
        self,
        head: AnswerHead,
        retry_after_s: float | None,
        fact: str = "短時間のリクエストが多すぎます",
        advice: str = error_words.SLOW_DOWN,
    ) -> Throttled:
        """Build the error for a call that came too soon and had no effect."""
        known = self._circumstances(fact, advice, head)
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
    if action := _asked_for(raw.status, refusal, messages):
        raise _trouble(function, action, head, raw.retry_after_s)
    if raw.status >= 400 or refusal:
        raise function.refused(head, messages)
    if raw.status >= 300:
        fact = "別の接続先への転送が返されたため、中止しました"
        raise function.failed(Refused, fact, error_words.CHECK_THE_ADDRESS, head)
    if body is None and raw.status != 204:
        fact = "応答がJSON形式ではないか、途中で途切れています"
        raise function.unsure(fact, head, error_words.MAINTENANCE)
    return Reply(raw.status, messages, raw.request_id, body)


def _asked_for(
    status: int, refusal: Sequence[RmsMessage], messages: Sequence[RmsMessage]
) -> Action | None:
    """Return what the answer as a whole asks for; None where it is usable or refused.

    Messages about one order are left to the reader.
    """
    about_all = [m for m in messages if not m.order_number]
    if status < 300 and not refusal:
        about_all = [m for m in about_all if _is_rms_own(m)]
    known = [code for message in about_all if (code := code_of(message.code))]
    for action in _MOST_CAREFUL_FIRST:
        if any(code.action is action for code in known):
            if action is not Action.REFUSED:
                return action
            if status < 500:
                return None
    if status == 401:
        return Action.CREDENTIALS
    by_status = code_of_status(status)
    if by_status is not None:
        return by_status.action
    is_open = status in (403, 408, CONFLICT) or status >= 500
    return Action.OUTCOME_UNKNOWN if is_open else None


def _is_rms_own(message: RmsMessage) -> bool:
    """Return whether a code speaks of RMS, its pace or the key, and not of an order."""
    code = code_of(message.code)
    return (
        code is not None
        and code.is_about_the_call
        and code.action is not Action.REFUSED
    )


def _trouble(
    function: RmsFunction, action: Action, head: AnswerHead, retry_after_s: float | None
) -> RmsTrouble:
    codes = {message.code for message in head.messages}
    match action:
        case Action.CREDENTIALS:
            fact = "認証に失敗しました"
            # After a write the key may be fine and this one order refused: check first.
            advice = (
                error_words.AFTER_A_WRITE
                if function.is_write
                else error_words.CHECK_THE_KEY
            )
            return function.failed(CredentialsRefused, fact, advice, head)
        case Action.THROTTLED:
            if MINUTE_IS_FULL in codes:
                retry_after_s = max(retry_after_s or 0, A_MINUTE_S)
            return function.throttled(head, retry_after_s)
        case Action.AGAIN if head.status == CONFLICT:
            fact = "別の処理と重なりました"
            return function.throttled(head, retry_after_s, fact, error_words.TRY_LATER)
        case Action.AGAIN:
            fact = "メンテナンス中か処理中のため、実行されませんでした"
            return function.failed(Unavailable, fact, error_words.MAINTENANCE, head)
        case _:
            fact = "RMSで処理できませんでした"
            return function.unsure(fact, head, error_words.MAINTENANCE)


def _parsed(body: bytes) -> dict[str, Any] | None:
    """Parse the body as a JSON object; None for anything else, empty or broken."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = _parsed_leniently(body)
    return answer if isinstance(answer, dict) else None


def _parsed_leniently(body: bytes) -> Any:
    """Parse JSON with signs or numbers that it does not allow; None for no JSON.

    One half of an emoji, cut off in one order's remarks, would keep a hundred orders
    out, in every run anew. "�" stands in its place, which no label takes, and null in
    that of NaN, of Infinity and of a number beyond every limit.
    """
    try:
        said = json.loads(
            body.decode("utf-8-sig", "replace"),
            strict=False,
            parse_int=_number,
            parse_float=_number,
            parse_constant=lambda _: None,
        )
        text = json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return orjson.loads(text.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _number(text: str) -> int | float | None:
    """Return the number that a text of digits is; None where no float can hold it."""
    number = float(text)
    if math.isinf(number):
        return None
    return int(text) if text.removeprefix("-").isdecimal() else number
