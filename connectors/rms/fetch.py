"""getOrder: whole orders by number, each accounted for (docs/rms/order-api.md §3).

Every number asked for ends in exactly one place: read, unchanged since it was read
last, or refused with RMS's code and the reason. A number of another shop is not asked
for. One bad order can refuse a whole call, or break RMS at it; then the call is split
until the bad one stands alone.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

import orjson
from pydantic import ValidationError

from connectors.codes.table import Action, code_of
from connectors.rms import error_words
from connectors.rms.answers import Reply, RmsFunction
from connectors.rms.errors import (
    ClockWrong,
    CredentialsRefused,
    Refused,
    TooSlow,
    Unavailable,
)
from connectors.rms.http import RmsHttp
from connectors.rms.kept_answer import pack
from connectors.rms.messages import RmsMessage
from connectors.rms.order_wire import RmsOrder
from connectors.rms.translate import order_of
from connectors.rms.wire import unreadable
from data.model.notice import NOT_ANSWERED, UNREADABLE
from data.model.order import KeptAnswer, Mall, Order, RefusedOrder, SameAnswer
from data.model.order_number import is_of_other_shop

READER_VERSION = b"15"
"""Part of every `answer_hash`. Raise it when the way an order is read changes: then
every order is read anew. tests/rms/test_reader_version.py fails when that is due."""

PATH = "/es/2.0/order/getOrder/"
GET_ORDER = RmsFunction("getOrder")
VERSION = 10
AT_ONCE = 100
FEWEST = 25
"""Orders of a call that is asked for in no smaller parts where RMS is too slow."""
NOT_READ = "GET_ORDER_INFO_102"
NOT_RETURNED = "NOT_RETURNED"
"""Our own code for a number that RMS passed over in silence."""

OTHER_SHOP = "OTHER_SHOP"
"""Our own code for an order whose number begins with another shop's number."""

WHOLE_ORDER = "注文全体(IDの重複など)"
TOO_DEEP = "入れ子が深すぎる項目があり、読み取れません"
NOT_ABOUT_ORDERS = frozenset({404, 405, 415})
"""Statuses of a refusal that no order in the call can have caused."""

BROKEN_BY_ORDERS = frozenset({200, 500})
"""Statuses of an answer that one order may spoil for all: RMS failed at it (ERROR_000),
or what it wrote is no JSON. Maintenance and a gateway without RMS have others."""
READ_AGAIN_LATER = (NOT_ANSWERED, error_words.READ_AGAIN_LATER)
"""Of an order at which RMS breaks without a word."""

