"""Report shipments to RMS in bulk and learn what became of them (§4.2b).

A report is a write without a key against doubling: a row that is added twice stands
twice. Nothing here sends a report a second time, not even the good part of a refused
one: that nothing of it was taken is an assumption, so the caller reads first.

RMS's words on a shipping report, order by order and row by row (§1.6, 1.7, 4.2b).

A shipping report as RMS takes it (rms/order-api.md §4.2, 4.2b).

A key that is left out keeps what RMS has, an empty text erases it and null may do
either; so what is not said is left out, and nothing here erases or deletes.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any

from connectors.rms import advice
from connectors.rms.answers import Call, Reply
from connectors.rms.errors import CredentialsRefused, Message, Refused
from connectors.rms.http import RmsHttp


class RowOutcome(StrEnum):
    """What became of one row."""

    ADDED = "added"
    CHANGED = "changed"
    DELETED = "deleted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class ShippingOutcome(StrEnum):
    """What became of one order's report."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


BY_ENDING = {
    "_INFO_101": RowOutcome.ADDED,
    "_INFO_102": RowOutcome.CHANGED,
    "_INFO_103": RowOutcome.DELETED,
}


@dataclass(frozen=True)
class RowWord:
    """RMS's word on one row; `data_number` None when it does not say which."""

    data_number: int | None
    outcome: RowOutcome
    shipping_detail_id: str | None
    code: str
    reason: str


@dataclass(frozen=True)
class ShippingWord:
    """RMS's word on one order; UNKNOWN means read the order, then decide.

    REFUSED as soon as one row is: the others may stand at RMS, `rows` tells.
    """

    order_number: str
    outcome: ShippingOutcome
    code: str
    reason: str
    rows: tuple[RowWord, ...] = ()


def words_on(numbers: Sequence[str], said: Sequence[Message]) -> list[ShippingWord]:
    """Give a word on each order, in the order asked; what RMS left out is UNKNOWN."""
    about: dict[str, list[Message]] = {number: [] for number in numbers}
    for message in said:
        if message.order_number in about:
            about[message.order_number].append(message)
    return [_word_on(number, messages) for number, messages in about.items()]


def _word_on(number: str, said: Sequence[Message]) -> ShippingWord:
    by_row: dict[int | None, list[Message]] = {}
    for message in said:
        by_row.setdefault(message.data_number, []).append(message)
    rows = [_row_word(row, messages) for row, messages in by_row.items()]
    rows.sort(key=lambda row: row.data_number or 0)
    telling = min(rows, key=_weight, default=None)
    if telling is None or telling.outcome is RowOutcome.UNKNOWN:
        # Some rows may be known to stand, but the report as a whole is not.
        outcome = ShippingOutcome.UNKNOWN
    elif telling.outcome is RowOutcome.REFUSED:
        outcome = ShippingOutcome.REFUSED
    else:
        outcome = ShippingOutcome.ACCEPTED
    code = telling.code if telling else ""
    reason = telling.reason if telling else advice.READ_THEN_DECIDE
    return ShippingWord(number, outcome, code, reason, tuple(rows))


def _row_word(row: int | None, said: Sequence[Message]) -> RowWord:
    """Sum up the words on one row: an ERROR counts most, a WARNING least."""
    outcome, word = min(((_outcome(m), m) for m in said), key=lambda pair: _rank(*pair))
    reason = {
        RowOutcome.REFUSED: advice.reason(word),
        RowOutcome.UNKNOWN: f"{word.text}。{advice.READ_THEN_DECIDE}".lstrip("。"),
    }.get(outcome, word.text)
    return RowWord(row, outcome, word.shipping_detail_id, word.code, reason)


def _outcome(message: Message) -> RowOutcome:
    if message.is_error:
        return RowOutcome.REFUSED
    ending = message.code[-len("_INFO_101") :]
    return BY_ENDING.get(ending, RowOutcome.UNKNOWN)


def _rank(outcome: RowOutcome, _: Message) -> int:
    return {RowOutcome.REFUSED: 0, RowOutcome.UNKNOWN: 2}.get(outcome, 1)


def _weight(row: RowWord) -> int:
    return {RowOutcome.REFUSED: 0, RowOutcome.UNKNOWN: 1}.get(row.outcome, 2)


@dataclass(frozen=True)
class ReportRow:
    """One parcel of one package.

    With `shipping_detail_id` that row of RMS is changed; without it a row is added,
    every time it is sent. ValueError for an id that is no number, an empty text, and a
    new row without carrier.
    """

    basket_id: str
    carrier_code: str | None = None
    tracking_number: str | None = None
    shipping_date: date | None = None
    shipping_detail_id: str | None = None

    def __post_init__(self) -> None:
        for name in (self.basket_id, self.shipping_detail_id or "0"):
            if not (name.isascii() and name.isdigit()):
                raise ValueError("RMS's ids are numbers")
        if "" in (self.carrier_code, self.tracking_number):
            raise ValueError("an empty text would erase what RMS has")
        if self.shipping_detail_id is None and self.carrier_code is None:
            raise ValueError("a new row needs its carrier")

    def wire(self) -> dict[str, Any]:
        """Write the row by RMS's names."""
        row = {
            "shippingDetailId": self.shipping_detail_id
            and int(self.shipping_detail_id),
            "deliveryCompany": self.carrier_code,
            "shippingNumber": self.tracking_number,
            "shippingDate": self.shipping_date and self.shipping_date.isoformat(),
        }
        return {name: value for name, value in row.items() if value is not None}


def _basket(row: ReportRow) -> int:
    return int(row.basket_id)


