"""An order of RMS's answer as it is kept: whole but for cards, and packed small.

A field that nobody reads today is there tomorrow, without a call: RMS forgets after 730
days. What it holds is people's; `order_answers` is the only place for it.

An answer alone shrinks to less than half; beside an invented one, whose names all
answers share, to a ninth. That file is part of every packed answer: zlib knows it by
its checksum and unpacks nothing beside another, so it never changes.
"""

import re
import zlib
from pathlib import Path
from typing import Any, Final

import orjson

_CARD: Final = re.compile("card", re.IGNORECASE)
"""How RMS begins the name of whatever tells of a card (docs/rms/order-api.md §3.5)."""
_CARDS: Final = "SettlementModel"
_SHARED: Final = Path(__file__).with_name("kept_answer.json").read_bytes()
_WINDOW: Final = 13
"""As a power of two, the bytes looked back on: the shared file, then the order."""
_MEMORY: Final = 6
_LEVEL: Final = 3
"""A fifth smaller than with 1 in the same time; above it each byte less costs more."""
_FRESH: Final = zlib.compressobj(
    _LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY, zlib.Z_DEFAULT_STRATEGY, _SHARED
)
"""To be copied: taking in the shared file takes longer than packing an order."""


def pack(entry: dict[str, Any]) -> bytes:
    """Return an order of OrderModelList without card data, packed."""
    packing = _FRESH.copy()
    return packing.compress(_text(entry)) + packing.flush()


def unpack(packed: bytes) -> dict[str, Any]:
    """Return the order that was packed; zlib.error for other bytes."""
    unpacking = zlib.decompressobj(_WINDOW, _SHARED)
    entry: dict[str, Any] = orjson.loads(
        unpacking.decompress(packed) + unpacking.flush()
    )
    return entry


def _text(entry: dict[str, Any]) -> bytes:
    """Return an order as JSON; cards are looked for where they stand, then anywhere."""
    text = orjson.dumps(entry | {_CARDS: without_cards(entry.get(_CARDS))})
    if b'"card' in text.lower():
        text = orjson.dumps(without_cards(entry))
    return text


def without_cards(value: Any) -> Any:
    """Return an answer without what tells of a card, at whatever depth."""
    if isinstance(value, dict):
        return {
            name: without_cards(part)
            for name, part in value.items()
            if not _CARD.match(name)
        }
    if isinstance(value, list):
        return [without_cards(part) for part in value]
    return value
