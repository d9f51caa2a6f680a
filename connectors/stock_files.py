"""The stock CSV, read as strictly as the malls' files: all of it, or nothing.

Of a count (棚卸) and of goods received (入荷): the file does not say which.

Columns: 商品管理番号, SKU管理番号, 数量, and if wanted 自社SKU and 安全在庫. UTF-8 with
or without BOM, or CP932, as Excel saves them. Decoding, records and their refusals are
the mall CSV reader's own.

What a row of a stock CSV may hold, and everything that is wrong with one.
"""

import itertools
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from connectors.csv_file.decoding import NAMES, Decoded, Decoder, NotUtf8
from connectors.csv_file.header import Header, split_header
from connectors.csv_file.records import Scanner
from connectors.csv_file.refusal import CsvRefused, Position
from connectors.csv_file.source import Source, opened
from connectors.csv_file.tokens import tokens
from data.model.order_file import EXCEL_DAMAGE
from data.model.stock import CODE, MOST_UNITS, OWN_SKU, Counted

MANAGE_NUMBER: Final = "商品管理番号"
VARIANT: Final = "SKU管理番号"
QUANTITY: Final = "数量"
OWN: Final = "自社SKU"
SAFETY: Final = "安全在庫"
NEEDED: Final = (MANAGE_NUMBER, VARIANT, QUANTITY)
KNOWN: Final = (*NEEDED, OWN, SAFETY)

_UNITS: Final = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True)
class Fault:
    """A cell, or a row where `column` is None, that cannot be taken as it is."""

    row: int
    column: str | None
    reason: str


class Cells:
    """One record's cells by their column."""

    def __init__(self, header: Header, cells: list[str]) -> None:
        self._header = header
        self._cells = cells

    def __getitem__(self, column: str) -> str:
        """Give a cell, or an empty one where the file has no such column."""
        at = self._header.index(column)
        return "" if at is None else self._cells[at]


def counted_row(row: int, cells: Cells, faults: list[Fault]) -> Counted | None:
    """Read one row, or note everything that is wrong with it."""
    found = [
        Fault(row, column, reason)
        for column, wrong in _RULES.items()
        if (reason := wrong(cells[column]))
    ]
    faults += found
    if found:
        return None
    return Counted(
        manage_number=cells[MANAGE_NUMBER],
        variant_id=cells[VARIANT],
        quantity=int(cells[QUANTITY]),
        own_sku=cells[OWN] or None,
        safety=int(cells[SAFETY]) if cells[SAFETY] else None,
    )


def _wrong_code(cell: str) -> str:
    if not cell:
        return "空欄です。"
    if re.fullmatch(EXCEL_DAMAGE, cell):
        return "1.23E+10 の形に壊れています(Excelで数値として開いたため)。"
    if not re.fullmatch(CODE, cell):
        return "半角の英数字・ハイフン・下線で32文字までにしてください。"
    return ""


def _wrong_units(cell: str) -> str:
    if not cell:
        return "空欄です。ないときは 0 と書いてください。"
    if not _UNITS.fullmatch(cell):
        return f"0 から {MOST_UNITS:,} までの整数を、半角数字だけで書いてください。"
    return ""


def _wrong_own_sku(cell: str) -> str:
    if cell and re.fullmatch(EXCEL_DAMAGE, cell):
        return "1.23E+10 の形に壊れています(Excelで数値として開いたため)。"
    if cell and not re.fullmatch(OWN_SKU, cell):
        return "96文字までで、改行などを含めずに書いてください。"
    return ""


_RULES: Final[dict[str, Callable[[str], str]]] = {
    MANAGE_NUMBER: _wrong_code,
    VARIANT: _wrong_code,
    QUANTITY: _wrong_units,
    OWN: _wrong_own_sku,
    SAFETY: lambda cell: _wrong_units(cell) if cell else "",
}


def disagreeing(counts: list[tuple[int, Counted]]) -> Iterator[Fault]:
    """Find listings told twice, and one own SKU told differently.

    Of a receipt too: whether two rows of one SKU add up, nobody could tell.
    """
    listings: dict[tuple[str, str], int] = {}
    own_skus: dict[str, tuple[int, int]] = {}
    for row, counted in counts:
        key = (counted.manage_number, counted.variant_id)
        first = listings.setdefault(key, row)
        if first != row:
            yield Fault(row, VARIANT, f"{first:,} 行目と同じ商品・SKUです。")
        if counted.own_sku is None:
            continue
        first, units = own_skus.setdefault(counted.own_sku, (row, counted.quantity))
        if units != counted.quantity:
            yield Fault(
                row,
                QUANTITY,
                f"{first:,} 行目と同じ自社SKUなのに数量が違います。"
                "どの行にも、そのSKUの全部の数を書いてください。",
            )


MOST_ROWS: Final = 200_000
SHOWN: Final = 10
"""Faults a refusal lists; it counts the others."""

