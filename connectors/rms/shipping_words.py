"""RMS's words on a shipping report, order by order and row by row (§1.6, 1.7, 4.2b)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from connectors.rms import advice
from connectors.rms.messages import Message


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
