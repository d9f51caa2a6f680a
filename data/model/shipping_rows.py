"""What to change in a mall's shipping report so that every parcel stands there once.

Adding is the last resort: a row added twice, or left half-filled beside a new one,
keeps the order open and the card uncharged (rms/order-api.md §4.2). So a row that has
the number is kept, a row whose number was wrong is corrected, an empty row is filled,
and only then one is added. Nothing is ever deleted: a row nobody knows may be a
person's, so it is reported, not touched.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from data.model.order_parts import Frozen, Package, ShippingRow
from data.model.shipment import WANTED, Shipment
from data.model.tracking import normalised

MOST_ROWS: Final = 20
"""Rows a destination may have (§4.2)."""


class RowChange(Frozen):
    """One row of updateOrderShipping; without a `shipping_detail_id` it is added."""

    basket_id: str
    shipping_detail_id: str | None
    carrier_code: str
    tracking_number: str
    shipping_date: date


class Settled(NamedTuple):
    """A shipment whose row stands at the mall just as it should."""

    shipment: Shipment
    shipping_detail_id: str


class Impossible(NamedTuple):
    """A shipment that no change can report, and why, in Japanese."""

    shipment: Shipment
    reason: str


class OpenRow(NamedTuple):
    """What keeps an order at 300: a row with gaps, or a package without any row.

    `missing` names the empty cells in Japanese; `shipping_detail_id` is None where no
    row is.
    """

    basket_id: str
    shipping_detail_id: str | None
    missing: tuple[str, ...]


class DoubledRow(NamedTuple):
    """One tracking number in several rows of a package: a person must delete some."""

    basket_id: str
    tracking_number: str
    shipping_detail_ids: tuple[str, ...]


class RowPlan(NamedTuple):
    """Every wanted shipment is in `changes`, `settled` or `impossible`, once."""

    changes: tuple[RowChange, ...] = ()
    settled: tuple[Settled, ...] = ()
    impossible: tuple[Impossible, ...] = ()


def plan_rows(packages: Iterable[Package], shipments: Iterable[Shipment]) -> RowPlan:
    """Compare one order's rows at the mall with its shipments, and say what to change.

    The same question after a lost answer: what is `settled` did arrive, what is in
    `changes` did not and may be sent again. Shipments that should not stand at the
    mall (refused, cancelled, replaced) are left out.
    """
    wanted: dict[tuple[str, str], Shipment] = {
        (one.basket_id, one.tracking_number): one
        for one in shipments
        if one.state in WANTED
    }
    by_basket = {package.basket_id: package for package in packages}
    changes: list[RowChange] = []
    settled: list[Settled] = []
    impossible: list[Impossible] = []
    for basket_id in dict.fromkeys(basket for basket, _ in wanted):
        mine = [one for (basket, _), one in wanted.items() if basket == basket_id]
        package = by_basket.get(basket_id)
        if package is None:
            reason = (
                "この送付先はRMSの注文にありません(no such package)。"
                "対処: RMSの画面で発送情報を登録してください。"
            )
            impossible += [Impossible(one, reason) for one in mine]
            continue
        plan = _plan_package(package, mine)
        changes += plan.changes
        settled += plan.settled
        impossible += plan.impossible
    return RowPlan(tuple(changes), tuple(settled), tuple(impossible))


def open_rows(packages: Iterable[Package]) -> tuple[OpenRow, ...]:
    """Everything in the shipping report that keeps the night job from closing it."""
    found: list[OpenRow] = []
    for package in packages:
        if not package.shipping_rows:
            found.append(OpenRow(package.basket_id, None, tuple(_CELLS.values())))
        found += [
            OpenRow(package.basket_id, row.shipping_detail_id, missing)
            for row in package.shipping_rows
            if (missing := _missing(row))
        ]
    return tuple(found)


def doubled_rows(packages: Iterable[Package]) -> tuple[DoubledRow, ...]:
    """Numbers that stand more than once in one package; we never delete, so we tell."""
    found: list[DoubledRow] = []
    for package in packages:
        ids: dict[str, list[str]] = {}
        for row in package.shipping_rows:
            if number := _number(row):
                ids.setdefault(number, []).append(row.shipping_detail_id)
        found += [
            DoubledRow(package.basket_id, number, tuple(rows))
            for number, rows in ids.items()
            if len(rows) > 1
        ]
    return tuple(found)


_CELLS: Final = {
    "carrier_code": "配送会社",
    "tracking_number": "お荷物伝票番号",
    "shipping_date": "発送日",
}


def _missing(row: ShippingRow) -> tuple[str, ...]:
    return tuple(name for field, name in _CELLS.items() if not getattr(row, field))


def _plan_package(package: Package, wanted: Sequence[Shipment]) -> RowPlan:
    free = sorted(package.shipping_rows, key=_age)
    row_of: dict[str, ShippingRow] = {}
    for pick in (_with_its_number, _to_correct, _empty):
        for one in wanted:
            if one.tracking_number in row_of:
                continue
            row = pick(one, free)
            if row is not None:
                free.remove(row)
                row_of[one.tracking_number] = row
    room = MOST_ROWS - len(package.shipping_rows)
    changes: list[RowChange] = []
    settled: list[Settled] = []
    impossible: list[Impossible] = []
    for one in wanted:
        row = row_of.get(one.tracking_number)
        if row is not None and _is_as_wanted(row, one):
            settled.append(Settled(one, row.shipping_detail_id))
        elif row is not None:
            changes.append(_change(one, row.shipping_detail_id))
        elif room:
            room -= 1
            changes.append(_change(one, None))
        else:
            reason = (
                f"送付先の発送情報が{MOST_ROWS}件に達しています(no room)。"
                "対処: RMSの画面で不要な行を消してください。"
            )
            impossible.append(Impossible(one, reason))
    return RowPlan(tuple(changes), tuple(settled), tuple(impossible))


def _age(row: ShippingRow) -> tuple[int, str]:
    """Oldest first: the mall counts its row ids up."""
    return len(row.shipping_detail_id), row.shipping_detail_id


def _number(row: ShippingRow) -> str:
    return normalised(row.tracking_number or "")


def _with_its_number(one: Shipment, free: list[ShippingRow]) -> ShippingRow | None:
    """A row that has the number; of several the one that is right already."""
    same = [row for row in free if _number(row) == one.tracking_number]
    return next((row for row in same if _is_as_wanted(row, one)), None) or next(
        iter(same), None
    )


def _to_correct(one: Shipment, free: list[ShippingRow]) -> ShippingRow | None:
    """The row this shipment says it is to stand in, by the row's id or old number.

    Whatever stands there: a file that names the row's id means to change it (§4.2).
    """
    by_id = (row for row in free if row.shipping_detail_id == one.shipping_detail_id)
    by_number = (row for row in free if one.replaces and _number(row) == one.replaces)
    return next(by_id, None) or next(by_number, None)


def _empty(one: Shipment, free: list[ShippingRow]) -> ShippingRow | None:
    """A row without a number: one of the same company if there is one, else any."""
    empty = [row for row in free if not _number(row)]
    same = (row for row in empty if row.carrier_code == one.carrier_code)
    return next(same, None) or next(iter(empty), None)


def _is_as_wanted(row: ShippingRow, one: Shipment) -> bool:
    return (
        _number(row) == one.tracking_number
        and row.carrier_code == one.carrier_code
        and row.shipping_date == one.shipping_date
    )


def _change(one: Shipment, shipping_detail_id: str | None) -> RowChange:
    return RowChange(
        basket_id=one.basket_id,
        shipping_detail_id=shipping_detail_id,
        carrier_code=one.carrier_code,
        tracking_number=one.tracking_number,
        shipping_date=one.shipping_date,
    )