ADVICE: Final = (
    "data/samples/stock_count.csv と同じ形のファイルを作り、Excelなら"
    "「CSV UTF-8(コンマ区切り)」で保存してから取り込んでください。"
)


@dataclass(frozen=True)
class StockCountFile:
    """A stock file that was read and found whole."""

    counts: tuple[Counted, ...]
    sha256: str
    file_name: str
    encoding: str
    notices: tuple[str, ...]


def read_stock_counts(path: Path) -> StockCountFile:
    """Read and check a whole stock file, or raise CsvRefused that tells every fault.

    A file with one faulty row is refused whole: half a count is no count.
    """
    try:
        with opened(path) as source:
            try:
                return _decoded(Decoder(source, "utf-8"), source)
            except NotUtf8:
                return _decoded(Decoder(source, "cp932"), source)
    except CsvRefused as refused:
        if refused.advice == ADVICE:
            raise
        raise CsvRefused(
            refused.code,
            refused.reason,
            advice=ADVICE,
            english=refused.english,
            position=refused.position,
        ) from None


def _decoded(decoder: Decoder, source: Source) -> StockCountFile:
    # A refusal's traceback would keep the source, and the thread that hashes it, until
    # the garbage collector ends both at a moment of its own.
    with closing(cast("Generator[Decoded]", decoder.chunks())) as chunks:
        return _read(chunks, decoder, source)


def _read(
    chunks: Iterator[Decoded], decoder: Decoder, source: Source
) -> StockCountFile:
    header, rest = split_header(chunks)
    _check_columns(header)
    scanner = Scanner(header, header.index(MANAGE_NUMBER) or 0)
    faults: list[Fault] = []
    counts: list[tuple[int, Counted]] = []
    for block in scanner.blocks(itertools.chain((rest,), chunks)):
        faults += [Fault(r.row_number, r.column_name, r.reason) for r in block.rejects]
        numbers = itertools.chain.from_iterable(block.ranges)
        records = tokens(b"".join(block.text), header.delimiter).records
        for row, record in zip(numbers, records, strict=True):
            cells = [cell.decode().strip() for cell in record.cells]
            counted = counted_row(row, Cells(header, cells), faults)
            if counted is not None:
                counts.append((row, counted))
        if scanner.rows_read > MOST_ROWS:
            raise _too_many()
    faults += disagreeing(counts)
    if faults:
        raise _faulty(faults)
    if not counts:
        raise _no_rows()
    return StockCountFile(
        counts=tuple(counted for _, counted in counts),
        sha256=source.digest.hex(),
        file_name=source.path.name,
        encoding=NAMES[decoder.encoding],
        notices=tuple(_notices(header, scanner)),
    )


def _check_columns(header: Header) -> None:
    missing = [f"「{name}」" for name in NEEDED if not header.has(name)]
    twice = [f"「{name}」" for name in KNOWN if header.times(name) > 1]
    if missing or twice:
        parts = [f"必要な列がありません: {'、'.join(missing)}。"] if missing else []
        parts += [f"同じ列が2つあります: {'、'.join(twice)}。"] if twice else []
        raise CsvRefused(
            "columns",
            "".join(parts),
            advice=ADVICE,
            english="columns are missing or doubled",
            position=Position(row=1),
        )


def _notices(header: Header, scanner: Scanner) -> Iterator[str]:
    known = set(KNOWN)
    if unknown := [name for name in header.names if name and name not in known]:
        listed = "、".join(f"「{name[:40]}」" for name in unknown[:SHOWN])
        yield f"知らない列が {len(unknown)} 列あります(読みません): {listed}。"
    if scanner.judge.repeated_headers:
        yield f"くり返された見出しを {scanner.judge.repeated_headers:,} 行除きました。"
    if scanner.judge.blank_rows:
        yield f"空の行を {scanner.judge.blank_rows:,} 行除きました。"


def _faulty(faults: list[Fault]) -> CsvRefused:
    faults.sort(key=lambda fault: fault.row)
    listed = " ".join(
        f"{fault.row:,} 行目"
        + (f"の「{fault.column}」: " if fault.column else ": ")
        + fault.reason
        for fault in faults[:SHOWN]
    )
    more = f" ほか {len(faults) - SHOWN:,} か所。" if len(faults) > SHOWN else ""
    return CsvRefused(
        "faulty-rows",
        f"直すところが {len(faults):,} か所あります。{listed}{more}",
        advice=ADVICE,
        english=f"{len(faults)} faults; nothing was booked",
        position=Position(row=faults[0].row, column=faults[0].column),
    )


def _no_rows() -> CsvRefused:
    return CsvRefused(
        "no-rows",
        "見出しだけで、在庫の行がありません。",
        advice=ADVICE,
        english="no rows below the header",
    )


def _too_many() -> CsvRefused:
    return CsvRefused(
        "too-many-rows",
        f"行数が多すぎます(上限 {MOST_ROWS:,} 行)。",
        advice=f"ファイルを分けてください。{ADVICE}",
        english=f"more than {MOST_ROWS} rows",
    )
