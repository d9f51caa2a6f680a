"""Stock at RMS: read and set, 1,000 and 400 SKUs a call (inventory API 2.0).

Quantities are only ever set ABSOLUTE: a RELATIVE call that is repeated counts twice.
RMS answers 204 to a write of a SKU it does not have, too, so SENT does not mean that
the mall shows the level; only `StockApi.read` proves it
(docs/rms/inventory-and-license-api.md §4).

One bad entry refuses a whole call, so `isolate` finds it and lets the others through.
"""

import logging
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Generic, NamedTuple, TypeVar

from pydantic import BeforeValidator, ValidationError

from connectors.rms import error_words
from connectors.rms.answers import Reply, RmsFunction
from connectors.rms.errors import CredentialsRefused, OutcomeUnknown, Refused
from connectors.rms.http import RmsHttp
from connectors.rms.messages import RmsMessage
from connectors.rms.pace import Bucket
from connectors.rms.wire import Extra, Number, Wire, moment_or_none, unreadable
from data.model.japan_time import JapanTime
from data.model.notice import UNREADABLE
from data.model.stock import MOST_UNITS, Listing

READ_PATH = "/es/2.0/inventories/bulk-get"
WRITE_PATH = "/es/2.0/inventories/bulk-upsert"
READ = RmsFunction("inventories.bulk.get", bucket=Bucket.STOCK_READ)
WRITE = RmsFunction(
    "inventories.bulk.upsert",
    is_write=True,
    bucket=Bucket.STOCK_WRITE,
    if_unsure=error_words.READ_STOCK_THEN_DECIDE,
)
READ_AT_ONCE = 1000
WRITE_AT_ONCE = 400

PLACE = re.compile(r"[A-Za-z]+\[(\d{1,9})\]", re.ASCII)
"""How RMS names an entry of a call, e.g. `inventories[3].quantity`."""

BAD_REQUEST = 400
"""The only status by which RMS refuses entries; any other is about the whole call. So
is this one where it comes from the gateway, or with a code that no entry can cause."""

HOPELESS_AFTER = 16
"""After so many refusals that name no entry, and none taken, no entry is at fault."""

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class ListingLevel:
    """The quantity to set for a listing; ValueError outside 0–99,999."""

    listing: Listing
    quantity: int

    def __post_init__(self) -> None:
        if not 0 <= self.quantity <= MOST_UNITS:
            raise ValueError(f"a stock level is 0 to {MOST_UNITS}")

    def wire(self) -> dict[str, str | int]:
        """Return the level by RMS's names."""
        return {**_key(self.listing), "mode": "ABSOLUTE", "quantity": self.quantity}


class StockSeen(NamedTuple):
    """The quantity RMS has of a listing, and when it last changed, if RMS says so."""

    quantity: int
    updated: datetime | None


class StockOutcome(StrEnum):
    """What became of one listing in a call; SENT is not proven to show."""

    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class StockResult:
    """RMS's answer about one listing; UNKNOWN means read the stock, then decide."""

    listing: Listing
    outcome: StockOutcome
    code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class StockRead:
    """What RMS has; a listing asked for and in neither field does not exist there."""

    seen: Mapping[Listing, StockSeen] = field(default_factory=dict)
    refused: Sequence[StockResult] = ()


