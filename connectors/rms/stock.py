"""A SKU, its level, and RMS's word on it (rms/inventory-and-license-api.md).

Stock at RMS: read and set, 1,000 and 400 SKUs a call (inventory API 2.0).

Only ABSOLUTE exists here: a RELATIVE call that is repeated counts twice (design.md
§6.5). RMS answers 204 for SKUs it does not know and for those it does: `sent` is not
`there`, and only `read` tells.

One bad entry refuses a whole call: find it, and let the others through.

RMS may name an entry by its place (`inventories[3].quantity`); whether it counts from 0
is not documented. So a name is a hint: the named go into a call of their own, and are
refused when that one is refused too, all of them named. When RMS takes them, names are
not looked at again. Then, and where RMS names nobody, the entries are halved.

The inventory API's answers (rms/inventory-and-license-api.md).
"""

import logging
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from pydantic import BeforeValidator, ValidationError

from connectors.rms import advice
from connectors.rms.answers import Call, Reply
from connectors.rms.errors import CredentialsRefused, Message, OutcomeUnknown, Refused
from connectors.rms.http import RmsHttp
from connectors.rms.order_wire import Wire
from connectors.rms.rates import Bucket
from data.model.japan_time import JapanTime

MOST = 99_999


@dataclass(frozen=True, order=True)
class SkuKey:
    """A SKU as RMS names it; it folds the manage number to lower case, so do we."""

    manage_number: str
    variant_id: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "manage_number", self.manage_number.lower())

    def wire(self) -> dict[str, str]:
        """Write the key by RMS's names."""
        return {"manageNumber": self.manage_number, "variantId": self.variant_id}


@dataclass(frozen=True)
class StockLevel:
    """The quantity a SKU shall have; ValueError outside 0–99,999."""

    manage_number: str
    variant_id: str
    quantity: int

    def __post_init__(self) -> None:
        if not 0 <= self.quantity <= MOST:
            raise ValueError(f"a stock level is 0 to {MOST}")

    @property
    def sku(self) -> SkuKey:
        """The SKU it is about."""
        return SkuKey(self.manage_number, self.variant_id)

    def wire(self) -> dict[str, str | int]:
        """Write the level by RMS's names."""
        return {**self.sku.wire(), "mode": "ABSOLUTE", "quantity": self.quantity}


class StockSeen(NamedTuple):
    """What RMS has of one SKU, and when that last changed, if it says so."""

    quantity: int
    updated: datetime | None


class StockOutcome(StrEnum):
    """What became of one SKU in a call; SENT is not yet seen to be there."""

    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class StockWord:
    """RMS's word on one SKU; UNKNOWN means read the stock, then decide."""

    sku: SkuKey
    outcome: StockOutcome
    code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class StockRead:
    """What RMS has. A SKU in neither was understood and does not exist there."""

    seen: Mapping[SkuKey, StockSeen] = field(default_factory=dict)
    refused: Sequence[StockWord] = ()


T = TypeVar("T")

PLACE = re.compile(r"[A-Za-z]+\[(\d{1,9})\]", re.ASCII)
BAD_REQUEST = 400
"""The only status that speaks of entries; another refusal is about the call."""

HOPELESS_AFTER = 16
"""Refusals that named nobody, before RMS took anything: then it is not an entry."""


@dataclass(frozen=True)
class Came(Generic[T]):
    """What came of some entries: taken with `reply`, refused as `said`, or in doubt."""

    entries: Sequence[T]
    reply: Reply | None = None
    said: Message | None = None


def isolate(
    entries: Sequence[T], send: Callable[[Sequence[T]], Reply]
) -> Iterator[Came[T]]:
    """Send the entries in as few calls as it takes; each ends in exactly one `Came`.

    A lost answer yields what was on its way as in doubt, then raises OutcomeUnknown:
    nothing is sent after it. Any other trouble is raised at once. Whether RMS takes the
    good entries of a call it refuses is not documented; they are sent again, so `send`
    must be a call that may be repeated after a refusal.
    """
    hints = _Hints()
    waiting = [(entries, False)] if entries else []
    while waiting:
        part, is_trial = waiting.pop()
        try:
            reply = send(part)
        except OutcomeUnknown:
            yield Came(part)
            raise
        except Refused as no:
            named = hints.read(len(part), no)
            if named is None:
                raise
            if len(part) in (1, len(named)):
                for place, entry in enumerate(part):
                    yield Came([entry], said=named.get(place, no.messages[0]))
            else:
                waiting += _parted(part, named)
        else:
            hints.took(is_trial=is_trial)
            yield Came(part, reply)


class _Hints:
    """What RMS's names are worth so far, and whether looking for bad ones is."""

    def __init__(self) -> None:
        self._are_wrong = False
        self._is_hopeless = True
        self._nameless = 0

    def read(self, many: int, no: Refused) -> dict[int, Message] | None:
        """Give the places RMS named, or None when entries are not what is wrong."""
        is_about_keys = isinstance(no, CredentialsRefused)
        if is_about_keys or no.status != BAD_REQUEST or not no.messages:
            return None
        named: dict[int, Message] = {}
        for message in () if self._are_wrong else no.messages:
            place = PLACE.match(message.property_path)
            if place and int(place[1]) < many:
                named.setdefault(int(place[1]), message)
        self._nameless += not named
        is_given_up = self._is_hopeless and self._nameless >= HOPELESS_AFTER
        return None if is_given_up else named

    def took(self, *, is_trial: bool) -> None:
        """Note that RMS took a part; if it had named those, its names are wrong."""
        self._is_hopeless = False
        self._are_wrong = self._are_wrong or is_trial


