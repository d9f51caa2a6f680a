"""The order API of one shop: find orders, read them, confirm them.

Finding is in `search`, reading in `fetch`. Confirming (注文確認) is here: a write that
cannot be taken back (docs/rms/order-api.md §4.1).
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connectors.codes.table import Action, code_of
from connectors.rms import error_words
from connectors.rms.answers import Reply, RmsFunction
from connectors.rms.errors import OutcomeUnknown, Refused
from connectors.rms.fetch import Fetch, Fetched, Known, Repeat, once
from connectors.rms.http import RmsHttp
from connectors.rms.messages import RmsMessage
from connectors.rms.search import BY_ORDER_DATE, Search, SearchPage

PATH = "/es/2.0/order/confirmOrder/"
CONFIRM_ORDER = RmsFunction("confirmOrder", is_write=True)
CONFIRM_AT_ONCE = 100
"""Orders per confirmOrder (docs/rms/order-api.md §0)."""


def nothing_known(_number: str, _answer_hash: str) -> bool:
    """Return that no answer was stored before: every order is read."""
    return False


class ConfirmOutcome(StrEnum):
    """What became of one order that was to be confirmed."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Confirmation:
    """RMS's answer about one order; UNKNOWN means read the order, then decide."""

    order_number: str
    outcome: ConfirmOutcome
    code: str
    reason: str

    @property
    def is_confirmed(self) -> bool:
        """Whether RMS confirmed the order by this call."""
        return self.outcome is ConfirmOutcome.CONFIRMED


class OrdersApi:
    """The orders of one shop."""

    def __init__(
        self, http: RmsHttp, shop_id: str, now: Callable[[], datetime]
    ) -> None:
        self._http = http
        self._now = now
        self._fetch = Fetch(http, shop_id, now)

    def search_pages(
        self,
        since: datetime,
        until: datetime,
        progress: Collection[int] = (),
        by: int = BY_ORDER_DATE,
    ) -> Iterator[SearchPage]:
        """Yield every page of a span of any length; each order number once.

        Raises Refused at once, before any call, for a span that is backwards or begins
        over 730 days ago, and later when one minute holds 15,000 orders.
        """
        search = Search(self._http, self._now, progress=progress, by=by)
        return search.pages(since, until)

    def search(
        self,
        since: datetime,
        until: datetime,
        progress: Collection[int] = (),
        by: int = BY_ORDER_DATE,
    ) -> list[str]:
        """Return every order number of a span, or raise; never a silent subset.

        With `progress` only orders whose orderProgress is one of these now; `by` says
        which time of an order is meant.
        """
        pages = self.search_pages(since, until, progress, by)
        return [number for page in pages for number in page.numbers]

    def get(
        self,
        numbers: Sequence[str],
        known: Known = nothing_known,
        *,
        isolates: bool = False,
        repeat: Repeat = once,
    ) -> Fetched:
        """Read every order asked for, or report for each missing one why, or raise.

        `known` tells, by order number and hash, of an answer that was stored before;
        RMS answering the same again makes the order `same` and costs no reading. With
        `isolates` an order at which RMS breaks is found, and refused alone. `repeat`
        makes each call, which a caller of many may want repeated by itself.
        """
        read = self._fetch.chunks(numbers, known, isolates=isolates, repeat=repeat)
        return sum(read, start=Fetched())

    def try_permission(self) -> None:
        """Confirm no order: refused by its form where the function is on.

        Nothing can be confirmed by it. Raises RmsTrouble, as every answer is.
        """
        self._http.post(CONFIRM_ORDER, PATH, {"orderNumberList": []})

    def confirm(self, numbers: Sequence[str]) -> list[Confirmation]:
        """Confirm up to 100 orders in one call; return RMS's answer on each, in order.

        Raises Refused when the whole request was refused (nothing was confirmed),
        OutcomeUnknown when no trustworthy answer came, and ValueError for over 100
        orders, before any call. Never repeats a call.
        """
        distinct = list(dict.fromkeys(numbers))
        if len(distinct) > CONFIRM_AT_ONCE:
            raise ValueError(
                f"confirmOrder takes at most {CONFIRM_AT_ONCE} orders a call"
            )
        if not distinct:
            return []
        reply = self._http.post(CONFIRM_ORDER, PATH, {"orderNumberList": distinct})
        messages = _by_number(distinct, reply)
        return [_confirmation(number, messages[number]) for number in distinct]


def refused_whole(order_number: str, refusal: Refused) -> Confirmation:
    """Return the answer on an order for whose sake RMS refuses every call."""
    code = refusal.codes[0] if refusal.codes else ""
    refused = ConfirmOutcome.REFUSED
    return Confirmation(order_number, refused, code, str(refusal))


def unknown_whole(numbers: Sequence[str], unsure: OutcomeUnknown) -> list[Confirmation]:
    """Return what is known of orders whose call had no sure answer."""
    code = unsure.codes[0] if unsure.codes else ""
    unknown = ConfirmOutcome.UNKNOWN
    return [Confirmation(number, unknown, code, str(unsure)) for number in numbers]


def _by_number(numbers: list[str], reply: Reply) -> dict[str, list[RmsMessage]]:
    if not reply.messages:
        raise CONFIRM_ORDER.unusable("応答に注文ごとの結果がありません", reply)
    about: dict[str, list[RmsMessage]] = {number: [] for number in numbers}
    for message in reply.messages:
        # A message without a number can only mean the only order.
        number = message.order_number or (numbers[0] if len(numbers) == 1 else "")
        about.get(number, []).append(message)
    errors = [message for message in reply.messages if message.is_error]
    if errors and not any(about.values()):
        raise CONFIRM_ORDER.refused(reply, errors)
    return about


def _confirmation(number: str, messages: list[RmsMessage]) -> Confirmation:
    """Judge one order by its weightiest message; none at all is UNKNOWN."""
    message = min(messages, key=_weight, default=RmsMessage("", "", ""))
    outcome = _outcome(message)
    if outcome is ConfirmOutcome.REFUSED:
        reason = error_words.reason_of(message)
    elif outcome is ConfirmOutcome.UNKNOWN:
        reason = error_words.unsure_reason(message.text, message.code)
    else:
        reason = message.text
    return Confirmation(number, outcome, message.code, reason)


def _weight(message: RmsMessage) -> int:
    """Rank an ERROR first, then a success: beside one, a WARNING says nothing new."""
    if message.is_error:
        return 0
    return 1 if _outcome(message) is ConfirmOutcome.CONFIRMED else 2


def _outcome(message: RmsMessage) -> ConfirmOutcome:
    """Judge one message by the table; a code that it does not have by its kind."""
    code = code_of(message.code)
    if code is None:
        is_no = message.is_error
        return ConfirmOutcome.REFUSED if is_no else ConfirmOutcome.UNKNOWN
    match code.action:
        case Action.OK | Action.OK_CHECK:
            return ConfirmOutcome.CONFIRMED
        case Action.REFUSED:
            return ConfirmOutcome.REFUSED
        case _:
            return ConfirmOutcome.UNKNOWN
