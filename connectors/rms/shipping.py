"""Report shipments to RMS in bulk, and ask what became of them.

RMS does not recognise a report that is sent again: a row that is added twice stands
there twice. Nothing here sends a report a second time, not even the good part of a
refused one: that RMS took nothing of it is an assumption, so the caller reads first
(docs/rms/order-api.md §4.2, §4.2b).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Any

from connectors.codes.table import Action, code_of
from connectors.rms import error_words
from connectors.rms.answers import Reply, RmsFunction
from connectors.rms.errors import CredentialsRefused, Refused, Unavailable
from connectors.rms.http import RmsHttp
from connectors.rms.messages import RmsMessage
from data.model.shipping.plan import MOST_ORDERS, OrderReport, RowChange
from data.model.shipping.shipment import NO_NUMBER

REPORT_PATH = "/es/2.0/order/updateOrderShippingAsync/"
RESULT_PATH = "/es/2.0/order/getResultUpdateOrderShippingAsync/"
REPORT = RmsFunction("updateOrderShippingAsync", is_write=True)
RESULT = RmsFunction("getResultUpdateOrderShippingAsync")
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 30.0
PATIENCE_S = 180.0


class RowOutcome(StrEnum):
    """What became of one row of a report."""

    ADDED = "added"
    CHANGED = "changed"
    DELETED = "deleted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


BY_ENDING = {
    "UPDATE_ORDERSHIPPING_INFO_101": RowOutcome.ADDED,
    "UPDATE_ORDERSHIPPING_INFO_102": RowOutcome.CHANGED,
    "UPDATE_ORDERSHIPPING_INFO_103": RowOutcome.DELETED,
    "UPDATE_ORDERSHIPPING_WARNING_101": RowOutcome.ADDED,
}
"""The successes, by the ending of a message code (§1.7)."""

CERTAIN = (
    "UPDATE_ORDERSHIPPING_ERROR_102",
    "UPDATE_ORDERSHIPPING_ERROR_106",
    "UPDATE_ORDERSHIPPING_ERROR_110",
)
"""Refusals that are about the order and not about trouble at RMS: it is cancelled, or a
row or package is not there. Nothing was taken, and a person is told."""


BROKE_ON_THE_WAY = "ORDER_CSV_API_UPLOAD_SHIPPING_ERROR_999"
"""Of a report: RMS lost it on the way, wholly or in part. The orders show it (§4.2b);
asking for its result again does not."""


class ShippingOutcome(StrEnum):
    """What became of one order's report."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ShippingRowResult:
    """RMS's answer about one row; `data_number` None when it does not say which."""

    data_number: int | None
    outcome: RowOutcome
    shipping_detail_id: str | None
    code: str
    reason: str