TWO_CONTENTS = (UNREADABLE, error_words.TWO_CONTENTS)
"""Of an order that is in an answer twice, and not alike."""
HOPELESS_AFTER = 16
"""Calls without one order read, in search of a bad one; then no order may be the cause.
"""
NO_ORDER = "20000101-0000000001"
"""Behind a shop's number, an order that does not exist: RMS answers INFO_102."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fetched:
    """The outcome of a fetch: every number is in exactly one of the three lists.

    `same` are orders whose answer is the known one, so they were not read further.
    `unasked` counts entries nobody asked for; they are dropped.
    """

    orders: list[Order] = field(default_factory=list)
    same: list[SameAnswer] = field(default_factory=list)
    refused: list[RefusedOrder] = field(default_factory=list)
    unasked: int = 0

    def __add__(self, other: "Fetched") -> "Fetched":
        return Fetched(
            self.orders + other.orders,
            self.same + other.same,
            self.refused + other.refused,
            self.unasked + other.unasked,
        )


Known = Callable[[str, str], bool]
"""Whether an order, by its number, is stored from an answer, by its `answer_hash`."""


Repeat = Callable[[Callable[[], Fetched]], Fetched]
"""Makes a call, as often as it thinks right; raises what the last one did."""


def once(call: Callable[[], Fetched]) -> Fetched:
    """Make a call, and not again."""
    return call()


class Fetch:
    """The reader of one shop's orders, 100 a call."""

    def __init__(
        self,
        http: RmsHttp,
        shop_id: str,
        now: Callable[[], datetime],
        path: str = PATH,
    ) -> None:
        self._http = http
        self._path = path
        self._shop_id = shop_id
        self._now = now
        self._most = AT_ONCE
        """Orders of a call; fewer once RMS was too slow for as many."""
        self._isolates = False
        self._repeat: Repeat = once

    def chunks(
        self,
        numbers: Sequence[str],
        known: Known,
        *,
        isolates: bool = False,
        repeat: Repeat = once,
    ) -> Iterator[Fetched]:
        """Yield the outcome of each 100 numbers, so that a caller can store each.

        `known` tells of an order's number and the hash of an answer whether it is the
        answer stored last. With `isolates` the order at which RMS breaks is looked for:
        for a caller that has asked again before, after a pause. `repeat` makes each
        call. RmsTrouble when RMS refuses, or breaks, for a reason that no order in the
        call can explain.
        """
        self._isolates, self._repeat = isolates, repeat
        distinct = list(dict.fromkeys(numbers))
        foreign = {n for n in distinct if is_of_other_shop(n, self._shop_id)}
        ours = [number for number in distinct if number not in foreign]
        if foreign:  # one of them would refuse the whole call (§3.1)
            yield Fetched(refused=[self._of_other_shop(n) for n in sorted(foreign)])
        for start in range(0, len(ours), AT_ONCE):
            yield self._twice(ours[start : start + AT_ONCE], known)

    def _twice(self, numbers: list[str], known: Known) -> Fetched:
        """Read one chunk, and once more those that RMS had trouble with itself."""
        first = self._isolating(numbers, known)
        passing = [one for one in first.refused if _passes(one.code)]
        if not passing:
            return first
        for one in passing:
            first.refused.remove(one)
        return first + self._isolating([one.order_number for one in passing], known)

    def _isolating(self, numbers: list[str], known: Known) -> Fetched:
        """Read one chunk; if RMS refuses it, split it until the bad one is alone."""
        result, waiting, calls, is_hopeless = Fetched(), [numbers], 0, True
        while waiting:
            part = waiting.pop()
            if len(part) > self._most:
                waiting += [part[self._most :], part[: self._most]]
                continue
            calls += 1
            try:
                result += self._repeat(partial(self._once, part, known))
                is_hopeless = False
            except TooSlow:
                if len(part) <= FEWEST:
                    raise
                self._most = len(part) // 2
                waiting.append(part)
            except (Refused, Unavailable) as trouble:
                if not self._may_be_an_order(trouble):
                    raise
                if is_hopeless and calls >= HOPELESS_AFTER:
                    if not self._answers():
                        raise
                    is_hopeless = False
                bad, rest = _split(part, _blaming(trouble.messages))
                result.refused.extend(self._refused(*one) for one in bad)
                waiting += reversed(rest)
        return result

    def _may_be_an_order(self, trouble: Refused | Unavailable) -> bool:
        """Return whether one order of a call may be why all of them did not come."""
        if isinstance(trouble, Refused):
            return may_be_an_order(trouble)
        may_be_one = self._isolates and trouble.status in BROKEN_BY_ORDERS
        return may_be_one and self._answers()

    def _answers(self) -> bool:
        return answers_without_orders(self._http, self._shop_id, self._path)

    def _once(self, numbers: list[str], known: Known) -> Fetched:
        observed_at = self._now()  # when the request is sent, not when it is answered
        reply = self._http.post(
            GET_ORDER, self._path, {"orderNumberList": numbers, "version": VERSION}
        )
        return self._assigned(numbers, observed_at, reply, known)

    def _assigned(
        self,
        numbers: list[str],
        observed_at: datetime,
        reply: Reply,
        known: Known,
    ) -> Fetched:
        """Put every number into one of the lists, by entries and messages."""
        entries = _entries(reply)
        asked, found, result = set(numbers), dict[str, Any](), Fetched()
        unasked, contradicted = 0, set[str]()
        for entry in entries:
            number = entry.get("orderNumber") if isinstance(entry, dict) else None
            if not isinstance(number, str) or number not in asked:
                unasked += 1
            elif found.setdefault(number, entry) != entry:
                contradicted.add(number)
        if unasked:
            log.warning("getOrder: %d entries nobody asked for", unasked)
        for warning in (m for m in reply.messages if m.kind == "WARNING"):
            log.warning("getOrder: RMS warns: %s %s", warning.code, warning.text)
        failures = [m for m in reply.messages if _is_failure(m)]
        about_all = next((m for m in failures if not m.order_number), None)
        reasons = {m.order_number: m for m in failures}
        for number in numbers:
            if number in contradicted:  # which of the two is true nobody knows
                result.refused.append(self._refused(number, TWO_CONTENTS))
            elif number in found:
                self._read(found[number], observed_at, known, result)
            else:
                message = reasons.get(number, about_all)
                result.refused.append(self._refused(number, _why_missing(message)))
        return replace(result, unasked=unasked)

    def _read(
        self,
        entry: dict[str, Any],
        observed_at: datetime,
        known: Known,
        into: Fetched,
    ) -> None:
        number = entry["orderNumber"]
        try:
            seen = answer_hash(entry)
            if known(number, seen):
                into.same.append(self._same(number, observed_at, seen))
                return
            rms = RmsOrder.model_validate(entry)
            kept = KeptAnswer(reader=READER_VERSION.decode(), packed=pack(entry))
            into.orders.append(order_of(rms, self._shop_id, observed_at, seen, kept))
        except ValidationError as error:
            what = unreadable(error, WHOLE_ORDER)
            into.refused.append(self._unreadable(number, what))
        except orjson.JSONEncodeError:  # a field within fields, hundreds deep
            into.refused.append(self._unreadable(number, TOO_DEEP))

    def _same(self, number: str, observed_at: datetime, seen: str) -> SameAnswer:
        return SameAnswer(
            mall=Mall.RAKUTEN,
            shop_id=self._shop_id,
            order_number=number,
            observed_at=observed_at,
            answer_hash=seen,
        )

    def _unreadable(self, number: str, what: str) -> RefusedOrder:
        reason = f"{what}。対処: {error_words.SHAPE_CHANGED}"
        return self._refused(number, (UNREADABLE, reason))

    def _of_other_shop(self, number: str) -> RefusedOrder:
        return self._refused(number, (OTHER_SHOP, error_words.OTHER_SHOP))

    def _refused(self, number: str, code_and_reason: tuple[str, str]) -> RefusedOrder:
        code, reason = code_and_reason
        return RefusedOrder(
            mall=Mall.RAKUTEN,
            shop_id=self._shop_id,
            order_number=number,
            code=code,
            reason=reason,
        )