def _parted(
    part: Sequence[T], named: Collection[int]
) -> list[tuple[Sequence[T], bool]]:
    """Give two parts, the one to send next last, and whether each is a trial."""
    if not named:
        middle = len(part) // 2
        return [(part[middle:], False), (part[:middle], False)]
    others = [entry for place, entry in enumerate(part) if place not in named]
    return [(others, False), ([part[place] for place in sorted(named)], True)]


def _moment(text: Any) -> Any:
    return datetime.fromisoformat(text) if isinstance(text, str) else text


class RmsStock(Wire):
    """One SKU's row. Only the quantity is needed, so a missing time refuses nothing."""

    manage_number: str
    variant_id: str
    quantity: int
    updated: Annotated[JapanTime | None, BeforeValidator(_moment)] = None


class RmsStocks(Wire):
    """What bulk-get answers; SKUs that do not exist are not in it."""

    inventories: list[RmsStock]


READ_PATH = "/es/2.0/inventories/bulk-get"
WRITE_PATH = "/es/2.0/inventories/bulk-upsert"
READ = Call("inventories.bulk.get", bucket=Bucket.STOCK_READ)
WRITE = Call(
    "inventories.bulk.upsert",
    is_write=True,
    bucket=Bucket.STOCK_WRITE,
    if_unsure=advice.READ_STOCK_THEN_DECIDE,
)
READ_AT_ONCE = 1000
WRITE_AT_ONCE = 400

log = logging.getLogger(__name__)


class InventoryApi:
    """Stock of one shop."""

    def __init__(self, http: RmsHttp) -> None:
        self._http = http

    def read(self, skus: Sequence[SkuKey]) -> StockRead:
        """Read the SKUs' quantities, or raise; never a silent subset.

        A key RMS cannot read is `refused` with its reason; the others are read.
        """
        distinct = list(dict.fromkeys(skus))
        seen: dict[SkuKey, StockSeen] = {}
        refused: list[StockWord] = []
        for start in range(0, len(distinct), READ_AT_ONCE):
            for came in isolate(distinct[start : start + READ_AT_ONCE], self._get):
                if came.reply is not None:
                    seen |= _seen(came.reply, came.entries)
                refused += _refused(came.entries, came)
        return StockRead(seen, tuple(refused))

    def write(self, levels: Sequence[StockLevel]) -> list[StockWord]:
        """Set every level and give RMS's word on each, in the order given, or raise.

        See `write_chunks`, which also tells what was done before it raised.
        """
        said = {word.sku: word for words in self.write_chunks(levels) for word in words}
        return [said[level.sku] for level in levels]

    def write_chunks(self, levels: Sequence[StockLevel]) -> Iterator[list[StockWord]]:
        """Set the levels, 400 a call, and yield RMS's words as soon as they are known.

        A lost answer yields that call's SKUs as UNKNOWN and then raises OutcomeUnknown;
        nothing is sent after it. SKUs without a word were not sent, or only in a call
        that was refused, which RMS may or may not take in part. ValueError, before any
        call, for a SKU that is there twice.
        """
        if len({level.sku for level in levels}) < len(levels):
            raise ValueError("a SKU has two levels in one write")
        return self._writing(levels)

    def _writing(self, levels: Sequence[StockLevel]) -> Iterator[list[StockWord]]:
        for start in range(0, len(levels), WRITE_AT_ONCE):
            chunk = levels[start : start + WRITE_AT_ONCE]
            for came in isolate(chunk, self._upsert):
                skus = [level.sku for level in came.entries]
                if came.reply is not None:
                    yield [StockWord(sku, StockOutcome.SENT) for sku in skus]
                else:
                    yield _refused(skus, came) or [
                        StockWord(sku, StockOutcome.UNKNOWN, "", WRITE.if_unsure)
                        for sku in skus
                    ]

    def _get(self, skus: Sequence[SkuKey]) -> Reply:
        return self._http.post(
            READ, READ_PATH, {"inventories": [sku.wire() for sku in skus]}
        )

    def _upsert(self, levels: Sequence[StockLevel]) -> Reply:
        reply = self._http.post(
            WRITE, WRITE_PATH, {"inventories": [level.wire() for level in levels]}
        )
        if reply.status != 204:
            raise WRITE.unusable("the answer is not 204", reply)
        return reply


def _refused(
    skus: Sequence[SkuKey], came: Came[SkuKey] | Came[StockLevel]
) -> list[StockWord]:
    if came.said is None:
        return []
    code, reason = came.said.code, advice.reason(came.said)
    return [StockWord(sku, StockOutcome.REFUSED, code, reason) for sku in skus]


def _seen(reply: Reply, asked: Sequence[SkuKey]) -> dict[SkuKey, StockSeen]:
    """Read the rows, or raise; one SKU with two quantities is no answer."""
    try:
        rows = RmsStocks.model_validate(reply.body).inventories
    except ValidationError as error:
        places = ", ".join(".".join(map(str, e["loc"])) for e in error.errors())
        raise READ.unusable(f"unreadable: {places}", reply) from None
    wanted, seen = set(asked), dict[SkuKey, StockSeen]()
    for sku, row in ((_sku(row), row) for row in rows):
        there = seen.setdefault(sku, StockSeen(row.quantity, row.updated))
        if there.quantity != row.quantity:
            raise READ.unusable("one SKU has two quantities", reply)
    if unasked := len(seen.keys() - wanted):
        log.warning("%s: %d SKUs nobody asked for", READ.function, unasked)
    return {sku: seen[sku] for sku in asked if sku in seen}


def _sku(row: RmsStock) -> SkuKey:
    return SkuKey(row.manage_number, row.variant_id)
