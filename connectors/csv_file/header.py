"""The header: column names, and how the file is written (docs/order-files.md §2)."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from connectors.csv_file.decoding import UNDEFINED, Decoded
from connectors.csv_file.place import TABS, is_of_tabs
from connectors.csv_file.refusal import CsvRefused, Position, names_joined
from connectors.csv_file.tokens import tokens

_LONGEST: Final = 1 << 20
_NAMED: Final = 10
"""Unknown columns that a notice names; it counts the others."""
_ALL: Final = 500
"""Those that a refusal names: more than a file of any mall has."""


def compared(name: str) -> str:
    """Return a column's name as it is compared; full-width digits equal the others."""
    return unicodedata.normalize("NFKC", name).strip()


@dataclass(frozen=True)
class Header:
    """Column names in file order without trailing empty ones, and the file's form.

    `width` counts the empty ones, too: a record has so many cells.
    """

    cells: tuple[bytes, ...]
    width: int
    tab: bool
    all_quoted: bool
    line_end: bytes

    @cached_property
    def nothing(self) -> bytes:
        """All that a blank record is made of: quotes, white space and delimiters."""
        return b'" \t\n\r\v\f' + self.delimiter

    @property
    def delimiter(self) -> bytes:
        """The character between cells."""
        return b"\t" if self.tab else b","

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names as they are compared."""
        return tuple(compared(cell.decode()) for cell in self.cells)

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(self.names)

    def has(self, column: str) -> bool:
        """Return whether a column of this name is present."""
        return self._counts[compared(column)] > 0

    def times(self, column: str) -> int:
        """Return how often a column of this name is present."""
        return self._counts[compared(column)]

    def index(self, column: str, nth: int = 1) -> int | None:
        """Return the place of the nth column of this name, from 0; None if absent."""
        name = compared(column)
        places = [at for at, other in enumerate(self.names) if other == name]
        return places[nth - 1] if len(places) >= nth else None


def split_header(chunks: Iterator[Decoded], advice: str) -> tuple[Header, Decoded]:
    """Return the header, and the rest of the chunks read to find its end.

    `advice` goes into the refusal of a file without a readable first record.
    """
    text, rubbish = b"", False
    line: bytes | None = None
    for chunk in chunks:
        text += chunk.utf8
        rubbish |= chunk.rubbish
        line = _first_record(text)
        if line is not None or len(text) > _LONGEST:
            break
    if line is None:
        line = _only_record(text, advice)
    if UNDEFINED.encode() in line:
        raise CsvRefused(
            "undecodable",
            "見出し(1行目)に、文字コード上の不正な文字が含まれています。",
            advice=advice,
            position=Position(row=1),
        )
    return _header(line, advice), Decoded(text[len(line) :], rubbish)


def _first_record(text: bytes) -> bytes | None:
    is_tsv = is_of_tabs(text)
    start = quotes = 0
    while (end := text.find(b"\n", start)) >= 0:
        quotes += text.count(b'"', start, end)
        if is_tsv or quotes % 2 == 0:
            return text[: end + 1]
        start = end + 1
    return None


def _only_record(text: bytes, advice: str) -> bytes:
    """Return the text as a file of one record without line end, or refuse it."""
    if text.count(b"\r") > text.count(b"\r\n"):
        raise CsvRefused(
            "bare-cr",
            "改行コードが CR だけのファイルには対応していません。",
            advice=advice,
        )
    if len(text) > _LONGEST or text.count(b'"') % 2:
        raise malformed(1, advice)
    return text


def _header(line: bytes, advice: str) -> Header:
    ending = b"\r\n" if line.endswith(b"\r\n") else b"\n"
    bare = line.removesuffix(b"\n").removesuffix(b"\r")
    tab = bare.count(b"\t") > TABS
    if tab:
        cells = bare.split(b"\t")
    else:
        found = tokens(bare)
        if found.broken_at is not None or found.open_at is not None:
            raise malformed(1, advice)
        cells = found.records[0].cells if found.records else []
    names = list(cells)
    while names and not names[-1].strip():
        names.pop()
    is_quoted = not tab and bare.startswith(b'"') and bare.count(b'"') == 2 * len(cells)
    return Header(tuple(names), len(cells), tab, is_quoted, ending)


def malformed(row: int, advice: str) -> CsvRefused:
    """Return the refusal of a file whose quotes do not pair, as seen in this row."""
    return CsvRefused(
        "malformed",
        f'{row:,} 行目で引用符(")の対応が正しくありません。'
        "途中が欠けている可能性があります。",
        advice=advice,
        position=Position(row=row),
    )


def refuse_changed(
    title: str,
    advice: str,
    *,
    missing: Sequence[str],
    doubled: Sequence[str],
    unknown: Sequence[str] = (),
) -> None:
    """Refuse a header that lacks needed columns or has one twice.

    Raises:
        CsvRefused: names every difference, so that the file is changed back once. What
            is `unknown` is no fault by itself, but a renamed column is among it.

    """
    if not (missing or doubled):
        return
    said = (
        (f"{title} に必要な列がありません: ", names_joined(missing)),
        ("同じ列が2つ以上あります: ", names_joined(doubled)),
        ("対応していない列があります: ", _shown(unknown, _ALL)),
    )
    raise CsvRefused(
        "missing-columns" if missing else "doubled-columns",
        "".join(f"{what}{names}。" for what, names in said if names),
        advice=advice,
        position=Position(row=1, column=[*missing, *doubled][0]),
    )


def refuse_other_columns(
    header: Header,
    title: str,
    advice: str,
    *,
    needed: Sequence[str],
    known: Sequence[str],
) -> None:
    """Refuse a header that lacks a needed column or has a known one twice.

    Raises:
        CsvRefused: names every difference, as `refuse_changed` does. Of a first row
            without a single known column only what is missing: it may be no header,
            and somebody's address.

    """
    is_header = any(map(header.has, known))
    refuse_changed(
        title,
        advice,
        missing=[name for name in needed if not header.has(name)],
        doubled=[name for name in known if header.times(name) > 1],
        unknown=unknown_names(header, known) if is_header else (),
    )


def unknown_names(header: Header, known: Sequence[str]) -> list[str]:
    """Return the columns that nobody reads."""
    wanted = set(map(compared, known))
    return [name for name in header.names if name and name not in wanted]


def unknown_columns(header: Header, known: Sequence[str]) -> Iterator[str]:
    """Yield the notice of columns that nobody reads, if the header has any."""
    if unknown := unknown_names(header, known):
        shown = _shown(unknown)
        yield f"対応していない列 {len(unknown):,} 列は読み取りませんでした: {shown}。"


def _shown(names: Sequence[str], most: int = _NAMED) -> str:
    return names_joined(name[:40] for name in names[:most])
