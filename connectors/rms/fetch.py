"""getOrder: whole orders by number, each accounted for (rms/order-api.md §3).

Recognise an answer that was read before, so that it need not be read again.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from pydantic import ValidationError

from connectors.rms import advice
from connectors.rms.answers import Call, Reply
from connectors.rms.errors import CredentialsRefused, Message, Refused
from connectors.rms.http import RmsHttp
from connectors.rms.order_wire import RmsOrder
from connectors.rms.translate import order_of
from data.model.notice import UNREADABLE
from data.model.order import Mall, Order, RefusedOrder, SameAnswer

READER_VERSION = b"8"
"""Part of every hash. Raise it when the way an order is read changes: then every order
is read anew. tests/rms/test_reader_version.py says when that is due."""


def answer_hash(entry: dict[str, Any]) -> str:
    """Hash one order as RMS wrote it, whatever the order of its keys."""
    written = orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)
    return sha256(READER_VERSION + written).hexdigest()


PATH = "/es/2.0/order/getOrder/"
CALL = Call("getOrder")
VERSION = 10
AT_ONCE = 100
NOT_READ = "GET_ORDER_INFO_102"
NOT_RETURNED = "NOT_RETURNED"
WHOLE = "注文全体（IDの重複など）"
NOT_ABOUT_ORDERS = frozenset({404, 405, 415})
HOPELESS_AFTER = 16
"""Calls without one order read, while looking for a bad one; then it is not that."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fetched:
    """What came of the numbers asked for: every one is in exactly one of the three."""

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


class Fetch:
    """Read orders of one shop, 100 a call."""

    def __init__(
        self, http: RmsHttp, shop_id: str, now: Callable[[], datetime]
    ) -> None:
        self._http = http
        self._shop_id = shop_id
        self._now = now

    def chunks(
        self, numbers: Sequence[str], known: Mapping[str, str]
    ) -> Iterator[Fetched]:
        """Yield what came of each 100 numbers, so that a caller can store each.

        An order whose answer has the hash in `known` is `same` and not read further.
        """
        distinct = list(dict.fromkeys(numbers))
        for start in range(0, len(distinct), AT_ONCE):
            yield self._isolating(distinct[start : start + AT_ONCE], known)

    def _isolating(self, numbers: list[str], known: Mapping[str, str]) -> Fetched:
        """Read one chunk; if RMS refuses it whole, part it until the bad one stands."""
        result, waiting, calls, is_hopeless = Fetched(), [numbers], 0, True
        while waiting:
            part = waiting.pop()
            calls += 1
            try:
                result += self._once(part, known)
                is_hopeless = False
            except CredentialsRefused:
                raise
            except Refused as no:
                errors = [m for m in no.messages if m.is_error]
                if no.status in NOT_ABOUT_ORDERS or not errors:
                    raise
                if is_hopeless and calls >= HOPELESS_AFTER:
                    raise
                bad, rest = _parted(part, errors)
                result.refused.extend(
                    self._refused(number, said) for number, said in bad
                )
                waiting += reversed(rest)
        return result

    def _once(self, numbers: list[str], known: Mapping[str, str]) -> Fetched:
        observed_at = self._now()  # when the request is sent, not when it is answered
        reply = self._http.post(
            CALL, PATH, {"orderNumberList": numbers, "version": VERSION}
        )
        return self._sorted_out(numbers, observed_at, reply, known)

    def _sorted_out(
        self,
        numbers: list[str],
        observed_at: datetime,
        reply: Reply,
        known: Mapping[str, str],
    ) -> Fetched:
        entries = _entries(reply)
        asked, found, result = set(numbers), dict[str, Any](), Fetched()
        for entry in entries:
            number = entry.get("orderNumber") if isinstance(entry, dict) else None
            if isinstance(number, str) and number in asked:
                found[number] = entry
        unasked = len(entries) - len(found)
        if unasked:
            log.warning("getOrder: %d entries nobody asked for", unasked)
        for warning in (m for m in reply.messages if m.kind == "WARNING"):
            log.warning("getOrder: RMS warns: %s %s", warning.code, warning.text)
        failures = [m for m in reply.messages if _is_failure(m)]
        about_all = next((m for m in failures if not m.order_number), None)
        reasons = {m.order_number: m for m in failures}
        for number in numbers:
            if number in found:
                self._read(found[number], observed_at, known.get(number), result)
            else:
                said = reasons.get(number, about_all)
                result.refused.append(self._refused(number, _left_out(said)))
        return replace(result, unasked=unasked)

    def _read(
        self,
        entry: dict[str, Any],
        observed_at: datetime,
        known: str | None,
        into: Fetched,
    ) -> None:
        number, seen = entry["orderNumber"], answer_hash(entry)
        try:
            if seen == known:
                into.same.append(self._same(number, observed_at, seen))
                return
            rms = RmsOrder.model_validate(entry)
            into.orders.append(order_of(rms, self._shop_id, observed_at, seen))
        except ValidationError as error:
            # Field paths only: pydantic's own text can quote a phone number.
            places = {".".join(map(str, e["loc"])) or WHOLE for e in error.errors()}
            reason = (
                f"読み取れない項目: {', '.join(sorted(places))}。{advice.SHAPE_CHANGED}"
            )
            into.refused.append(self._refused(number, (UNREADABLE, reason)))

    def _same(self, number: str, observed_at: datetime, seen: str) -> SameAnswer:
        return SameAnswer(
            mall=Mall.RAKUTEN,
            shop_id=self._shop_id,
            order_number=number,
            observed_at=observed_at,
            answer_hash=seen,
        )

    def _refused(self, number: str, code_and_reason: tuple[str, str]) -> RefusedOrder:
        code, reason = code_and_reason
        return RefusedOrder(
            mall=Mall.RAKUTEN,
            shop_id=self._shop_id,
            order_number=number,
            code=code,
            reason=reason,
        )


def _entries(reply: Reply) -> list[Any]:
    """Give OrderModelList as it came, or raise when the whole request was refused."""
    about_all = [m for m in reply.messages if m.is_error and not m.order_number]
    entries = reply["OrderModelList"]
    if about_all and not entries:
        raise CALL.refused(reply, about_all)
    is_result = reply.messages and "OrderModelList" in reply
    if not is_result or not isinstance(entries, list | None):
        raise CALL.unusable("the answer is not a list of orders", reply)
    return entries or []


def _parted(
    numbers: list[str], messages: Sequence[Message]
) -> tuple[list[tuple[str, tuple[str, str]]], list[list[str]]]:
    """Say which orders RMS named as bad, and in what parts to ask for the others."""
    named = {m.order_number: m for m in messages if m.order_number in numbers}
    if not named and len(numbers) == 1:
        return [(numbers[0], _said(messages[0]))], []
    if not named:
        middle = len(numbers) // 2
        return [], [numbers[:middle], numbers[middle:]]
    bad = [(number, _said(named[number])) for number in numbers if number in named]
    rest = [number for number in numbers if number not in named]
    return bad, [rest] if rest else []


def _is_failure(message: Message) -> bool:
    return message.is_error or message.code.endswith(NOT_READ)


def _left_out(said: Message | None) -> tuple[str, str]:
    """Say why an order is not in the answer."""
    if said is None:
        return NOT_RETURNED, advice.NOT_RETURNED
    if said.code.endswith(NOT_READ):
        return said.code, advice.NOT_READ
    return _said(said)


def _said(message: Message) -> tuple[str, str]:
    """Pass on RMS's own code and text, with what to do about it."""
    return message.code or NOT_RETURNED, f"{message.text}。{advice.of((message,))}"