class StockApi:
    """The stock of one shop."""

    def __init__(self, http: RmsHttp) -> None:
        self._http = http

    def read(self, listings: Sequence[Listing]) -> StockRead:
        """Read the listings' quantities, or raise RmsTrouble; never a silent subset.

        A key that RMS cannot read is `refused` with its reason, and so is a listing
        whose row we cannot read; the others are read.
        """
        distinct = list(dict.fromkeys(listings))
        seen: dict[Listing, StockSeen] = {}
        refused: list[StockResult] = []
        for start in range(0, len(distinct), READ_AT_ONCE):
            for part in isolate(distinct[start : start + READ_AT_ONCE], self._get):
                if part.reply is None:
                    refused += _refused(part.entries, part)
                    continue
                read = _read(part.reply, part.entries)
                seen |= read.seen
                refused += read.refused
        return StockRead(seen, tuple(refused))

    def write(self, levels: Sequence[ListingLevel]) -> list[StockResult]:
        """Set every level and return RMS's answers in the order given, or raise.

        `write_chunks` also reports what was done before it raised.
        """
        by_listing = {
            result.listing: result
            for results in self.write_chunks(levels)
            for result in results
        }
        return [by_listing[level.listing] for level in levels]

    def try_permission(self) -> None:
        """Send a write of no SKU: refused by its form where the function is on.

        Nothing can be written by it. Raises RmsTrouble, as every answer is.
        """
        self._http.post(WRITE, WRITE_PATH, {"inventories": []})

    def write_chunks(
        self, levels: Sequence[ListingLevel]
    ) -> Iterator[list[StockResult]]:
        """Set the levels, 400 a call, and yield RMS's answers as soon as they come.

        A lost answer yields that call's listings as UNKNOWN and then raises
        OutcomeUnknown; nothing is sent after it. A listing without a result was not
        sent, or only in a call that was refused, which RMS may or may not take in part.
        ValueError, before any call, for a listing that is there twice.
        """
        if len({level.listing for level in levels}) < len(levels):
            raise ValueError("a listing has two levels in one write")
        return self._writing(levels)

    def _writing(self, levels: Sequence[ListingLevel]) -> Iterator[list[StockResult]]:
        for start in range(0, len(levels), WRITE_AT_ONCE):
            chunk = levels[start : start + WRITE_AT_ONCE]
            for part in isolate(chunk, self._upsert):
                listings = [level.listing for level in part.entries]
                if part.reply is not None:
                    yield [StockResult(one, StockOutcome.SENT) for one in listings]
                else:
                    yield _refused(listings, part) or [
                        StockResult(one, StockOutcome.UNKNOWN, "", WRITE.if_unsure)
                        for one in listings
                    ]

    def _get(self, listings: Sequence[Listing]) -> Reply:
        return self._http.post(
            READ, READ_PATH, {"inventories": [_key(one) for one in listings]}
        )

    def _upsert(self, levels: Sequence[ListingLevel]) -> Reply:
        reply = self._http.post(
            WRITE, WRITE_PATH, {"inventories": [level.wire() for level in levels]}
        )
        if reply.status != 204:
            raise WRITE.unusable("応答がHTTP 204ではありません", reply)
        return reply


class RmsKey(Wire):
    """The listing that a row of bulk-get is about."""

    manage_number: str
    variant_id: str


class RmsStock(RmsKey):
    """One row of bulk-get. A time that cannot be read is none: the quantity counts."""

    quantity: Number
    updated: Extra[Annotated[JapanTime, BeforeValidator(moment_or_none)]] = None


def _read(reply: Reply, asked: Sequence[Listing]) -> StockRead:
    """Parse the rows of the listings asked for; SKUs that do not exist have none.

    A listing whose row cannot be read is refused alone. A row that does not even say of
    which listing it is may be that of any listing without a row: then it is not known
    that RMS lacks one of those.
    """
    rows = reply["inventories"]
    if not isinstance(rows, list):
        raise READ.unusable("応答に在庫数の一覧(inventories)がありません", reply)
    told: dict[Listing, StockSeen] = {}
    bad: dict[Listing, str] = {}
    nameless = ""
    for row in rows:
        try:
            listing = _listing(RmsKey.model_validate(row))
        except ValidationError as error:
            nameless = nameless or unreadable(error, "行")
            continue
        try:
            one = RmsStock.model_validate(row)
        except ValidationError as error:
            bad[listing] = unreadable(error, "行")
            continue
        there = told.setdefault(listing, StockSeen(one.quantity, one.updated))
        if there.quantity != one.quantity:
            bad[listing] = "同じSKUに異なる在庫数が返されました"
    if nameless:
        bad |= dict.fromkeys(set(asked) - told.keys() - bad.keys(), nameless)
    if unasked := len((told.keys() | bad.keys()) - set(asked)):
        log.warning("%s: %d SKUs nobody asked for", READ.name, unasked)
    return StockRead(
        {one: told[one] for one in asked if one in told and one not in bad},
        [_unreadable(one, bad[one]) for one in asked if one in bad],
    )


