"""Checked text to whole records, kept or set aside, in blocks of bounded size.

Most records are whole by two counts alone and kept as they stand; every other one is
read to the letter by `tokens` and judged by itself. No record is believed on a guess.

A file whose every cell is quoted, as Rakuten writes it, is split where a closing quote,
a line end and an opening quote meet. A piece with exactly width - 1 times `","` and no
other quote is a whole record, because each of its quotes stands where a cell begins or
ends. If a split fell within a cell, the pieces on both its sides have a quote too many,
so both are odd.

Any other file (Excel's, most malls', Amazon's TSV) is split into lines. A line without
quotes and with the right number of delimiters is a record. A line with a quote goes on
to the line where the number of quotes is even. In TSV a quote is text.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import Final

from connectors.csv_file.decoding import RUBBISH, Decoded
from connectors.csv_file.header import Header, compared, malformed
from connectors.csv_file.refusal import CsvRefused, Position
from connectors.csv_file.source import CHUNK
from connectors.csv_file.tokens import Record, tokens
from connectors.csv_file.verdict import MOST_REJECTS, Judge, too_many_rejects
from data.model.csv_file import UNUSABLE_HERE, CellRemark, RowRemark

BLOCK_ROWS: Final = 10_000
BLOCK_BYTES: Final = 16 << 20
_LONGEST_RECORD: Final = 2 << 20
"""Bytes of one record; an unclosed quote soon reaches this, an order never."""

Piece = tuple[int, int, int]
"""Which record, counted from 0; where it starts; where it stops."""


@dataclass
class Block:
    """Well-formed records, each as wide as the header, and what was set aside."""

    text: list[bytes | memoryview] = field(default_factory=list)
    ranges: list[range] = field(default_factory=list)
    """Row numbers of the kept records, in order."""
    rejects: list[RowRemark] = field(default_factory=list)
    blanked: list[CellRemark] = field(default_factory=list)
    """Cells of kept records that are read as blank."""
    rows: int = 0
    size: int = 0

    def keep(self, text: bytes | memoryview, rows: range) -> None:
        """Append whole records with their row numbers, in file order."""
        if not rows:
            return
        self.text.append(text)
        if self.ranges and self.ranges[-1].stop == rows.start:
            self.ranges[-1] = range(self.ranges[-1].start, rows.stop)
        else:
            self.ranges.append(rows)
        self.rows += len(rows)
        self.size += len(text)

    def records(self, header: Header) -> Iterator[tuple[int, list[bytes]]]:
        """Yield each kept record's row number and cells."""
        text = b"".join(self.text)
        records = (
            [line.removesuffix(b"\r").split(b"\t") for line in text.split(b"\n")[:-1]]
            if header.tab
            else [record.cells for record in tokens(text).records]
        )
        return zip(chain.from_iterable(self.ranges), records, strict=True)

    def unusable(self, columns: Collection[str]) -> list[RowRemark]:
        """Return as faults those of the blanked cells that stand in these columns.

        For whoever cannot take such a cell for a blank one: that one says something.
        """
        names = {compared(name) for name in columns}
        return [
            RowRemark(one.row_number, one.column_name, UNUSABLE_HERE)
            for one in self.blanked
            if compared(one.column_name or "") in names
        ]

    def texts(
        self, header: Header, columns: Collection[str], faults: list[RowRemark]
    ) -> Iterator[tuple[int, list[str]]]:
        """Yield the row number and the stripped cells of each record that is usable.

        For a file that is taken whole or not at all: the rows set aside, and those with
        an `unusable` cell in these columns, are added to its faults.
        """
        unread = self.unusable(columns)
        faults += [*self.rejects, *unread]
        rows_unread = {fault.row_number for fault in unread}
        for row, record in self.records(header):
            if row not in rows_unread:
                yield row, [cell.decode().strip() for cell in record]


