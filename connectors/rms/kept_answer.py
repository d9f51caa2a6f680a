"""An order of RMS's answer as it is kept: whole but for cards, and packed small.

A field that nobody reads today is there tomorrow, without a call: RMS forgets after 730
days. What it holds is people's; `order_answers` is the only place for it.

An answer alone shrinks to less than half; beside an invented one, whose names all
answers share, to a twelfth. The files that it was packed beside are part of it, so none
of them ever changes (ADR 29).
"""

import re
import sys
import zlib
from pathlib import Path
from typing import Any, Final

import orjson

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_CARD: Final = re.compile("card", re.IGNORECASE)
"""How RMS begins the name of whatever tells of a card (docs/rms/order-api.md §3.5)."""
_CARDS: Final = "SettlementModel"
_HERE: Final = Path(__file__)
_SHARED: Final = zstd.ZstdDict(_HERE.with_name("kept_answer.dict").read_bytes())
"""The invented order, and the frequency of each sign and distance in an answer."""
_PACKING: Final = zstd.ZstdCompressor(
    options={
        zstd.CompressionParameter.compression_level: 3,
        zstd.CompressionParameter.checksum_flag: 1,
    },
    zstd_dict=_SHARED.as_digested_dict,
)
"""For all threads: it packs one order at a time, each by itself. Level 1 takes as long
and an eighth more room; 4 takes twice as long for a twentieth less."""
_FRAME: Final = b"\x28\xb5\x2f\xfd"
"""How whatever zstd packed begins, and nothing that zlib did."""
_SHARED_BY_ZLIB: Final = _HERE.with_name("kept_answer.json").read_bytes()
_WINDOW_BY_ZLIB: Final = 13


def pack(entry: dict[str, Any]) -> bytes:
    """Return an order of OrderModelList without card data, packed."""
    return _PACKING.compress(_text(entry), _PACKING.FLUSH_FRAME)


def unpack(packed: bytes) -> dict[str, Any]:
    """Return the order that was packed, by this juchu or by one that used zlib.

    Raises:
        zstd.ZstdError: the bytes are damaged, or another shared file's.
        zlib.error: they are nothing that was packed here.

    """
    if packed.startswith(_FRAME):
        text = zstd.decompress(packed, zstd_dict=_SHARED)
    else:
        unpacking = zlib.decompressobj(_WINDOW_BY_ZLIB, _SHARED_BY_ZLIB)
        text = unpacking.decompress(packed) + unpacking.flush()
    entry: dict[str, Any] = orjson.loads(text)
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