@dataclass(frozen=True)
class ShippingReport:
    """The rows of one order, kept in the order RMS counts them: package by package.

    RMS takes 20 rows per package (§4.2) and says so itself, row by row. ValueError for
    a report without rows.
    """

    order_number: str
    rows: Sequence[ReportRow]

    def __post_init__(self) -> None:
        if not self.rows:
            raise ValueError("a shipping report has at least one row")
        in_order = tuple(sorted(self.rows, key=_basket))
        object.__setattr__(self, "rows", in_order)

    def row(self, data_number: int) -> ReportRow:
        """Give RMS's row of this number, counted from 1 through all packages."""
        return self.rows[data_number - 1]

    def wire(self) -> dict[str, Any]:
        """Write the order by RMS's names, the odd `BasketidModelList` too (§0)."""
        return {
            "orderNumber": self.order_number,
            "BasketidModelList": [
                {
                    "basketId": basket_id,
                    "ShippingModelList": [row.wire() for row in rows],
                }
                for basket_id, rows in groupby(self.rows, _basket)
            ],
        }


REPORT_PATH = "/es/2.0/order/updateOrderShippingAsync/"
RESULT_PATH = "/es/2.0/order/getResultUpdateOrderShippingAsync/"
REPORT = Call("updateOrderShippingAsync", is_write=True)
RESULT = Call("getResultUpdateOrderShippingAsync")
AT_ONCE = 100
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 30.0
PATIENCE_S = 180.0


@dataclass(frozen=True)
class Receipt:
    """What RMS answered to a report at once.

    With a `request_id` it was accepted and its results can be asked for. Without one,
    `refused` are the orders RMS found fault with and `left` the others: presumably not
    taken, so read them before reporting them again.
    """

    request_id: str | None
    refused: tuple[ShippingWord, ...] = ()
    left: tuple[str, ...] = ()


NOTHING_SENT = Receipt(None)


class ShippingApi:
    """Shipping reports of one shop."""

    def __init__(
        self, http: RmsHttp, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._http = http
        self._sleep = sleep

    def report(self, reports: Sequence[ShippingReport]) -> Receipt:
        """Report up to 100 orders in one call; never repeats it.

        Raises OutcomeUnknown when no trustworthy answer came (read the orders, then
        decide), Refused when RMS refused the request without naming an order, and
        ValueError for over 100 orders or one that is there twice, before any call.
        """
        numbers = [report.order_number for report in reports]
        if len(numbers) > AT_ONCE:
            raise ValueError(f"a report takes at most {AT_ONCE} orders a call")
        if len(set(numbers)) < len(numbers):
            raise ValueError("an order is twice in one report")
        if not numbers:
            return NOTHING_SENT
        body = {"OrderShippingModelList": [report.wire() for report in reports]}
        try:
            reply = self._http.post(REPORT, REPORT_PATH, body)
        except CredentialsRefused:
            raise
        except Refused as no:
            receipt = _turned_down(numbers, no.messages)
            if receipt is None:
                raise
            return receipt
        return _receipt(numbers, reply)

    def results(self, request_id: str, numbers: Sequence[str]) -> list[ShippingWord]:
        """Ask once what became of the orders; a word on each, in the order asked.

        An order without a result is UNKNOWN: RMS says the same of a request that still
        runs, that it does not know and that is over 30 days old. Raises Refused when
        the question itself is refused.
        """
        distinct = list(dict.fromkeys(numbers))
        reply = self._http.post(RESULT, RESULT_PATH, {"requestId": request_id})
        about_all = [m for m in reply.messages if m.is_error and not m.order_number]
        if about_all:
            raise RESULT.refused(reply, about_all)
        if not isinstance(reply["ResultShippingModelList"], list):
            raise RESULT.unusable("the answer is not a list of results", reply)
        return words_on(distinct, reply.messages)

    def wait_for_results(
        self, request_id: str, numbers: Sequence[str], patience_s: float = PATIENCE_S
    ) -> list[ShippingWord]:
        """Ask until every order has its word, or `patience_s` of waiting is used up.

        What is UNKNOWN then is for getOrder to tell (§4.2b). Waits 2, 4, 8 … 30 s
        between questions. Any trouble is raised; asking is a read and can be repeated.
        """
        left_s, pause = patience_s, FIRST_PAUSE_S
        while True:
            words = self.results(request_id, numbers)
            if left_s <= 0 or all(_is_known(word) for word in words):
                return words
            pause = min(pause, left_s, LONGEST_PAUSE_S)
            self._sleep(pause)
            left_s, pause = left_s - pause, pause * 2


def _is_known(word: ShippingWord) -> bool:
    return word.outcome is not ShippingOutcome.UNKNOWN


def _receipt(numbers: Sequence[str], reply: Reply) -> Receipt:
    accepted = [m.request_id for m in reply.messages if m.request_id and not m.is_error]
    if accepted:
        return Receipt(accepted[0])
    receipt = _turned_down(numbers, reply.messages)
    if receipt is not None:
        return receipt
    errors = [m for m in reply.messages if m.is_error]
    if errors:
        raise REPORT.refused(reply, errors)
    raise REPORT.unusable("the answer has no requestId", reply)


def _turned_down(numbers: Sequence[str], messages: Sequence[Message]) -> Receipt | None:
    """Sort the orders by whether RMS found fault with them; None if it named none."""
    errors = [m for m in messages if m.is_error]
    words = words_on(numbers, errors)
    refused = tuple(word for word in words if _is_known(word))
    if not refused:
        return None
    left = tuple(word.order_number for word in words if not _is_known(word))
    return Receipt(None, refused, left)