def answers_without_orders(http: RmsHttp, shop_id: str, path: str = PATH) -> bool:
    """Return whether RMS answers a getOrder for an order that does not exist."""
    asked = {"orderNumberList": [f"{shop_id}-{NO_ORDER}"], "version": VERSION}
    try:
        http.post(GET_ORDER, path, asked)
    except Refused:
        return False
    return True


def may_be_an_order(refusal: Refused) -> bool:
    """Return whether one order of a call may be why RMS refused all of them.

    Key, clock, address and our header are of no order, nor is a refusal without a code.
    """
    if isinstance(refusal, CredentialsRefused | ClockWrong):
        return False
    is_of_call = refusal.is_about_the_call or refusal.status in NOT_ABOUT_ORDERS
    return not is_of_call and any(message.is_error for message in refusal.messages)


def answer_hash(entry: dict[str, Any]) -> str:
    """Hash one order as RMS wrote it, whatever the order of its keys.

    An equal hash means the stored order is what reading would bring again.
    """
    written = orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)
    return sha256(READER_VERSION + written).hexdigest()


def _entries(reply: Reply) -> list[Any]:
    """Return OrderModelList as it came; raise when the whole request was refused."""
    about_all = [m for m in reply.messages if m.is_error and not m.order_number]
    entries = reply["OrderModelList"]
    if about_all and not entries:
        raise GET_ORDER.refused(reply, about_all)
    is_result = reply.messages and "OrderModelList" in reply
    if not is_result or not isinstance(entries, list | None):
        raise GET_ORDER.unusable("応答に注文の一覧がありません", reply)
    return entries or []


def _blaming(messages: Sequence[RmsMessage]) -> list[RmsMessage]:
    """Return the errors; of an answer without one its warnings, as WARNING_001."""
    errors = [message for message in messages if message.is_error]
    return errors or [message for message in messages if message.kind == "WARNING"]


def _split(
    numbers: list[str], errors: Sequence[RmsMessage]
) -> tuple[list[tuple[str, tuple[str, str]]], list[list[str]]]:
    """Return the orders RMS named as bad, with why, and the parts to ask for again."""
    named = {m.order_number: m for m in errors if m.order_number in numbers}
    if not named and len(numbers) == 1:
        why = _code_and_reason(errors[0]) if errors else READ_AGAIN_LATER
        return [(numbers[0], why)], []
    if not named:
        middle = len(numbers) // 2
        return [], [numbers[:middle], numbers[middle:]]
    bad = [
        (number, _code_and_reason(named[number]))
        for number in numbers
        if number in named
    ]
    rest = [number for number in numbers if number not in named]
    return bad, [rest] if rest else []


def _is_failure(message: RmsMessage) -> bool:
    # INFO_102 is an INFO, yet it means that the order was not read (§1.7); so does a
    # WARNING about one order by whose code it is worth another call.
    is_again = message.order_number is not None and _passes(message.code)
    return message.is_error or message.code.endswith(NOT_READ) or is_again


def _passes(code: str) -> bool:
    """Return whether RMS says that reading the same order later may work."""
    known = code_of(code)
    return known is not None and known.action is Action.AGAIN


def _why_missing(message: RmsMessage | None) -> tuple[str, str]:
    """Return code and reason for an order that is not in the answer."""
    if message is None:
        return NOT_RETURNED, error_words.NOT_RETURNED
    if message.code.endswith(NOT_READ):
        return message.code, error_words.NOT_READ
    return _code_and_reason(message)


def _code_and_reason(message: RmsMessage) -> tuple[str, str]:
    return message.code or NOT_RETURNED, error_words.reason_of(message)
