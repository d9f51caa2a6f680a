"""The door: a carrier's file in, its parcels out, or a refusal before any is used."""

import itertools
from collections.abc import Iterator
from pathlib import Path

from connectors.carriers.parcels import EXPORT_AGAIN
from connectors.carriers.registry import Laid, lay
from connectors.carriers.rows import Rows
from connectors.carriers.shipment_file import Remark, ShipmentFile
from connectors.mall_csv.blocks import Block
from connectors.mall_csv.decoding import Decoded, Decoder, NotUtf8
from connectors.mall_csv.header import split_header
from connectors.mall_csv.order_file import display_name
from connectors.mall_csv.records import Scanner
from connectors.mall_csv.refusal import DOWNLOAD_AGAIN, CsvRefused, Position
from connectors.mall_csv.source import Source, opened
from connectors.mall_csv.tokens import quoted, tokens
from data.model.delivery_company import Carrier


def read_shipment_file(
    path: Path, carrier: str, *, key_column: str | None = None
) -> ShipmentFile:
    """Read and check a whole file of tracking numbers, or raise CsvRefused.

    `carrier` is whose file it is meant to be. `key_column` names the column that holds
    the orders' references, if the shop has them printed elsewhere than usual.
    """
    known = [one.value for one in Carrier]
    if carrier not in known:
        raise CsvRefused(
            "unknown-carrier",
            f"配送会社「{carrier[:32]}」のファイルには対応していません。",
            advice=f"次のどれかを選んでください: {'、'.join(known)}。",
            english="no such carrier",
        )
    with opened(path) as source:
        try:
            return _read_as(Decoder(source, "utf-8"), source, carrier, key_column)
        except NotUtf8:
            return _read_as(Decoder(source, "cp932"), source, carrier, key_column)


def _read_as(
    decoder: Decoder, source: Source, carrier: str, key_column: str | None
) -> ShipmentFile:
    shift = 0
    try:
        chunks = decoder.chunks()
        header, rest = split_header(chunks)
        laid = lay(header, Carrier(carrier), key_column)
        if not laid.has_header:
            shift = 1
            rest = _with_first_record(laid, header.cells, rest)
        key = laid.places[laid.layout.reference]
        scanner = Scanner(laid.header, key)
        rows = Rows(laid)
        for block in scanner.blocks(itertools.chain((rest,), chunks)):
            _take(block, laid, rows, shift)
    except CsvRefused as refused:
        raise _in_carriers_words(refused, shift) from None
    judge = scanner.judge
    return ShipmentFile(
        layout=laid.layout,
        file_name=display_name(source.path.name),
        sha256=source.digest.hex(),
        encoding=decoder.encoding,
        rows_read=scanner.rows_read,
        rows=rows.rows,
        rejects=tuple(sorted(rows.rejects, key=lambda one: one.row_number)),
        warnings=tuple(rows.warnings),
        notices=tuple(_notices(laid, scanner, rows)),
        left_out=(
            rows.cancelled + rows.repeated + judge.repeated_headers + judge.blank_rows
        ),
    )


def _take(block: Block, laid: Laid, rows: Rows, shift: int) -> None:
    numbers = itertools.chain.from_iterable(block.ranges)
    found = tokens(b"".join(block.text), laid.header.delimiter)
    for record, number in zip(found.records, numbers, strict=True):
        rows.take(record.cells, number - shift)
    rows.rejects += [
        Remark(one.row_number - shift, one.column_name, one.reason, one.order_number)
        for one in block.rejects
    ]


def _with_first_record(laid: Laid, cells: tuple[bytes, ...], rest: Decoded) -> Decoded:
    """Put back the record that was taken for a header."""
    header = laid.header
    padded = [*cells, *[b""] * (header.width - len(cells))]
    first = quoted(padded, header.delimiter) + header.line_end
    return Decoded(first + rest.utf8, rest.rubbish)


def _notices(laid: Laid, scanner: Scanner, rows: Rows) -> Iterator[str]:
    if not laid.has_header:
        yield "見出し行のないファイルとして、列の位置で読みました。"
    if scanner.judge.repeated_headers:
        yield f"くり返された見出しを {scanner.judge.repeated_headers:,} 行除きました。"
    if scanner.judge.blank_rows:
        yield f"空の行を {scanner.judge.blank_rows:,} 行除きました。"
    if rows.cancelled:
        yield f"削除された送り状を {rows.cancelled:,} 行除きました。"
    if rows.repeated:
        yield f"同じ荷物のくり返しを {rows.repeated:,} 行除きました。"


def _in_carriers_words(refused: CsvRefused, shift: int) -> CsvRefused:
    """Say where carriers' files come from, and count rows as this file does."""
    place = refused.position
    reason = refused.reason
    if place.row is not None and shift and refused.code not in _COUNTED_HERE:
        row = place.row - shift
        reason = reason.replace(f"{place.row:,} 行目", f"{row:,} 行目")
        place = Position(place.byte, row, place.column)
    return CsvRefused(
        refused.code,
        reason,
        advice=refused.advice.replace(DOWNLOAD_AGAIN, EXPORT_AGAIN),
        english=refused.english,
        position=place,
    )


_COUNTED_HERE = frozenset({"damaged-number"})
"""Refusals whose row is already this file's own."""
