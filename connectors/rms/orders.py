"""The order desk's questions to RMS, in our words.

confirmOrder (注文確認): a write with no way back (rms/order-api.md §4.1).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from connectors.rms import advice
from connectors.rms.answers import Call, Reply
from connectors.rms.errors import Message
from connectors.rms.fetch import Fetch, Fetched
from connectors.rms.http import RmsHttp
from connectors.rms.search import EVERY_ORDER, Search, SearchFilter, SearchPage

PATH = "/es/2.0/order/confirmOrder/"
CALL = Call("confirmOrder", is_write=True)
AT_ONCE = 100
CONFIRMED = "CONFIRM_ORDER_INFO_101"
ALREADY = "CONFIRM_ORDER_ERROR_103"


class Outcome(StrEnum):
    """What became of one order that was to be confirmed."""

    CONFIRMED = "confirmed"
    ALREADY = "already confirmed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Confirmation:
    """RMS's word on one order; UNKNOWN means read the order, then decide."""

    order_number: str
    outcome: Outcome
    code: str
    reason: str

    @property
    def is_confirmed(self) -> bool:
        """Whether the order is confirmed now, by this call or an earlier one."""
        return self.outcome in (Outcome.CONFIRMED, Outcome.ALREADY)


def confirm(http: RmsHttp, numbers: Sequence[str]) -> list[Confirmation]:
    """Confirm up to 100 orders and give RMS's word on each, in the order asked.

    Raises Refused when the whole request was refused (nothing was confirmed) and
    OutcomeUnknown when no trustworthy answer came. Never repeats a call.
    """
    distinct = list(dict.fromkeys(numbers))
    if len(distinct) > AT_ONCE:
        raise ValueError(f"confirmOrder takes at most {AT_ONCE} orders a call")
    if not distinct:
        return []
    reply = http.post(CALL, PATH, {"orderNumberList": distinct})
    said = _by_number(distinct, reply)
    return [_word_on(number, said[number]) for number in distinct]


def _by_number(numbers: list[str], reply: Reply) -> dict[str, list[Message]]:
    if not reply.messages:
        raise CALL.unusable("the answer has no word on any order", reply)
    said: dict[str, list[Message]] = {number: [] for number in numbers}
    for message in reply.messages:
        # A word without a number can only mean the only order.
        number = message.order_number or (numbers[0] if len(numbers) == 1 else "")
        said.get(number, []).append(message)
    errors = [message for message in reply.messages if message.is_error]
    if errors and not any(said.values()):
        raise CALL.refused(reply, errors)
    return said


def _word_on(number: str, said: list[Message]) -> Confirmation:
    """Sum up the words on one order: an ERROR counts most, a WARNING not at all."""
    word = min(said, key=_weight, default=Message("", "", ""))
    outcome = _outcome(word)
    next_step = {
        Outcome.REFUSED: advice.of((word,)),
        Outcome.UNKNOWN: advice.READ_THEN_DECIDE,
    }.get(outcome)
    reason = "。".join(text for text in (word.text, next_step) if text)
    return Confirmation(number, outcome, word.code, reason)


def _weight(message: Message) -> int:
    if message.is_error:
        return 0
    return 1 if message.code.endswith(CONFIRMED) else 2


def _outcome(word: Message) -> Outcome:
    if word.code.endswith(ALREADY):
        return Outcome.ALREADY
    if word.is_error:
        return Outcome.REFUSED
    return Outcome.CONFIRMED if word.code.endswith(CONFIRMED) else Outcome.UNKNOWN


NOTHING_KNOWN: Mapping[str, str] = MappingProxyType({})


class OrdersApi:
    """Orders of one shop: find, read, confirm."""

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
        *,
        date_type: int = 1,
        conditions: SearchFilter = EVERY_ORDER,
    ) -> Iterator[SearchPage]:
        """Yield every page of a span of any length; each order number once.

        Raises Refused at once, before any call, for a span that is backwards or begins
        over 730 days ago, and later when one minute holds 15,000 orders.
        """
        walk = Search(self._http, self._now, date_type, conditions)
        return walk.pages(since, until)

    def search(
        self,
        since: datetime,
        until: datetime,
        *,
        date_type: int = 1,
        conditions: SearchFilter = EVERY_ORDER,
    ) -> list[str]:
        """Give every order number of a span, or raise; never a silent subset."""
        pages = self.search_pages(
            since, until, date_type=date_type, conditions=conditions
        )
        return [number for page in pages for number in page.numbers]

    def get_chunks(
        self, numbers: Sequence[str], known: Mapping[str, str] = NOTHING_KNOWN
    ) -> Iterator[Fetched]:
        """Yield what came of each 100 orders, so that a caller can store as it goes."""
        return self._fetch.chunks(numbers, known)

    def get(
        self, numbers: Sequence[str], known: Mapping[str, str] = NOTHING_KNOWN
    ) -> Fetched:
        """Read every order asked for, or say of each that is missing why, or raise.

        `known` holds, by order number, the hash of an answer that was stored before;
        RMS answering the same again makes the order `same` and costs no reading.
        """
        return sum(self.get_chunks(numbers, known), start=Fetched())

    def confirm(self, numbers: Sequence[str]) -> list[Confirmation]:
        """Confirm up to 100 orders; a word on each, or Refused, or OutcomeUnknown."""
        return confirm(self._http, numbers)
