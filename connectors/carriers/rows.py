"""The parcels of a whole file: each once, with what a person should look at."""

from collections.abc import Sequence
from typing import Final

from connectors.carriers.layout import Column
from connectors.carriers.parcels import Parcels, SetAside
from connectors.carriers.registry import Laid
from connectors.carriers.shipment_file import Remark, ShipmentRow
from connectors.mall_csv.refusal import CsvRefused
from data.model.delivery_company import DELIVERY_COMPANIES
from data.model.tracking import Fault, judge

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
        if judge(made.tracking_number, made.carrier_code).fault is Fault.CHECK_DIGIT:
            doubts.append((layout.number, Fault.CHECK_DIGIT.value))
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