class Scanner:
    """Splits one file's text into records; a record is one row, however many lines.

    `first_row` is the number of the first record: 2 below a header.
    """

    def __init__(
        self,
        header: Header,
        key_column: int | None,
        advice: str,
        *,
        first_row: int = 2,
    ) -> None:
        self.judge = Judge(header, key_column, advice)
        self._header = header
        self._advice = advice
        self._first_row = first_row
        self._row = first_row
        self._tail = b""
        self._rejected = 0
        self.blanked = 0
        self._block = Block()

    @property
    def rows_read(self) -> int:
        """Records read so far, kept or not."""
        return self._row - self._first_row

    def blocks(self, chunks: Iterator[Decoded]) -> Iterator[Block]:
        """Yield every record of the text in file order, or refuse the whole of it."""
        for chunk in chunks:
            self._feed(self._tail + chunk.utf8, rubbish=chunk.rubbish)
            if len(self._tail) > _LONGEST_RECORD:
                raise self._malformed()
            if self._block.rows >= BLOCK_ROWS or self._block.size >= BLOCK_BYTES:
                yield self._taken()
        self._finish()
        yield self._taken()

    def _taken(self) -> Block:
        block, self._block = self._block, Block()
        block.blanked, self.judge.blanked = self.judge.blanked, []
        self.blanked += len(block.blanked)
        return block

    def _feed(self, text: bytes, *, rubbish: bool) -> None:
        if self._header.all_quoted and text.startswith(b'"'):
            self._feed_quoted(text, rubbish=rubbish)
        else:
            self._feed_lines(text, rubbish=rubbish)

    def _feed_quoted(self, text: bytes, *, rubbish: bool) -> None:
        odd, rows, end = odd_records(text, self._header, self.judge, rubbish=rubbish)
        self._tail = text[end:]
        if not rows:
            if len(text) > CHUNK:  # quoted names, but rows that end without a quote
                self._feed_lines(text, rubbish=rubbish)
            return
        view, kept, at = memoryview(text), 0, 0
        for first, count, start, stop in runs(odd):
            self._keep(view[at:start], first - kept)
            found = tokens(text[start:stop])
            for record in found.records:
                self._judge(
                    record.cells, text[start + record.start : start + record.end]
                )
            if found.broken_at is not None:
                raise self._malformed()
            if found.open_at is not None:  # the split fell within a cell: go by lines
                self._feed_lines(text[start + found.open_at :], rubbish=rubbish)
                return
            kept, at = first + count, stop
        self._keep(view[at:end], rows - kept)

    def _feed_lines(self, text: bytes, *, rubbish: bool) -> None:
        cut = text.rfind(b"\n")
        if cut < 0:
            self._tail = text
            return
        self._tail = text[cut + 1 :]
        lines = text[:cut].split(b"\n")
        odd = odd_lines(
            lines, text[: cut + 1], self._header, self.judge, rubbish=rubbish
        )
        done, skip = 0, 0
        for at in odd:
            if at < skip:
                continue
            if at > done:
                self._keep(b"\n".join(lines[done:at]) + b"\n", at - done)
            record, after = whole_record(lines, at, tab=self._header.tab)
            if after is None:
                self._tail = record + b"\n" + self._tail
                return
            bare = record.removesuffix(b"\r")
            if rubbish or not self.judge.vouches_for(bare):
                self._judge(self._cells(bare), bare)
            else:
                self._keep(bare + b"\n", 1)
            done = skip = after
        if done < len(lines):
            self._keep(b"\n".join(lines[done:]) + b"\n", len(lines) - done)

    def _cells(self, record: bytes) -> list[bytes]:
        if self._header.tab:
            if b"\r" in record:
                raise self._malformed()
            return record.split(b"\t")
        found = tokens(record)
        if found.broken_at is not None or found.open_at is not None:
            raise self._malformed()
        return found.records[0].cells if found.records else [b""]

    def _keep(self, text: bytes | memoryview, rows: int) -> None:
        self._block.keep(text, range(self._row, self._row + rows))
        self._row += rows

    def _judge(self, cells: list[bytes], written: bytes) -> None:
        kept, reject = self.judge(cells, written, self._row)
        if kept is not None:
            self._keep(kept + b"\n", 1)
        else:
            self._row += 1
        if reject is not None:
            self._block.rejects.append(reject)
            self._rejected += 1
            if self._rejected > MOST_REJECTS:
                raise too_many_rejects(self._advice)

    def _finish(self) -> None:
        """Read what no line end closed, or refuse it as the end of a cut file."""
        text = self._tail.removesuffix(b"\x1a")  # the end mark of old DOS programs
        self._tail = b""
        if not text:
            return
        if self._header.tab:
            bare = text.removesuffix(b"\n").removesuffix(b"\r")
            records = [Record(self._cells(bare), 0, len(bare))]
        else:
            found = tokens(text)
            if found.open_at is not None:
                raise self._cut(len(found.records))
            if found.broken_at is not None:
                raise self._malformed(len(found.records))
            records = found.records
        is_short = len(records[-1].cells) < len(self._header.cells)
        if is_short and not text.endswith(b"\n"):
            raise self._cut(len(records) - 1)
        for record in records:
            self._judge(record.cells, text[record.start : record.end])

    def _malformed(self, rows_on: int = 0) -> CsvRefused:
        return malformed(self._row + rows_on, self._advice)

    def _cut(self, rows_on: int) -> CsvRefused:
        row = self._row + rows_on
        return CsvRefused(
            "cut",
            f"ファイルが {row:,} 行目の途中で切れています。",
            advice=self._advice,
            position=Position(row=row),
        )


