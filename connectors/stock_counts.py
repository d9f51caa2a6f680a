"""The stock CSV, read as strictly as the malls' files: all of it, or nothing.

Of a count (棚卸) and of goods received (入荷): the file does not say which.

Columns: 商品管理番号, SKU管理番号, 数量, and if wanted 自社SKU and 安全在庫. UTF-8 with
or without BOM, or CP932, as Excel saves them. Decoding, records and their refusals are
the mall CSV reader's own.
"""

import itertools
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from connectors.mall_csv.decoding import NAMES, Decoded, Decoder, NotUtf8
from connectors.mall_csv.header import Header, split_header
from connectors.mall_csv.records import Scanner
from connectors.mall_csv.refusal import CsvRefused, Position
from connectors.mall_csv.source import Source, opened
from connectors.mall_csv.tokens import tokens
from connectors.stock_count_rows import (
    KNOWN,
    MANAGE_NUMBER,
    NEEDED,
    Cells,
    Fault,
    counted_row,
    disagreeing,
)
from data.model.stock import Counted

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