@dataclass(frozen=True)
class ShippingResult:
    """RMS's answer about one order; UNKNOWN means read the order, then decide.

    REFUSED as soon as one row is: the others may stand at RMS, see `rows`.
    """

    order_number: str
    outcome: ShippingOutcome
    code: str
    reason: str
    rows: tuple[ShippingRowResult, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether asking again brings nothing new: RMS reported an end or a trouble."""
        in_trouble = (code_of(row.code) is not None for row in self.rows)
        return self.outcome is not ShippingOutcome.UNKNOWN or any(in_trouble)


@dataclass(frozen=True)
class Receipt:
    """What RMS answered to a report at once.

    With a `request_id` it was accepted and its results can be asked for. Without one,
    `refused` are the orders RMS declined and `left` the others: presumably not taken,
    so read them before reporting them again.
    """

    request_id: str | None
    refused: tuple[ShippingResult, ...] = ()
    left: tuple[str, ...] = ()


NOTHING_SENT = Receipt(None)


class ShippingApi:
    """The shipping reports of one shop."""

    def __init__(
        self, http: RmsHttp, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._http = http
        self._sleep = sleep

    def report(self, reports: Sequence[OrderReport]) -> Receipt:
        """Report up to 100 orders in one call; never repeats it.

        Raises OutcomeUnknown when no trustworthy answer came (read the orders, then
        decide), Refused when RMS refused the request without naming an order, and
        ValueError, before any call, for over 100 orders, an order that is there twice
        or without rows, and rows that do not stand package by package.
        """
        numbers = [report.order_number for report in reports]
        if len(numbers) > MOST_ORDERS:
            raise ValueError(f"a report takes at most {MOST_ORDERS} orders a call")
        if len(set(numbers)) < len(numbers):
            raise ValueError("an order is twice in one report")
        if not numbers:
            return NOTHING_SENT
        body = {"OrderShippingModelList": [_order(report) for report in reports]}
        try:
            reply = self._http.post(REPORT, REPORT_PATH, body)
        except CredentialsRefused:
            raise
        except Refused as refusal:
            receipt = _declined(numbers, refusal.messages)
            if receipt is None:
                raise
            return receipt
        return _receipt(numbers, reply)

    def try_permission(self) -> None:
        """Send a report of no order: refused by its form where the function is on.

        Nothing can be reported by it. Raises RmsTrouble, as every answer is.
        """
        self._http.post(REPORT, REPORT_PATH, {"OrderShippingModelList": []})

    def results(self, request_id: str, numbers: Sequence[str]) -> list[ShippingResult]:
        """Ask once what became of the orders; return a result for each, in that order.

        An order without a result is UNKNOWN: RMS answers alike for a request that still
        runs, that it does not know and that is over 30 days old. One that broke on the
        way has that as the result of all its orders. Raises Refused when the question
        itself is refused.
        """
        distinct = list(dict.fromkeys(numbers))
        try:
            reply = self._http.post(RESULT, RESULT_PATH, {"requestId": request_id})
        except Unavailable as trouble:
            broke = [m for m in trouble.messages if m.code == BROKE_ON_THE_WAY]
            if not broke:
                raise
            about_each = [replace(broke[0], order_number=one) for one in distinct]
            return results_by_order(distinct, about_each)
        about_all = [m for m in reply.messages if m.is_error and not m.order_number]
        if about_all:
            raise RESULT.refused(reply, about_all)
        if not isinstance(reply["ResultShippingModelList"], list):
            raise RESULT.unusable("応答に処理結果の一覧がありません", reply)
        return results_by_order(distinct, reply.messages)

    def wait_for_results(
        self, request_id: str, numbers: Sequence[str], patience_s: float = PATIENCE_S
    ) -> list[ShippingResult]:
        """Ask until every order has a result, or `patience_s` of waiting is used up.

        What is UNKNOWN then, only getOrder can tell (§4.2b). Waits 2, 4, 8 … 30 s
        between questions. Any trouble is raised; asking is a read and can be repeated.
        """
        left_s, pause = patience_s, FIRST_PAUSE_S
        while True:
            results = self.results(request_id, numbers)
            if left_s <= 0 or all(one.is_final for one in results):
                return results
            pause = min(pause, left_s, LONGEST_PAUSE_S)
            self._sleep(pause)
            left_s, pause = left_s - pause, pause * 2


def _order(report: OrderReport) -> dict[str, Any]:
    """Return one order by RMS's names, the odd `BasketidModelList` too (§0).

    RMS numbers the rows through all packages in the order written, and its answer names
    a row by that number only. So the rows are written as they stand in the report.
    """
    if not report.rows:
        raise ValueError("a shipping report has at least one row")
    baskets = [
        {
            "basketId": int(basket_id),
            "ShippingModelList": [_row(row) for row in rows],
        }
        for basket_id, rows in groupby(report.rows, lambda row: row.basket_id)
    ]
    if len(baskets) > len({row.basket_id for row in report.rows}):
        raise ValueError("the rows of a package stand together in a report")
    return {"orderNumber": report.order_number, "BasketidModelList": baskets}


def _row(change: RowChange) -> dict[str, Any]:
    """Return one row by RMS's names.

    A key that is left out keeps what RMS has, an empty text erases it and null may do
    either (§4.2). So a new row has no `shippingDetailId` at all instead of null, and a
    parcel without a number no `shippingNumber`, unless a wrong one is to be erased.
    """
    row: dict[str, Any] = {
        "deliveryCompany": change.carrier_code,
        "shippingDate": change.shipping_date.isoformat(),
    }
    if change.erases_number:
        row["shippingNumber"] = ""
    elif change.tracking_number != NO_NUMBER:
        row["shippingNumber"] = change.tracking_number
    if change.shipping_detail_id is not None:
        row["shippingDetailId"] = int(change.shipping_detail_id)
    return row


def _receipt(numbers: Sequence[str], reply: Reply) -> Receipt:
    accepted = [m.request_id for m in reply.messages if m.request_id and not m.is_error]
    if accepted:
        return Receipt(accepted[0])
    receipt = _declined(numbers, reply.messages)
    if receipt is not None:
        return receipt
    errors = [m for m in reply.messages if m.is_error]
    if errors:
        raise REPORT.refused(reply, errors)
    raise REPORT.unusable("応答に受付番号(requestId)がありません", reply)


def _declined(numbers: Sequence[str], messages: Sequence[RmsMessage]) -> Receipt | None:
    """Sort the orders by whether RMS declined them; None if it named none."""
    errors = [m for m in messages if m.is_error]
    results = results_by_order(numbers, errors)
    refused = tuple(result for result in results if _is_known(result))
    if not refused:
        return None
    left = tuple(result.order_number for result in results if not _is_known(result))
    return Receipt(None, refused, left)


def _is_known(result: ShippingResult) -> bool:
    return result.outcome is not ShippingOutcome.UNKNOWN


def results_by_order(
    numbers: Sequence[str], messages: Sequence[RmsMessage]
) -> list[ShippingResult]:
    """Return a result per order, in the order given; one RMS left out is UNKNOWN."""
    about: dict[str, list[RmsMessage]] = {number: [] for number in numbers}
    for message in messages:
        if message.order_number in about:
            about[message.order_number].append(message)
    return [_order_result(number, messages) for number, messages in about.items()]


def _order_result(number: str, messages: Sequence[RmsMessage]) -> ShippingResult:
    by_row: dict[int | None, list[RmsMessage]] = {}
    for message in messages:
        by_row.setdefault(message.data_number, []).append(message)
    rows = [_row_result(row, messages) for row, messages in by_row.items()]
    rows.sort(key=lambda row: row.data_number or 0)
    deciding = min(rows, key=_weight, default=None)
    if deciding is None or deciding.outcome is RowOutcome.UNKNOWN:
        # Some rows may be known to stand, but the report as a whole is not.
        outcome = ShippingOutcome.UNKNOWN
    elif deciding.outcome is RowOutcome.REFUSED:
        outcome = ShippingOutcome.REFUSED
    else:
        outcome = ShippingOutcome.ACCEPTED
    code = deciding.code if deciding else ""
    reason = deciding.reason if deciding else error_words.unsure_reason("")
    return ShippingResult(number, outcome, code, reason, tuple(rows))


def _row_result(row: int | None, messages: Sequence[RmsMessage]) -> ShippingRowResult:
    """Judge one row by its weightiest message: an ERROR first, a WARNING last."""
    outcome, message = min(
        ((_outcome(message), message) for message in messages),
        key=lambda pair: _rank(pair[0]),
    )
    if outcome is RowOutcome.REFUSED:
        reason = error_words.reason_of(message)
    elif outcome is RowOutcome.UNKNOWN:
        reason = error_words.unsure_reason(message.text)
    else:
        reason = message.text
    return ShippingRowResult(
        row, outcome, message.shipping_detail_id, message.code, reason
    )


def _outcome(message: RmsMessage) -> RowOutcome:
    """Judge one message by the table; a code that it does not have by its kind."""
    for ending, outcome in BY_ENDING.items():
        if message.code.endswith(ending):
            return outcome
    code = code_of(message.code)
    is_open = code is not None and code.action is not Action.REFUSED
    if message.is_error and (not is_open or message.code.endswith(CERTAIN)):
        return RowOutcome.REFUSED
    return RowOutcome.UNKNOWN


def _rank(outcome: RowOutcome) -> int:
    """Rank a refusal first, then a success; a WARNING beside either changes nothing."""
    return {RowOutcome.REFUSED: 0, RowOutcome.UNKNOWN: 2}.get(outcome, 1)


def _weight(row: ShippingRowResult) -> int:
    """Rank a refused row first, then one in doubt: the worst decides for the order."""
    return {RowOutcome.REFUSED: 0, RowOutcome.UNKNOWN: 1}.get(row.outcome, 2)
