"""Requests to be forgotten, in a file of their own: a backup may be older than them.

    forgotten.jsonl   beside the warehouse, a line for each request: when, who did it,
                      the orders, and keyed hashes of the buyer; nothing of a person

A line is on disk before anything is cleared, and none is ever changed. A restore clears
the orders of every line again. The file is in no backup.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from data.model.buyer import OrderKey

FILE: Final = "forgotten.jsonl"


class Request(NamedTuple):
    """A buyer who asked: which orders were cleared, and by what the buyer is known."""

    at: datetime
    who: str
    orders: tuple[OrderKey, ...]
    hashes: tuple[str, ...]
    key_hash: str


def note_request(warehouse: Path, request: Request) -> None:
    """Add a request; it is on disk when this returns.

    Raises:
        OSError: it could not be written.

    """
    told = {**request._asdict(), "at": request.at.isoformat()}
    # A line that a kill or a full disk cut off ends before ours begins.
    line = f"\n{json.dumps(told, ensure_ascii=False)}\n"
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
    number = os.open(warehouse.with_name(FILE), flags, 0o600)
    with os.fdopen(number, "ab") as file:
        file.write(line.encode())
        file.flush()  # a disk that fills in the middle takes a part, and then says so
        os.fsync(number)


def requests_beside(warehouse: Path) -> Sequence[Request]:
    """Return the requests, the oldest first; none where the file is gone."""
    try:
        written = warehouse.with_name(FILE).read_text("utf-8", "replace")
    except FileNotFoundError:
        return []
    # Not splitlines(), which ends a line within a name at signs that JSON leaves alone.
    return [*_read(written.split("\n"))]


def _read(lines: Sequence[str]) -> Iterator[Request]:
    for line in lines:
        with suppress(ValueError, TypeError, KeyError):  # cut off: it cleared nothing
            told = json.loads(line)
            yield Request(
                datetime.fromisoformat(told["at"]),
                told["who"],
                tuple(OrderKey(*key) for key in told["orders"]),
                tuple(told["hashes"]),
                told["key_hash"],
            )
