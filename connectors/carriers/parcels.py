"""One record of a carrier's file to one parcel, or why it is none.

What reading a carrier's file gives.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from connectors.carriers.layout import CarrierLayout, Column, read_day
from connectors.carriers.registry import Laid
from connectors.csv_file.decoding import Encoding
from connectors.csv_file.refusal import CsvRefused, Position
from data.model.order_file import ORDER_NUMBER
from data.model.shipment import company_code
from data.model.short_key import read_short_key
from data.model.tracking_number import NumberFault, as_written, is_damaged, judge


@dataclass(frozen=True)
class ShipmentRow:
    """One parcel. Row 1 is the header, or the first row of a file without one.

    `order_ref` is a short key in its one form, else what stands there, which should be
    an order's number; `package_ref` is the mall's 送付先ID where the file has it.
    `shipping_detail_id` names the row to change at the mall, `replaces` the wrong
    number that this one corrects.
    """

    row_number: int
    order_ref: str
    package_ref: str | None
    carrier_code: str
    tracking_number: str
    shipping_date: date
    shipping_detail_id: str | None = None
    replaces: str | None = None


@dataclass(frozen=True)
class Remark:
    """What is to be said of one row; holds no cell but the order's reference."""

    row_number: int
    column_name: str | None
    reason: str
    order_ref: str | None


@dataclass(frozen=True)
class ShipmentFile:
    """A whole file: every row read is in `rows`, `rejects`, or counted as left out."""

    layout: CarrierLayout
    file_name: str
    sha256: str
    encoding: Encoding
    rows_read: int
    rows: tuple[ShipmentRow, ...]
    rejects: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    notices: tuple[str, ...] = ()
    left_out: int = field(default=0)
    """Cancelled slips, repeated and blank rows, repeated headers."""


EXPORT_AGAIN: Final = (
    "配送会社のシステムからもう一度出力し、Excelで開かずにそのまま取り込んでください。"
)
BLANK: Final = "空欄です。"
_REFERENCE: Final = re.compile(ORDER_NUMBER)
_PHONE: Final = re.compile(r"0[0-9]{9,10}|0[0-9]{1,4}-[0-9]{1,4}-[0-9]{4}")
_ID: Final = re.compile(r"[0-9]{1,12}")


class SetAside(Exception):
    """One row is not used; the file is."""

    def __init__(self, column: Column, reason: str) -> None:
        super().__init__(column.name)
        self.column = column
        self.reason = reason


class Parcels:
    """Reads records under one layout laid on one header."""

    def __init__(self, laid: Laid) -> None:
        self._laid = laid
        self._layout = laid.layout

    def is_cancelled(self, cells: Sequence[bytes]) -> bool:
        """Whether the slip was deleted; any mark but 0 counts (csv/formats.md §10)."""
        return self._cell(cells, self._layout.deleted) not in {"", "0"}

    def reference(self, cells: Sequence[bytes]) -> str | None:
        """The order's reference if it may be shown: not a name or a phone number."""
        reference = self._cell(cells, self._layout.reference)
        is_ours = _REFERENCE.fullmatch(reference) and not _PHONE.fullmatch(reference)
        return reference if is_ours else None

    def written_name(self, one: Column) -> str:
        """The column's name as this file writes it."""
        return self._laid.header.cells[self._laid.places[one]].decode()

    def read(self, cells: Sequence[bytes], row: int) -> ShipmentRow:
        """Read the parcel, or raise SetAside, or CsvRefused for digits lost for good.

        A number in doubt is read all the same; who keeps it warns.
        """
        layout = self._layout
        reference = self._key(cells, layout.reference, row)
        if not reference:
            raise SetAside(layout.reference, BLANK)
        if not _REFERENCE.fullmatch(reference):
            raise SetAside(layout.reference, "注文番号に使えない文字が含まれています。")
        company = self._company(cells)
        number = self._number(cells, layout.number, company, row)
        written = self._cell(cells, layout.date)
        day = read_day(written)
        if day is None:
            raise SetAside(
                layout.date, "日付として読めません。" if written else layout.unshipped
            )
        return ShipmentRow(
            row_number=row,
            order_ref=read_short_key(reference) or reference,
            package_ref=self._id(cells, layout.package, row),
            carrier_code=company,
            tracking_number=number,
            shipping_date=day,
            shipping_detail_id=self._id(cells, layout.detail_id, row),
            replaces=self._replaced(cells, row, number),
        )

    def _cell(self, cells: Sequence[bytes], one: Column | None) -> str:
        at = self._laid.places.get(one) if one is not None else None
        return "" if at is None else as_written(cells[at].decode())

    def _key(self, cells: Sequence[bytes], one: Column, row: int) -> str:
        text = self._cell(cells, one)
        if is_damaged(text):
            raise _damaged(row, self.written_name(one), NumberFault.DAMAGED)
        return text

    def _id(self, cells: Sequence[bytes], one: Column | None, row: int) -> str | None:
        """An id of the mall's, blank or not there = None."""
        if one is None or not (text := self._key(cells, one, row)):
            return None
        if not _ID.fullmatch(text):
            raise SetAside(one, "数字ではありません。")
        return text

    def _company(self, cells: Sequence[bytes]) -> str:
        company = self._layout.company
        if isinstance(company, str):
            return company
        written = self._cell(cells, company)
        code = company_code(written)
        if code is None:
            raise SetAside(
                company,
                "配送会社のコード(1001など)か名前として読めません。"
                if written
                else BLANK,
            )
        return code

    def _number(
        self, cells: Sequence[bytes], one: Column, company: str, row: int
    ) -> str:
        at = self._laid.places[one]
        number, fault = judge(cells[at].decode(), company)
        if fault is not None and fault.spoils_the_file:
            raise _damaged(row, self.written_name(one), fault)
        if fault is not None and not fault.is_doubt_only:
            raise SetAside(one, fault.value)
        return number

    def _replaced(self, cells: Sequence[bytes], row: int, number: str) -> str | None:
        """The wrong number this row corrects; of whatever company it was."""
        one = self._layout.replaces
        if one is None or not self._cell(cells, one):
            return None
        wrong = self._number(cells, one, "", row)
        return wrong if wrong != number else None


def _damaged(row: int, column: str, fault: NumberFault) -> CsvRefused:
    return CsvRefused(
        "damaged-number",
        f"{row:,} 行目の「{column}」: {fault.value}",
        advice=f"Excelで開いて保存したファイルは使えません。{EXPORT_AGAIN}",
        english=f"row {row}: a number was damaged by Excel",
        position=Position(row=row, column=column),
    )
