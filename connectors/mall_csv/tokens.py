"""RFC 4180 to the letter, for the few records that the fast path does not vouch for.

A quote stands at both ends of a cell or doubled within a quoted one, and nowhere else:
anything else is what a lost byte leaves behind.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

_UNCLOSED: Final = re.compile(rb'"[^"]*+(?:""[^"]*+)*+\Z')


@dataclass(frozen=True)
class Record:
    """The cells of one record and where it stands in the text."""

    cells: list[bytes]
    start: int
    end: int


@dataclass(frozen=True)
class Tokens:
    """Whole records, and why reading stopped before the end, if it did.

    `open_at`: start of a record whose last quote is still open. `broken_at`: offset of
    a character that no well-formed CSV has there.
    """

    records: list[Record]
    open_at: int | None = None
    broken_at: int | None = None


@cache
def _cell(delimiter: bytes) -> re.Pattern[bytes]:
    d = re.escape(delimiter)
    return re.compile(
        rb'(?:"([^"]*+(?:""[^"]*+)*+)"|([^"\r\n' + d + rb"]*+))(" + d + rb"|\r?\n|\Z)"
    )


def tokens(text: bytes, delimiter: bytes) -> Tokens:
    """Read every record of `text`; a last one without line end counts as whole."""
    match = _cell(delimiter).match
    records: list[Record] = []
    cells: list[bytes] = []
    start = at = 0
    while at < len(text) or cells:
        found = match(text, at)
        if found is None:
            if _UNCLOSED.match(text, at):
                return Tokens(records, open_at=start)
            return Tokens(records, broken_at=at)
        quoted, bare, after = found.groups()
        cells.append(bare if quoted is None else quoted.replace(b'""', b'"'))
        at = found.end()
        if after != delimiter:
            records.append(Record(cells, start, found.start(3)))
            cells, start = [], at
    return Tokens(records)


def width(record: bytes) -> int | None:
    """How many cells a record has, None if its quotes are wrong; fast for few quotes.

    Between quotes, text is within and without a cell by turns. Without, it begins and
    ends with a delimiter (or the record's end), or is nothing: a doubled quote.
    """
    parts = record.split(b'"')
    outside = parts[::2]
    if len(parts) % 2 == 0:
        return None
    if len(outside) > 1 and not (_is_end(outside[0][-1:]) and _is_end(outside[-1][:1])):
        return None
    if not all(_is_end(part[:1]) and _is_end(part[-1:]) for part in outside[1:-1]):
        return None
    bare = b"".join(outside)
    return None if b"\n" in bare or b"\r" in bare else bare.count(b",") + 1


def _is_end(char: bytes) -> bool:
    return char in {b"", b","}


def quoted(cells: list[bytes], delimiter: bytes) -> bytes:
    """Write cells so that any reader gives them back."""
    return delimiter.join(b'"' + cell.replace(b'"', b'""') + b'"' for cell in cells)
