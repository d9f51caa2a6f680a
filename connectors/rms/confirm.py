"""confirmOrder (注文確認): a write with no way back (rms/order-api.md §4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from connectors.rms import advice
from connectors.rms.answers import Call, Reply
from connectors.rms.http import RmsHttp
from connectors.rms.messages import Message

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