def odd_records(
    text: bytes, header: Header, judge: Judge, *, rubbish: bool
) -> tuple[list[Piece], int, int]:
    """Return the records to read to the letter, the number of all, and where they end.

    The text begins with a record, and a piece is only relied on where the one before it
    ended as a record does; so a split within a cell comes out with the first odd piece.
    """
    between = b'"' + header.line_end + b'"'
    pieces = text[1:].split(between)
    end = len(text) - len(pieces.pop()) - 1
    cells, quotes = header.width - 1, 2 * (header.width - 1)
    odd = {
        at
        for at, piece in enumerate(pieces)
        if piece.count(b'","') != cells or piece.count(b'"') != quotes
    }
    odd |= _suspect_quotes(pieces, header, judge, rubbish=rubbish)
    if not rubbish:
        odd = {at for at in odd if not judge.vouches_for(b'"' + pieces[at] + b'"')}
    if not odd:
        return [], len(pieces), end
    step = len(between)
    starts = list(accumulate((len(piece) + step for piece in pieces), initial=0))
    found = [(at, starts[at], starts[at + 1]) for at in sorted(odd)]
    return found, len(pieces), end


def _suspect_quotes(
    pieces: list[bytes], header: Header, judge: Judge, *, rubbish: bool
) -> set[int]:
    """Return the pieces that have the right quotes and must still be looked at."""
    more: set[int] = set()
    if rubbish:
        more |= {at for at, s in enumerate(pieces) if RUBBISH.search(s.decode())}
    nothing = header.nothing
    more |= {at for at, s in enumerate(pieces) if not s.strip(nothing)}
    if max(map(len, pieces), default=0) >= judge.longest_cell:
        more |= {at for at, s in enumerate(pieces) if len(s) >= judge.longest_cell}
    again = judge.header_forms[0]
    if again in pieces:
        more |= {at for at, s in enumerate(pieces) if s == again}
    return more


def runs(odd: list[Piece]) -> Iterator[tuple[int, int, int, int]]:
    """Yield neighbours joined into one, as (first, how many, start, stop)."""
    at = 0
    while at < len(odd):
        first, start, stop = odd[at]
        count = 1
        at += 1
        while at < len(odd) and odd[at][0] == first + count:
            stop = odd[at][2]
            count += 1
            at += 1
        yield first, count, start, stop


def odd_lines(
    lines: list[bytes], text: bytes, header: Header, judge: Judge, *, rubbish: bool
) -> list[int]:
    """Return the lines that must be looked at; the others are whole records."""
    delimiter, cells = header.delimiter, header.width - 1
    if header.tab or b'"' not in text:
        odd = [at for at, s in enumerate(lines) if s.count(delimiter) != cells]
    else:
        odd = [
            at
            for at, line in enumerate(lines)
            if line.count(delimiter) != cells or b'"' in line
        ]
    if text.count(b"\r") != text.count(b"\r\n"):
        bare = {at for at, line in enumerate(lines) if b"\r" in line[:-1]}
        odd = sorted(bare.union(odd))
    return sorted(_suspect_lines(lines, header, judge, rubbish=rubbish).union(odd))


def _suspect_lines(
    lines: list[bytes], header: Header, judge: Judge, *, rubbish: bool
) -> set[int]:
    """Return the lines that are well-formed and must still be looked at."""
    more: set[int] = set()
    if rubbish:
        more |= {at for at, s in enumerate(lines) if RUBBISH.search(s.decode())}
    nothing = header.nothing
    more |= {at for at, s in enumerate(lines) if not s.strip(nothing)}
    if max(map(len, lines), default=0) > judge.longest_cell:
        more |= {at for at, s in enumerate(lines) if len(s) > judge.longest_cell}
    for form in judge.header_forms[1:]:
        if form in lines:
            more |= {at for at, s in enumerate(lines) if s == form}
    return more


def whole_record(lines: list[bytes], at: int, *, tab: bool) -> tuple[bytes, int | None]:
    """Return the record that begins at this line, and the line after it.

    None in place of the latter: the record goes on beyond these lines.
    """
    if tab:
        return lines[at], at + 1
    last, quotes = at, lines[at].count(b'"')
    while quotes % 2:
        last += 1
        if last == len(lines):
            return b"\n".join(lines[at:]), None
        quotes += lines[last].count(b'"')
    return b"\n".join(lines[at : last + 1]), last + 1
