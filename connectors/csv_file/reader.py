"""Open a CSV of any encoding and hand out its header, then its records.

UTF-8 else CP932, the numbers of rows, repeated headers and blank rows are the same for
every file taken in; what the columns mean is the caller's.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Final, Literal, TypeVar, cast

from connectors.csv_file.decoding import NAMES, Decoded, Decoder, Encoding, NotUtf8
from connectors.csv_file.header import Header, split_header
from connectors.csv_file.records import Block, Scanner
from connectors.csv_file.source import CsvSource, given_name, opened
from connectors.csv_file.tokens import quoted

T = TypeVar("T")


class CsvFile:
    """A CSV under one encoding: the header at once, the records as they are read."""

    def __init__(
        self, source: CsvSource, decoder: Decoder, chunks: Iterator[Decoded]
    ) -> None:
        self._source = source
        self._decoder = decoder
        self._chunks = chunks
        self._first_row = 2
        self._scanner: Scanner | None = None
        self.advice: Final = source.advice
        self.header, self._rest = split_header(chunks, source.advice)

    def name_columns(self, named: Header) -> None:
        """Set the columns of a file without header: its first record becomes row 1."""
        header = self.header
        cells = [*header.cells, *[b""] * (header.width - len(header.cells))]
        first = quoted(cells, header.delimiter) + header.line_end
        self._rest = Decoded(first + self._rest.utf8, self._rest.rubbish)
        self._first_row = 1
        self.header = named

    def blocks(self, key_column: int | None = None) -> Iterator[Block]:
        """Yield every record in file order, or refuse the whole file.

        `key_column` is where an order file has its order numbers: they stand in the
        remarks on rows set aside.
        """
        self._scanner = Scanner(
            self.header, key_column, self.advice, first_row=self._first_row
        )
        yield from self._scanner.blocks(chain((self._rest,), self._chunks))

    @property
    def encoding(self) -> Encoding:
        """How the file is encoded; exact once all was read."""
        return self._decoder.encoding

    @property
    def encoding_name(self) -> str:
        """The same for people."""
        return NAMES[self._decoder.encoding]

    @property
    def digest(self) -> bytes:
        """SHA-256 of the bytes once all were read; of a zip's content, not the zip."""
        return self._source.digest

    @property
    def bytes_read(self) -> int:
        """Bytes of CSV read so far."""
        return self._source.size

    @property
    def name(self) -> str:
        """The file's name, safe to show."""
        return given_name(self._source.path)

    @property
    def rows_read(self) -> int:
        """Records read so far, kept or not, the header not counted."""
        return self._scanner.rows_read if self._scanner else 0

    @property
    def rows_left_out(self) -> int:
        """Records read so far that are a repeated header or blank."""
        judge = self._scanner.judge if self._scanner else None
        return judge.repeated_headers + judge.blank_rows if judge else 0

    @property
    def short_rows(self) -> list[int]:
        """Numbers of the records read so far that have fewer cells than the header."""
        return self._scanner.judge.short_rows if self._scanner else []

    def notices(self) -> Iterator[str]:
        """Yield in Japanese what was left out on purpose, with its number."""
        judge = self._scanner.judge if self._scanner else None
        if judge and judge.repeated_headers:
            yield f"2回目以降の見出しを {judge.repeated_headers:,} 行除きました。"
        if judge and judge.blank_rows:
            yield f"空の行を {judge.blank_rows:,} 行除きました。"

    def blanks(self) -> Iterator[str]:
        """Yield in Japanese what was read as blank though it was not, or is missing."""
        if self._scanner and self._scanner.blanked:
            yield (
                f"使用できない文字を含むセル {self._scanner.blanked:,} 個を、"
                "空欄として読み取りました。"
            )
        if short := self.short_rows:
            yield (
                f"列の数が見出しより少ない行が {len(short):,} 行あります"
                f"(最初は {short[0]:,} 行目)。足りない列は空欄として読み取りました。"
            )


def read_csv(path: Path, read: Callable[[CsvFile], T], *, advice: str) -> T:
    """Return what `read` makes of the file, or raise CsvRefused.

    `read` gets the file as UTF-8 and, if a byte says that it is not, once more as
    CP932; what it kept of the first time has to go. `advice` is what a refusal of
    damaged bytes tells staff to do, in Japanese: where to get the file again.
    """
    with opened(path, advice) as source:
        try:
            return _read_as("utf-8", source, read)
        except NotUtf8:
            return _read_as("cp932", source, read)


def _read_as(
    encoding: Literal["utf-8", "cp932"], source: CsvSource, read: Callable[[CsvFile], T]
) -> T:
    decoder = Decoder(source, encoding)
    # A refusal's traceback would keep the source, and the thread that hashes it, until
    # the garbage collector ends both at a moment of its own.
    with closing(cast("Generator[Decoded]", decoder.chunks())) as chunks:
        return read(CsvFile(source, decoder, chunks))
