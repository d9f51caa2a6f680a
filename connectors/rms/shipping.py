"""Report shipments to RMS in bulk and learn what became of them (§4.2b).

A report is a write without a key against doubling: a row that is added twice stands
twice. Nothing here sends a report a second time, not even the good part of a refused
one: that nothing of it was taken is an assumption, so the caller reads first.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.rms.answers import Call, Reply
from connectors.rms.errors import CredentialsRefused, Refused
from connectors.rms.http import RmsHttp
from connectors.rms.messages import Message
from connectors.rms.shipping_words import ShippingOutcome, ShippingWord, words_on
from connectors.rms.wire_shipping import ShippingReport

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