def _unreadable(listing: Listing, why: str) -> StockResult:
    reason = f"{why}。対処: {error_words.SHAPE_CHANGED}"
    return StockResult(listing, StockOutcome.REFUSED, UNREADABLE, reason)


def _listing(row: RmsKey) -> Listing:
    return Listing(manage_number=row.manage_number, variant_id=row.variant_id)


def _key(listing: Listing) -> dict[str, str]:
    return {"manageNumber": listing.manage_number, "variantId": listing.variant_id}


def _refused(
    listings: Sequence[Listing], part: "CallPart[Listing] | CallPart[ListingLevel]"
) -> list[StockResult]:
    if part.refusal is None:
        return []
    code, reason = part.refusal.code, error_words.reason_of(part.refusal)
    return [StockResult(one, StockOutcome.REFUSED, code, reason) for one in listings]


@dataclass(frozen=True)
class CallPart(Generic[T]):
    """Some entries of a call: taken (`reply`), refused (`refusal`), or in doubt."""

    entries: Sequence[T]
    reply: Reply | None = None
    refusal: RmsMessage | None = None


def isolate(
    entries: Sequence[T], send: Callable[[Sequence[T]], Reply]
) -> Iterator[CallPart[T]]:
    """Send the entries in few calls, and yield each in exactly one `CallPart`.

    RMS names an entry by its place, counted from 0 (§4), but does not have to, and no
    live answer was seen. So a name is a hint: the named entries go into a call of their
    own, and count as refused only when that call is refused with all of them named. If
    RMS takes them instead, its names are not looked at again. Then, and where RMS names
    nobody, the entries are halved.

    A lost answer yields the entries on their way as in doubt, then raises
    OutcomeUnknown: nothing is sent after it. Any other trouble is raised at once.
    Whether RMS takes the good entries of a call it refuses is not documented; they are
    sent again, so `send` must be a call that may be repeated after a refusal.
    """
    hints = _Hints()
    waiting = [(entries, False)] if entries else []
    while waiting:
        part, is_trial = waiting.pop()
        try:
            reply = send(part)
        except OutcomeUnknown:
            yield CallPart(part)
            raise
        except Refused as refusal:
            named = hints.read(len(part), refusal)
            if named is None:
                raise
            if len(part) in (1, len(named)):
                for place, entry in enumerate(part):
                    message = named.get(place, refusal.messages[0])
                    yield CallPart([entry], refusal=message)
            else:
                waiting += _split(part, named)
        else:
            hints.record_taken(is_trial=is_trial)
            yield CallPart(part, reply)


class _Hints:
    """Whether RMS names the right entries, and whether the search can still succeed."""

    def __init__(self) -> None:
        self._are_wrong = False
        self._is_hopeless = True
        self._nameless = 0

    def read(self, many: int, refusal: Refused) -> dict[int, RmsMessage] | None:
        """Return the named places of `many` entries; None when no entry is at fault."""
        is_about_keys = isinstance(refusal, CredentialsRefused)
        if is_about_keys or refusal.status != BAD_REQUEST or not refusal.messages:
            return None
        if refusal.is_about_the_call:
            return None
        named: dict[int, RmsMessage] = {}
        for message in () if self._are_wrong else refusal.messages:
            place = PLACE.match(message.property_path)
            if place and int(place[1]) < many:
                named.setdefault(int(place[1]), message)
        self._nameless += not named
        is_given_up = self._is_hopeless and self._nameless >= HOPELESS_AFTER
        return None if is_given_up else named

    def record_taken(self, *, is_trial: bool) -> None:
        """Record that RMS took a part; if it had named those, its names are wrong."""
        self._is_hopeless = False
        self._are_wrong = self._are_wrong or is_trial


def _split(part: Sequence[T], named: Collection[int]) -> list[tuple[Sequence[T], bool]]:
    """Return two parts, the one to send next last, and whether each is a trial."""
    if not named:
        middle = len(part) // 2
        return [(part[middle:], False), (part[:middle], False)]
    others = [entry for place, entry in enumerate(part) if place not in named]
    return [(others, False), ([part[place] for place in sorted(named)], True)]
