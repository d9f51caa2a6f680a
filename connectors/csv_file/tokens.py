"""RFC 4180 to the letter, for the few records that two counts do not vouch for.

A quote stands at both ends of a cell, or doubled within a quoted one, and nowhere else:
a quote in any other place is what a lost byte leaves behind.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

_CELL: Final = re.compile(rb'(?:"([^"]*+(?:""[^"]*+)*+)"|([^",\r\n]*+))(,|\r?\n|\Z)')
_UNCLOSED: Final = re.compile(rb'"[^"]*+(?:""[^"]*+)*+\Z')


@dataclass(frozen=True)
class Record:
    """The cells of one record and where it stands in the text."""

    cells: list[bytes]
    start: int
    end: int


@dataclass(frozen=True)
class Tokens:
    """Whole records, and why parsing stopped before the end, if it did.

    `open_at`: start of a record whose last quote is still open. `broken_at`: offset of
    a character that no well-formed CSV has there.
    """

    records: list[Record]
    open_at: int | None = None
    broken_at: int | None = None


def tokens(text: bytes) -> Tokens:
    """Parse every record of `text`; a last one without line end counts as whole."""
    records: list[Record] = []
    cells: list[bytes] = []
    start = at = 0
    while at < len(text) or cells:
        found = _CELL.match(text, at)
        if found is None:
            if _UNCLOSED.match(text, at):
                return Tokens(records, open_at=start)
            return Tokens(records, broken_at=at)
        quoted, bare, after = found.groups()
        cells.append(bare if quoted is None else quoted.replace(b'""', b'"'))
        at = found.end()
        if after != b",":
            records.append(Record(cells, start, found.start(3)))
            cells, start = [], at
    return Tokens(records)


@cache
def _record(width: int) -> re.Pattern[bytes]:
    cell = rb'(?:"[^"]*+(?:""[^"]*+)*+"|[^",\r\n]*+)'
    return re.compile(cell + rb"(?:,%s){%d}+" % (cell, width - 1))


def is_record(text: bytes, width: int) -> bool:
    """Return whether the text is one comma-separated record of so many cells; fast."""
    return _record(width).fullmatch(text) is not None


def quoted(cells: list[bytes], delimiter: bytes) -> bytes:
    """Return the cells as one record, every cell in quotes."""
    return delimiter.join(b'"' + cell.replace(b'"', b'""') + b'"' for cell in cells)
