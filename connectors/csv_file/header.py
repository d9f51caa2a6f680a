"""The first record: column names and how the file is written (csv/formats.md §2)."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from connectors.csv_file.decoding import Decoded
from connectors.csv_file.refusal import DOWNLOAD_AGAIN, CsvRefused, Position
from connectors.csv_file.tokens import tokens

TABS: Final = 10
"""More tabs than this in the first line: the file is TSV and its quotes are text."""

_LONGEST: Final = 1 << 20


def plain(name: str) -> str:
    """A column's name as it is compared; full-width digits equal the others."""
    return unicodedata.normalize("NFKC", name).strip()


@dataclass(frozen=True)
class Header:
    """Column names in file order, trailing empty ones left out."""

    cells: tuple[bytes, ...]
    width: int
    tab: bool
    all_quoted: bool
    line_end: bytes

    @property
    def delimiter(self) -> bytes:
        """What stands between cells."""
        return b"\t" if self.tab else b","

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names as compared."""
        return tuple(plain(cell.decode()) for cell in self.cells)

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(self.names)

    def has(self, column: str) -> bool:
        """Whether a column of this name is present."""
        return self._counts[plain(column)] > 0

    def times(self, column: str) -> int:
        """How often a column of this name is present."""
        return self._counts[plain(column)]

    def index(self, column: str, nth: int = 1) -> int | None:
        """Where the nth column of this name stands, counting from 0, or None."""
        name = plain(column)
        places = [at for at, other in enumerate(self.names) if other == name]
        return places[nth - 1] if len(places) >= nth else None


def split_header(chunks: Iterator[Decoded]) -> tuple[Header, Decoded]:
    """Take the header off the front; the rest of what was read comes back with it."""
    text, rubbish = b"", False
    line: bytes | None = None
    for chunk in chunks:
        text += chunk.utf8
        rubbish |= chunk.rubbish
        line = _first_record(text)
        if line is not None or len(text) > _LONGEST:
            break
    if line is None:
        line = _unended(text)
    rest = Decoded(text[len(line) :], rubbish)
    return _header(line), rest


def _first_record(text: bytes) -> bytes | None:
    is_tsv = text.count(b"\t", 0, text.find(b"\n") + 1) > TABS
    start = quotes = 0
    while (end := text.find(b"\n", start)) >= 0:
        quotes += text.count(b'"', start, end)
        if is_tsv or quotes % 2 == 0:
            return text[: end + 1]
        start = end + 1
    return None


def _unended(text: bytes) -> bytes:
    """A file of one record without line end, if it is that."""
    if b"\r" in text:
        raise CsvRefused(
            "bare-cr",
            "改行が CR だけのファイルは読めません。",
            advice=DOWNLOAD_AGAIN,
            english="lines end in CR alone",
        )
    if len(text) > _LONGEST or text.count(b'"') % 2:
        raise malformed(1)
    return text


def _header(line: bytes) -> Header:
    ending = b"\r\n" if line.endswith(b"\r\n") else b"\n"
    bare = line.removesuffix(b"\n").removesuffix(b"\r")
    tab = bare.count(b"\t") > TABS
    if tab:
        cells = bare.split(b"\t")
    else:
        found = tokens(bare, b",")
        if found.broken_at is not None or found.open_at is not None:
            raise malformed(1)
        cells = found.records[0].cells if found.records else []
    names = list(cells)
    while names and not names[-1].strip():
        names.pop()
    is_quoted = not tab and bare.startswith(b'"') and bare.count(b'"') == 2 * len(cells)
    return Header(tuple(names), len(cells), tab, is_quoted, ending)


def malformed(row: int) -> CsvRefused:
    """The refusal of a file whose quotes do not pair, seen at this row."""
    return CsvRefused(
        "malformed",
        f'{row:,} 行目で引用符(")の対応が崩れています。途中が欠けた可能性があります。',
        advice=DOWNLOAD_AGAIN,
        english=f"quotes do not pair in row {row}",
        position=Position(row=row),
    )
