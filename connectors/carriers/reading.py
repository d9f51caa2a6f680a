"""The door: a carrier's file in, its parcels out, or a refusal before any is used.

The parcels of a whole file: each once, with what a person should look at.
"""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from connectors.carriers.layout import Column
from connectors.carriers.parcels import (
    EXPORT_AGAIN,
    Parcels,
    Remark,
    SetAside,
    ShipmentFile,
    ShipmentRow,
)
from connectors.carriers.registry import Laid, lay
from connectors.csv_file.decoding import Decoded, Decoder, NotUtf8
from connectors.csv_file.header import split_header
from connectors.csv_file.records import Block, Scanner
from connectors.csv_file.refusal import DOWNLOAD_AGAIN, CsvRefused, Position
from connectors.csv_file.source import Source, opened
from connectors.csv_file.tokens import quoted, tokens
from connectors.order_files.order_file import display_name
from data.model.shipment import DELIVERY_COMPANIES, Carrier
from data.model.tracking_number import NumberFault, judge

MOST_ROWS: Final = 200_000
"""Parcels in a file; more is no day's work of any shop, and they stay in memory."""


class Rows:
    """Takes one record after the other; what became of them is in its lists."""

    def __init__(self, laid: Laid) -> None:
        self._layout = laid.layout
        self._parcels = Parcels(laid)
        self._rows: dict[tuple[str, str | None, str], ShipmentRow] = {}
        self._first_use: dict[str, str] = {}
        self.rejects: list[Remark] = []
        self.warnings: list[Remark] = []
        self.cancelled = 0
        self.repeated = 0

    @property
    def rows(self) -> tuple[ShipmentRow, ...]:
        """The parcels so far, in file order."""
        return tuple(sorted(self._rows.values(), key=lambda one: one.row_number))

    def take(self, cells: Sequence[bytes], row: int) -> None:
        """Read one record; refuse the whole file for digits that are lost for good."""
        if self._parcels.is_cancelled(cells):
            self.cancelled += 1
            return
        reference = self._parcels.reference(cells)
        try:
            made = self._parcels.read(cells, row)
        except SetAside as aside:
            name = self._parcels.written_name(aside.column)
            self.rejects.append(Remark(row, name, aside.reason, reference))
            return
        for column, reason in [*self._against_others(made), *self._in_itself(made)]:
            name = self._parcels.written_name(column)
            self.warnings.append(Remark(row, name, reason, reference))
        self._rows[_key(made)] = made

    def _against_others(self, made: ShipmentRow) -> list[tuple[Column, str]]:
        """Doubts from rows before; a later row of the same parcel wins."""
        doubts: list[tuple[Column, str]] = []
        number = self._layout.number
        earlier = self._rows.get(_key(made))
        if earlier is not None:
            self.repeated += 1
            if _content(earlier) != _content(made):
                again = f"{earlier.row_number:,} 行目と同じ荷物で内容が違います。"
                doubts.append((number, f"{again}後の行を使います。"))
        elif len(self._rows) >= MOST_ROWS:
            raise _too_many()
        first = self._first_use.setdefault(made.tracking_number, made.order_ref)
        if first != made.order_ref:
            reason = (
                "同じ伝票番号が別の注文にもあります。同梱でなければ確かめてください。"
            )
            doubts.append((number, reason))
        return doubts

    def _in_itself(self, made: ShipmentRow) -> list[tuple[Column, str]]:
        doubts: list[tuple[Column, str]] = []
        layout = self._layout
        if (
            judge(made.tracking_number, made.carrier_code).fault
            is NumberFault.CHECK_DIGIT
        ):
            doubts.append((layout.number, NumberFault.CHECK_DIGIT.value))
        if (
            isinstance(layout.company, Column)
            and made.carrier_code not in DELIVERY_COMPANIES
        ):
            doubts.append((layout.company, "知らない配送会社コードです。"))
        return doubts


def _key(row: ShipmentRow) -> tuple[str, str | None, str]:
    return row.order_ref, row.package_ref, row.tracking_number


def _content(row: ShipmentRow) -> tuple[object, ...]:
    return (
        row.carrier_code,
        row.shipping_date,
        row.shipping_detail_id,
        row.replaces,
    )


def _too_many() -> CsvRefused:
    return CsvRefused(
        "too-many-rows",
        f"荷物が {MOST_ROWS:,} 件を超えています。",
        advice="期間を短くして出力し、分けて取り込んでください。",
        english=f"more than {MOST_ROWS} parcels",
    )


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
