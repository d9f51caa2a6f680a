"""One record of a carrier's file to one parcel, or why it is none."""

import re
from collections.abc import Sequence
from typing import Final

from connectors.carriers.layout import EXPORT_AGAIN, Column, read_day
from connectors.carriers.registry import Laid
from connectors.csv_file import CsvRefused, Position
from data.model.csv_file import BLANK
from data.model.order import SHOP_ORDER_NUMBER
from data.model.shipping.shipment import NO_NUMBER, company_code
from data.model.shipping.shipment_file import ShipmentRow
from data.model.shipping.short_key import read_short_key
from data.model.shipping.tracking_number import (
    NumberFault,
    as_written,
    is_damaged,
    parse_tracking_number,
)
from data.model.shipping.unnumbered import (
    ALWAYS_NUMBERED,
    says_no_number,
    unnumbered_way,
)

_REFERENCE: Final = re.compile(rf"(?=.*\d){SHOP_ORDER_NUMBER}")
NEEDS_NUMBER: Final = (
    "ヤマト運輸と佐川急便の荷物には、送り状番号が必要です。"
    "番号のない発送の場合は、配送会社を確認してください。"
)
HAS_NONE: Final = "番号のない発送の場合は「なし」と入力してください。"
_ID: Final = re.compile(r"[0-9]{1,12}")


class SetAside(Exception):
    """One row is not used; the others of the file are."""

    def __init__(self, column: Column, reason: str) -> None:
        super().__init__(column.name)
        self.column = column
        self.reason = reason


class ParcelReader:
    """Reads records by a layout whose columns were found in the file."""

    def __init__(self, laid: Laid) -> None:
        self._laid = laid
        self._layout = laid.layout

    def is_deleted(self, cells: Sequence[bytes]) -> bool:
        """Return whether the label was deleted, or its number is taken back."""
        return self._cell(cells, self._layout.deleted) not in {"", "0"}

    def written_name(self, one: Column) -> str:
        """Return the column's name as this file writes it."""
        return self._laid.header.cells[self._laid.places[one]].decode()

    def read(self, cells: Sequence[bytes], row: int) -> ShipmentRow:
        """Read the parcel; raise SetAside, or CsvRefused if digits are lost for good.

        A doubtful number is read all the same: whoever keeps it has to warn.
        """
        layout = self._layout
        reference = self._key(cells, layout.reference, row)
        if not reference:
            raise SetAside(layout.reference, BLANK)
        key = read_short_key(reference)  # one of 160 has no digit
        if key is None and not _REFERENCE.fullmatch(reference):
            raise SetAside(layout.reference, "注文番号に使えない文字が含まれています。")
        company = self._company(cells)
        number = self._number(cells, layout.number, company, row)
        written = self._cell(cells, layout.date)
        day = read_day(written)
        if day is None:
            raise SetAside(
                layout.date,
                "日付として読み取れません。" if written else layout.unshipped,
            )
        return ShipmentRow(
            row_number=row,
            order_ref=key or reference,
            package_ref=self._id(cells, layout.package, row),
            carrier_code=company,
            tracking_number=number,
            shipping_date=day,
            shipping_detail_id=self._row_id(cells, row),
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
        """Return an id of the mall's; None if it is blank or the column absent."""
        if one is None or not (text := self._key(cells, one, row)):
            return None
        if not _ID.fullmatch(text):
            raise SetAside(one, "数字ではありません。")
        return text

    def _row_id(self, cells: Sequence[bytes], row: int) -> str | None:
        """Return the id of the mall's row as RMS's answers have it, a number."""
        found = self._id(cells, self._layout.detail_id, row)
        return found.lstrip("0") or None if found else None

    def _company(self, cells: Sequence[bytes]) -> str:
        company = self._layout.company
        if isinstance(company, str):
            return company
        written = self._cell(cells, company)
        way = unnumbered_way(written)
        code = company_code(written) if way is None else way.company
        if code is None:
            raise SetAside(
                company,
                "配送会社のコード(1001など)または名前として読み取れません。"
                if written
                else BLANK,
            )
        return code

    def _number(
        self, cells: Sequence[bytes], one: Column, company: str, row: int
    ) -> str:
        at = self._laid.places[one]
        if self._has_no_number(cells, one):
            if company in ALWAYS_NUMBERED:
                raise SetAside(one, NEEDS_NUMBER)
            return NO_NUMBER
        number, fault = parse_tracking_number(cells[at].decode(), company)
        if fault is not None and fault.spoils_the_file:
            raise _damaged(row, self.written_name(one), fault)
        if fault is not None and not fault.is_doubt_only:
            is_blank = fault is NumberFault.BLANK and company not in ALWAYS_NUMBERED
            raise SetAside(one, fault.value + (HAS_NONE if is_blank else ""))
        return number

    def _has_no_number(self, cells: Sequence[bytes], one: Column) -> bool:
        """Return whether a cell for a number says that there is none.

        Blank says so only beside a way of sending that has no numbers.
        """
        written, company = self._cell(cells, one), self._layout.company
        if written or one is not self._layout.number or isinstance(company, str):
            return says_no_number(written)
        return unnumbered_way(self._cell(cells, company)) is not None

    def _replaced(self, cells: Sequence[bytes], row: int, number: str) -> str | None:
        """Return the wrong number that this row corrects, of whatever company."""
        one = self._layout.replaces
        if one is None or not self._cell(cells, one):
            return None
        wrong = self._number(cells, one, "", row)
        return wrong if wrong != number else None


def _damaged(row: int, column: str, fault: NumberFault) -> CsvRefused:
    return CsvRefused(
        "damaged-number",
        f"{row:,} 行目の「{column}」: {fault.value}",
        advice=EXPORT_AGAIN,
        position=Position(row=row, column=column),
    )
