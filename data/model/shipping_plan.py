"""What to change in a mall's shipping report so that every parcel stands there once.

Adding is the last resort: a row added twice, or left half-filled beside a new one,
keeps the order open and the card uncharged (rms/order-api.md §4.2). So a row that has
the number is kept, a row whose number was wrong is corrected, an empty row is filled,
and only then one is added. Nothing is ever deleted: a row nobody knows may be a
person's, so it is reported, not touched.

What to do with one order's shipments, now that the order has been read anew.

The one question before a report and after it, and after a lost answer: `decide` says
which rows to send and where every other shipment stands. It is asked with an order
read just now (rms/order-api.md §5.3: orders change after import).

One order's shipping report: when it may be decided on, and how its rows are counted.

A report that is on its way must not be sent again before it is certain that it did not
arrive (rms/order-api.md §4.2b: results come seconds to minutes later). Whether it is
certain depends on when the order was *asked for*, not on the clock.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Final, NamedTuple

from pydantic import StringConstraints

from data.model.order import Frozen, Order, Package, ShippingRow
from data.model.shipment import (
    WANTED,
    Readiness,
    Shipment,
    ShipmentState,
    date_fault,
    readiness,
)
from data.model.tracking_number import normalised

MOST_ROWS: Final = 20
"""Rows a destination may have (§4.2)."""


RmsId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]
"""RMS's own number of a package or a row."""

Filled = Annotated[str, StringConstraints(min_length=1)]
"""Never empty: in a report an empty text erases what RMS has (§4.2)."""


class RowChange(Frozen):
    """One row of updateOrderShipping.

    With a `shipping_detail_id` that row of RMS is changed; without one a row is added,
    every time it is sent.
    """

    basket_id: RmsId
    shipping_detail_id: RmsId | None
    carrier_code: Filled
    tracking_number: Filled
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


CHANGED_SINCE = (
    "報告した行がRMSで変更または削除されています(changed at the mall)。"
    "対処: RMSの画面を確かめてください。"
)


class Outcome(NamedTuple):
    """Where a shipment stands without any call, and why, in Japanese."""

    shipment: Shipment
    state: ShipmentState
    reason: str | None
    shipping_detail_id: str | None


class Decision(NamedTuple):
    """Every wanted shipment is in `send` or in `outcomes`, once."""

    send: tuple[RowChange, ...]
    outcomes: tuple[Outcome, ...]


def decide(order: Order, shipments: Iterable[Shipment], today: date) -> Decision:
    """Decide on all shipments of one order at once.

    What stands at the mall is VERIFIED, whatever became of the order since. A shipment
    verified before is never sent again: if its row is gone, a person took it away. A
    cancelled order takes no report, and one that is not ready yet leaves its shipments
    as they are, with the reason.
    """
    wanted = {
        (one.basket_id, one.tracking_number): one
        for one in shipments
        if one.state in WANTED
    }
    standing = {
        (one.shipment.basket_id, one.shipment.tracking_number)
        for one in plan_rows(order.packages, wanted.values()).settled
    }
    lost = [
        one
        for key, one in wanted.items()
        if one.state is ShipmentState.VERIFIED and key not in standing
    ]
    outcomes = [
        Outcome(one, one.state, CHANGED_SINCE, one.shipping_detail_id) for one in lost
    ]
    ready, why = readiness(order.mall_status)
    ordered_on = order.ordered_at.date()
    sendable: list[Shipment] = []
    for key, one in wanted.items():
        if one in lost:
            continue
        fault = date_fault(one.shipping_date, today, ordered_on)
        if key in standing or (ready is Readiness.READY and fault is None):
            sendable.append(one)
        elif ready is Readiness.READY:
            outcomes.append(Outcome(one, ShipmentState.REFUSED, fault, None))
        else:
            outcomes.append(Outcome(one, _state(one, ready), why, None))
    plan = plan_rows(order.packages, sendable)
    return Decision(plan.changes, (*outcomes, *_planned(plan)))


def _planned(plan: RowPlan) -> Iterable[Outcome]:
    for one, detail_id in plan.settled:
        yield Outcome(one, ShipmentState.VERIFIED, None, detail_id)
    for one, reason in plan.impossible:
        yield Outcome(one, ShipmentState.REFUSED, reason, None)


def _state(one: Shipment, ready: Readiness) -> ShipmentState:
    """Where a shipment of an order that takes no report stands."""
    match ready:
        case Readiness.CANCELLED:
            return ShipmentState.CANCELLED
        case Readiness.CLOSED:
            return ShipmentState.REFUSED
        case _:
            return one.state


SETTLES_AFTER: Final = timedelta(seconds=180)
"""What RMS took shows in getOrder by then; longer than any result is known to take."""

MOST_ORDERS: Final = 100
"""Orders per updateOrderShippingAsync (§4.2b)."""

_ON_ITS_WAY: Final = frozenset({ShipmentState.SENT, ShipmentState.UNKNOWN})


class Reported(NamedTuple):
    """A shipment, when its latest report left, and when was known what became of it."""

    shipment: Shipment
    sent_at: datetime | None
    heard_at: datetime | None

    @property
    def is_unheard(self) -> bool:
        """Whether a report left and nothing is known of it."""
        return self.sent_at is not None and (
            self.heard_at is None or self.heard_at < self.sent_at
        )


def may_send(
    reported: Iterable[Reported], seen_at: datetime, settles: timedelta = SETTLES_AFTER
) -> bool:
    """Whether an order asked for at `seen_at` shows all that was ever reported of it.

    Only then may anything of it be sent: an empty row it shows may be filled by a
    report under way, and a row it lacks may still come. A corrected number counts too.
    """
    for one in reported:
        if one.sent_at is not None and (
            one.is_unheard or one.shipment.state in _ON_ITS_WAY
        ):
            if seen_at < one.sent_at + settles:
                return False
        elif one.heard_at is not None and seen_at <= one.heard_at:
            return False
    return True


class OrderReport(NamedTuple):
    """The rows to report of one order, package by package, as RMS counts them."""

    order_number: str
    rows: tuple[RowChange, ...]


def order_report(order_number: str, rows: Iterable[RowChange]) -> OrderReport:
    """Put the rows into the order in which RMS numbers them, from 1."""
    in_order = sorted(rows, key=lambda row: (len(row.basket_id), row.basket_id))
    return OrderReport(order_number, tuple(in_order))


class RowResult(NamedTuple):
    """RMS's word on a row of a report; `data_number` None = on all of the order's."""

    order_number: str
    data_number: int | None
    is_refused: bool
    reason: str | None
