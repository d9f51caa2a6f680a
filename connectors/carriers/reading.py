"""Read a carrier's file: each parcel once, or a refusal before any of them is used."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from connectors.carriers.layout import EXPORT_AGAIN, Column
from connectors.carriers.parcels import ParcelReader, SetAside
from connectors.carriers.registry import Laid, lay
from connectors.csv_file import CsvFile, CsvRefused, read_csv
from data.model.csv_file import RowRemark
from data.model.shipping.shipment import DELIVERY_COMPANIES, NO_NUMBER, Carrier
from data.model.shipping.shipment_file import ShipmentFile, ShipmentRow
from data.model.shipping.tracking_number import NumberFault, parse_tracking_number

MOST_ROWS: Final = 200_000
"""Parcels of one file: more is no day's work of any shop, and they stay in memory."""

LATER_ROW: Final = "{:,} 行目と同じ荷物で、内容が違います。後の行を取り込みました。"
OTHER_ORDER: Final = (
    "同じ送り状番号が別の注文にもあります。同梱でない場合は、番号を確認してください。"
)
UNKNOWN_COMPANY: Final = "一覧にない配送会社コードです。コードを確認してください。"


class FileParcels:
    """Takes one record after the other and keeps each parcel once."""

    def __init__(self, laid: Laid) -> None:
        self.rejects: list[RowRemark] = []
        self.warnings: list[RowRemark] = []
        self.deleted = 0
        self.repeated = 0
        self._layout = laid.layout
        self._reader = ParcelReader(laid)
        self._rows: dict[tuple[str, str | None, str], ShipmentRow] = {}
        self._deleted: dict[tuple[str, str | None, str], ShipmentRow] = {}
        self._first_use: dict[str, str] = {}

    @property
    def rows(self) -> tuple[ShipmentRow, ...]:
        """The parcels so far, in file order."""
        return tuple(sorted(self._rows.values(), key=lambda one: one.row_number))

    @property
    def deleted_rows(self) -> tuple[ShipmentRow, ...]:
        """The parcels of which every label was deleted, in file order."""
        return tuple(row for key, row in self._deleted.items() if key not in self._rows)

    def take(
        self, cells: Sequence[bytes], row: int, unread: RowRemark | None = None
    ) -> None:
        """Keep one record's parcel, or why it is none; refuse a file of lost digits.

        Of two rows of one parcel the later one counts. `unread` tells of a cell that
        holds what no cell may: taken for blank, it says that the label still stands,
        or that no number is corrected.
        """
        is_deleted = self._reader.is_deleted(cells)
        if is_deleted and self._layout.carrier is not Carrier.TEMPLATE:
            self.deleted += 1
            with suppress(SetAside, CsvRefused):  # nobody uses its number
                self._delete(self._reader.read(cells, row))
            return
        if unread is not None:
            self.rejects.append(unread)
            return
        try:
            made = self._reader.read(cells, row)
        except SetAside as aside:
            self.rejects.append(self._remark(row, aside.column, aside.reason))
            return
        if is_deleted:
            self.deleted += 1
            self._delete(made)
            self.repeated += self._rows.pop(_key(made), None) is not None
            return
        doubts = [*self._against_others(made), *self._in_itself(made)]
        self.warnings += [self._remark(row, *doubt) for doubt in doubts]
        self._rows[_key(made)] = made

    def _delete(self, gone: ShipmentRow) -> None:
        self._deleted[_key(gone)] = gone

    def _remark(self, row: int, column: Column, reason: str) -> RowRemark:
        return RowRemark(row, self._reader.written_name(column), reason)

    def _against_others(self, made: ShipmentRow) -> Iterator[tuple[Column, str]]:
        """Yield what is doubtful beside the rows before, and count a repeated one."""
        earlier = self._rows.get(_key(made))
        if earlier is not None:
            self.repeated += 1
            if earlier._replace(row_number=made.row_number) != made:
                yield self._layout.number, LATER_ROW.format(earlier.row_number)
        elif len(self._rows) >= MOST_ROWS:
            raise _too_many()
        if made.tracking_number == NO_NUMBER:
            return
        first = self._first_use.setdefault(made.tracking_number, made.order_ref)
        if first != made.order_ref:
            yield self._layout.number, OTHER_ORDER

    def _in_itself(self, made: ShipmentRow) -> Iterator[tuple[Column, str]]:
        """Yield what is doubtful in the row alone."""
        layout = self._layout
        if (
            parse_tracking_number(made.tracking_number, made.carrier_code).fault
            is NumberFault.CHECK_DIGIT
        ):
            yield layout.number, NumberFault.CHECK_DIGIT.value
        is_known = made.carrier_code in DELIVERY_COMPANIES
        if isinstance(layout.company, Column) and not is_known:
            yield layout.company, UNKNOWN_COMPANY


def read_shipment_file(
    path: Path, carrier: str, *, key_column: str | None = None
) -> ShipmentFile:
    """Read and check a whole file of tracking numbers, or raise CsvRefused.

    `carrier` is whose file it is meant to be. `key_column` names the column with the
    orders' references, if the shop has them printed elsewhere than usual.
    """
    known = [one.value for one in Carrier]
    if carrier not in known:
        raise CsvRefused(
            "unknown-carrier",
            f"配送会社「{carrier[:32]}」のファイルには対応していません。",
            advice=f"次のいずれかを選んでください: {'、'.join(known)}。",
        )
    read = partial(_file, carrier=Carrier(carrier), key_column=key_column)
    return read_csv(path, read, advice=EXPORT_AGAIN)


def _file(csv: CsvFile, carrier: Carrier, key_column: str | None) -> ShipmentFile:
    laid = lay(csv.header, carrier, key_column)
    if not laid.has_header:
        csv.name_columns(laid.header)
    parcels = FileParcels(laid)
    columns = [laid.header.cells[at].decode() for at in laid.places.values()]
    for block in csv.blocks():
        unread = {one.row_number: one for one in block.unusable(columns)}
        for row, cells in block.records(csv.header):
            parcels.take(cells, row, unread.get(row))
        parcels.rejects += block.rejects
    return ShipmentFile(
        carrier=laid.layout.carrier,
        layout=laid.layout.name,
        title=laid.layout.title,
        reference_column=laid.layout.reference.name,
        file_name=csv.name,
        sha256=csv.digest.hex(),
        encoding=csv.encoding,
        rows_read=csv.rows_read,
        rows=parcels.rows,
        deleted=parcels.deleted_rows,
        rejects=tuple(sorted(parcels.rejects, key=lambda one: one.row_number)),
        warnings=tuple(parcels.warnings),
        notices=tuple(_notices(csv, laid, parcels)),
        left_out=csv.rows_left_out + parcels.deleted + parcels.repeated,
    )


def _notices(csv: CsvFile, laid: Laid, parcels: FileParcels) -> Iterator[str]:
    if not laid.has_header:
        yield "見出しのないファイルとして、列の位置で読み取りました。"
    yield from csv.notices()
    yield from csv.blanks()
    if parcels.deleted:
        yield f"削除された送り状を {parcels.deleted:,} 行除きました。"
    if parcels.repeated:
        yield f"同じ荷物の行の重複を {parcels.repeated:,} 行除きました。"


def _key(row: ShipmentRow) -> tuple[str, str | None, str]:
    return row.order_ref, row.package_ref, row.tracking_number


def _too_many() -> CsvRefused:
    return CsvRefused(
        "too-many-rows",
        f"荷物が {MOST_ROWS:,} 件を超えています。",
        advice="期間を短くして出力し、分けて取り込んでください。",
    )
