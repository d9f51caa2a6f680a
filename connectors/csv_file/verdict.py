"""The verdict on a record that nothing vouches for: kept, dropped or set aside."""

import re
from typing import Final

from connectors.csv_file.decoding import RUBBISH
from connectors.csv_file.header import Header
from connectors.csv_file.refusal import CsvRefused, Position
from connectors.csv_file.tokens import is_record, quoted
from data.model.csv_file import UNUSABLE, CellFault, CellRemark, RowRemark
from data.model.order import SHOP_ORDER_NUMBER

LONGEST_CELL: Final = 131_072
"""Characters; a longer cell is what an open quote leaves behind."""

MOST_REJECTS: Final = 20_000
"""With more rows set aside the file is not what it says, and memory is finite."""

_ORDER_NUMBER: Final = re.compile(SHOP_ORDER_NUMBER)


class Judge:
    """Decides on one record at a time, and counts what it drops.

    `key_column` is the place of the order's number, whose value a remark may show;
    None in a file that is not of orders. `advice` goes into a refusal of the file.
    A cell that holds a character no cell may hold is read as blank (`blanked`), and so
    are the cells that a short row lacks at its end (`short_rows`).
    """

    longest_cell: Final = LONGEST_CELL

    def __init__(self, header: Header, key_column: int | None, advice: str) -> None:
        self.repeated_headers = 0
        self.blank_rows = 0
        self.short_rows: list[int] = []
        """Rows with fewer cells than the header."""
        self.blanked: list[CellRemark] = []
        self.header_forms = _forms(header)
        """The header as a record may look when it comes again."""
        self._header = header
        self._key_column = key_column
        self._advice = advice
        first = header.cells[0] if header.cells else b""
        self._first_names = (first, b'"' + first)

    def __call__(
        self, cells: list[bytes], written: bytes, row: int
    ) -> tuple[bytes | None, RowRemark | None]:
        """Return the record if it is kept, as wide as the header, else why it is not.

        A blank record and a repeated header have neither; they are counted. `written`
        is the record as it stands in the file, without its line end.
        """
        names = self._header.cells
        if not any(cell.strip() for cell in cells):
            self.blank_rows += 1
            return None, None
        if cells[:2] == list(names[:2]):
            self._refuse_other_header(cells, row)
            self.repeated_headers += 1
            return None, None
        if len(written) > LONGEST_CELL:
            self._refuse_long_cell(cells, row)
        found = len(cells)
        while len(cells) > len(names) and not cells[-1].strip():
            cells.pop()
        if len(cells) > len(names):
            return None, self._remark(cells, row, None, self._width_reason(len(cells)))
        if len(cells) < len(names):
            self.short_rows.append(row)
        blanked = self._blank_rubbish(cells, row)
        if found == self._header.width and not blanked:
            return written, None
        cells.extend([b""] * (self._header.width - len(cells)))
        return self._written(cells), None

    def _blank_rubbish(self, cells: list[bytes], row: int) -> bool:
        """Blank the cells that hold rubbish; return whether there were any."""
        faulty = [
            at
            for at, cell in enumerate(cells)
            if not cell.isascii() and RUBBISH.search(cell.decode())
        ]
        for at in faulty:
            cells[at] = b""
        self.blanked += [
            CellRemark(
                row,
                self._header.cells[at].decode(),
                CellFault.UNUSABLE,
                UNUSABLE,
                self._order_number(cells),
            )
            for at in faulty
        ]
        return bool(faulty)

    def vouches_for(self, written: bytes) -> bool:
        """Return whether a comma-separated record is sure to be kept as it stands."""
        return (
            not self._header.tab
            and len(written) <= LONGEST_CELL
            and not written.startswith(self._first_names)
            and is_record(written, self._header.width)
            and bool(written.strip(self._header.nothing))
        )

    def _written(self, cells: list[bytes]) -> bytes:
        if self._header.tab:
            return b"\t".join(cells)
        return quoted(cells, b",")

    def _refuse_other_header(self, cells: list[bytes], row: int) -> None:
        stripped = list(cells)
        while stripped and not stripped[-1].strip():
            stripped.pop()
        if stripped != list(self._header.cells):
            raise second_header(row)

    def _refuse_long_cell(self, cells: list[bytes], row: int) -> None:
        for at, cell in enumerate(cells):
            if len(cell) > LONGEST_CELL and len(cell.decode()) > LONGEST_CELL:
                names = self._header.cells
                column = names[at].decode() if at < len(names) else None
                place = f"{row:,} 行目" + (f"の「{column}」" if column else "のセル")
                raise CsvRefused(
                    "cell-too-long",
                    f"{place}が {LONGEST_CELL:,} 文字を超えています。",
                    advice=self._advice,
                    position=Position(row=row, column=column),
                )

    def _width_reason(self, found: int) -> str:
        wanted = len(self._header.cells)
        return f"列の数が多すぎます(見出し {wanted} 列、この行 {found} 列)。"

    def _remark(
        self, cells: list[bytes], row: int, column: str | None, reason: str
    ) -> RowRemark:
        return RowRemark(row, column, reason, self._order_number(cells))

    def _order_number(self, cells: list[bytes]) -> str | None:
        """Return the order's number if it is one, so that it may be shown."""
        if self._key_column is None or self._key_column >= len(cells):
            return None
        number = cells[self._key_column].decode().strip()
        return number if _ORDER_NUMBER.fullmatch(number) else None


def second_header(row: int, column: str | None = None) -> CsvRefused:
    """Return the refusal of downloads of different kinds joined into one file."""
    return CsvRefused(
        "second-header",
        f"{row:,} 行目に、1行目と違う見出し行があります。",
        advice="種類の違うファイルはつなげずに、1つずつ取り込んでください。",
        position=Position(row=row, column=column),
    )


def too_many_rejects(advice: str) -> CsvRefused:
    """Return the refusal of a file of which hardly any row can be read."""
    return CsvRefused(
        "too-many-rejects",
        f"取り込めない行が {MOST_REJECTS:,} 行を超えました。",
        advice=advice,
    )


def _forms(header: Header) -> tuple[bytes, ...]:
    cells = [*header.cells, *[b""] * (header.width - len(header.cells))]
    bare = header.delimiter.join(cells)
    return b'","'.join(cells), bare, bare + b"\r"
