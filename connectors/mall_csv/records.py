"""Checked text to whole records, kept or set aside, in blocks of bounded size.

What the splitters are sure of is kept as it stands; every other record is read to the
letter by `tokens` and judged by itself. No record is believed on a guess.
"""

from collections.abc import Iterator
from typing import Final

from connectors.mall_csv.blocks import Block
from connectors.mall_csv.decoding import Decoded
from connectors.mall_csv.header import Header, malformed
from connectors.mall_csv.line_records import odd_lines, whole_record
from connectors.mall_csv.quoted_records import odd_records, runs
from connectors.mall_csv.refusal import DOWNLOAD_AGAIN, CsvRefused, Position
from connectors.mall_csv.source import CHUNK
from connectors.mall_csv.tokens import Record, tokens
from connectors.mall_csv.verdict import MOST_REJECTS, Judge, too_many_rejects

BLOCK_ROWS: Final = 10_000
BLOCK_BYTES: Final = 16 << 20
_LONGEST_RECORD: Final = 2 << 20
"""Bytes of one record; an unclosed quote soon reaches this, an order never."""


class Scanner:
    """Splits one file's text into records. Row 1 is the header; a record is one row."""

    def __init__(self, header: Header, key_column: int) -> None:
        self.judge = Judge(header, key_column)
        self._header = header
        self._tail = b""
        self._row = 2
        self._rejected = 0
        self._block = Block()

    @property
    def rows_read(self) -> int:
        """Records seen after the header, kept or not."""
        return self._row - 2

    def blocks(self, chunks: Iterator[Decoded]) -> Iterator[Block]:
        """Give every record of the text in file order, or refuse the whole of it."""
        for chunk in chunks:
            self._feed(self._tail + chunk.utf8, rubbish=chunk.rubbish)
            if len(self._tail) > _LONGEST_RECORD:
                raise malformed(self._row)
            if self._block.rows >= BLOCK_ROWS or self._block.size >= BLOCK_BYTES:
                yield self._taken()
        self._finish()
        yield self._taken()

    def _taken(self) -> Block:
        block, self._block = self._block, Block()
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
            found = tokens(text[start:stop], b",")
            for record in found.records:
                self._judge(
                    record.cells, text[start + record.start : start + record.end]
                )
            if found.broken_at is not None:
                raise malformed(self._row)
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
                raise malformed(self._row)
            return record.split(b"\t")
        found = tokens(record, b",")
        if found.broken_at is not None or found.open_at is not None:
            raise malformed(self._row)
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
                raise too_many_rejects()

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
            found = tokens(text, b",")
            if found.open_at is not None:
                raise _cut(self._row + len(found.records))
            if found.broken_at is not None:
                raise malformed(self._row + len(found.records))
            records = found.records
        if not text.endswith(b"\n") and len(records[-1].cells) < len(
            self._header.cells
        ):
            raise _cut(self._row + len(records) - 1)
        for record in records:
            self._judge(record.cells, text[record.start : record.end])


def _cut(row: int) -> CsvRefused:
    return CsvRefused(
        "cut",
        f"ファイルが {row:,} 行目の途中で切れています。",
        advice=DOWNLOAD_AGAIN,
        english=f"the file ends within row {row}",
        position=Position(row=row),
    )
