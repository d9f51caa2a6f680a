"""Stock at RMS: read and set, 1,000 and 400 SKUs a call (inventory API 2.0).

Only ABSOLUTE exists here: a RELATIVE call that is repeated counts twice (design.md
§6.5). RMS answers 204 for SKUs it does not know and for those it does: `sent` is not
`there`, and only `read` tells.
"""

import logging
from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from connectors.rms import advice
from connectors.rms.answers import Call, Reply
from connectors.rms.http import RmsHttp
from connectors.rms.isolate import Came, isolate
from connectors.rms.rates import Bucket
from connectors.rms.stock import (
    SkuKey,
    StockLevel,
    StockOutcome,
    StockRead,
    StockSeen,
    StockWord,
)
from connectors.rms.wire_inventory import RmsStock, RmsStocks

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
