"""What to do about one order's shipments: report, correct, leave alone, or refuse.

The decision is made on an order that was read late enough to show every report that was
sent of it (`may_send`). `decide` then says which rows of the mall's shipping report to
change and where every other shipment stands; the same call answers what became of a
report whose answer was lost.

Adding a row is the last resort: a row added twice, or left half-filled beside a new
one, keeps the order open and the card uncharged (docs/rms/order-api.md §4.2). So a row
that has the number is kept, a row whose number was wrong is corrected, an empty row is
filled, and only then one is added. Nothing is ever deleted: a row that juchu did not
write may be a person's work, so it is reported to staff instead.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Final, NamedTuple

from pydantic import StringConstraints

from data.model.order import Frozen, Order, Package, ShippingRow
from data.model.shipping.shipment import (
    MOST_ROWS,
    NO_NUMBER,
    WANTED,
    ReportFault,
    Shipment,
    ShipmentState,
    date_fault,
    why_not_report,
)
from data.model.shipping.tracking_number import normalised

SETTLES_AFTER: Final = timedelta(seconds=180)
"""How long after a report getOrder may still show the order without it; results come
seconds to minutes later (docs/rms/order-api.md §4.2b)."""

MOST_ORDERS: Final = 100
"""Orders per call of updateOrderShippingAsync (docs/rms/order-api.md §4.2b)."""

_ON_ITS_WAY: Final = frozenset({ShipmentState.SENT, ShipmentState.UNKNOWN})


RESULTS_KEPT: Final = timedelta(days=1)
"""How long the results of an accepted report are asked for. RMS keeps them for 30 days
(docs/rms/order-api.md §4.2b); after a day only reading the order counts."""


class Reported(NamedTuple):
    """A shipment, when its latest report was sent and when its outcome was known."""

    shipment: Shipment
    sent_at: datetime | None
    heard_at: datetime | None
    is_accepted: bool = False
    """Whether RMS accepted that report and may still be at work on it."""

    @property
    def is_unheard(self) -> bool:
        """Whether a report was sent whose outcome is still unknown."""
        return self.sent_at is not None and (
            self.heard_at is None or self.heard_at < self.sent_at
        )


def may_send(
    reported: Iterable[Reported], seen_at: datetime, settles: timedelta = SETTLES_AFTER
) -> bool:
    """Return whether an order asked for at `seen_at` must show all reports so far.

    Only then may anything of it be sent: an empty row may be about to be filled by a
    report under way, and a missing row may still appear. What counts is when the order
    was asked for, not the present time. Shipments that were replaced count, too.

    A report that RMS accepted will be done, however slow RMS is: while it has no
    result, a second one would add its rows again.
    """
    for one in reported:
        if one.sent_at is not None and (
            one.is_unheard or one.shipment.state in _ON_ITS_WAY
        ):
            is_awaited = one.is_accepted and one.is_unheard
            if seen_at < one.sent_at + (RESULTS_KEPT if is_awaited else settles):
                return False
        elif one.heard_at is not None and seen_at <= one.heard_at:
            return False
    return True


RmsId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]
"""RMS's own number of a package or a row."""

Filled = Annotated[str, StringConstraints(min_length=1)]
"""Never empty: in a report an empty text erases what RMS has (§4.2)."""


class RowChange(Frozen):
    """One row of updateOrderShipping.

    With a `shipping_detail_id` that row of RMS is changed; without one a row is added,
    every time it is sent. A parcel without a number has NO_NUMBER, and nothing is sent
    in its place, unless a wrong number stands in the row (`erases_number`).
    """

    basket_id: RmsId
    shipping_detail_id: RmsId | None
    carrier_code: Filled
    tracking_number: Filled
    shipping_date: date
    erases_number: bool = False


class Outcome(NamedTuple):
    """Where a shipment stands without any call, and what is wrong with it."""

    shipment: Shipment
    state: ShipmentState
    fault: ReportFault | None
    shipping_detail_id: str | None

    @property
    def reason(self) -> str | None:
        """The sentence for shop staff; None if nothing is wrong."""
        return None if self.fault is None else self.fault.value


class ShippingDecision(NamedTuple):
    """Each wanted shipment is in `send` or in `outcomes`, once."""

    send: tuple[RowChange, ...]
    outcomes: tuple[Outcome, ...]


def decide(
    order: Order, shipments: Iterable[Shipment], today: date
) -> ShippingDecision:
    """Decide on all shipments of one order that was read just now.

    A number that corrects a wrong one in a row is sent after 500, too.

    What stands at the mall is VERIFIED, whatever became of the order since. A shipment
    that was verified before and is gone is never sent again: a person removed it. A
    cancelled order takes no report, and an order that is not ready yet leaves its
    shipments in their state, with the reason.
    """
    wanted = _wanted(order, tuple(shipments))
    standing = {
        (one.shipment.basket_id, one.shipment.tracking_number)
        for one in plan_rows(order.packages, wanted.values()).settled
    }
    outcomes: list[Outcome] = []
    sendable: list[Shipment] = []
    for key, one in wanted.items():
        if key in standing:
            sendable.append(one)
        elif one.state is ShipmentState.VERIFIED:
            gone = ReportFault.CHANGED_AT_MALL
            outcomes.append(Outcome(one, one.state, gone, one.shipping_detail_id))
        elif fault := _fault(order, one, today):
            outcomes.append(Outcome(one, _state(one, fault), fault, None))
        else:
            sendable.append(one)
    plan = plan_rows(order.packages, sendable)
    return ShippingDecision(plan.changes, (*outcomes, *_planned(plan)))


def _wanted(
    order: Order, shipments: Sequence[Shipment]
) -> dict[tuple[str, str], Shipment]:
    """Return the wanted shipments, each with the wrong number that stands in a row.

    A number may be corrected before it was reported. Then not the number it replaced
    stands at the mall, but one that was replaced earlier.
    """
    corrected = {
        (one.basket_id, one.tracking_number): one.replaces
        for one in shipments
        if one.state is ShipmentState.REPLACED
    }
    standing = {
        (package.basket_id, number_in(row))
        for package in order.packages
        for row in package.shipping_rows
    }
    return {
        (one.basket_id, one.tracking_number): one.model_copy(
            update={"replaces": _wrong_number(one, corrected, standing)}
        )
        for one in shipments
        if one.state in WANTED
    }


def _wrong_number(
    one: Shipment,
    corrected: Mapping[tuple[str, str], str | None],
    standing: Collection[tuple[str, str]],
) -> str | None:
    """Return the latest number in a row that led to this one by corrections.

    Where none stands in a row it is the number that the shipment itself names.
    """
    wrong, passed = one.replaces, {one.tracking_number}
    while wrong is not None and wrong not in passed:
        if (one.basket_id, wrong) in standing:
            return wrong
        passed.add(wrong)
        wrong = corrected.get((one.basket_id, wrong))
    return one.replaces


def _corrects_a_row(order: Order, one: Shipment) -> bool:
    """Return whether the wrong number that a shipment replaces stands in a row.

    After 500 RMS still lets rows be changed (docs/rms/order-api.md §4.2).
    """
    rows = (
        row
        for package in order.packages
        if package.basket_id == one.basket_id
        for row in package.shipping_rows
    )
    return one.replaces is not None and any(
        number_in(row) == one.replaces for row in rows
    )


def _fault(order: Order, one: Shipment, today: date) -> ReportFault | None:
    fault = why_not_report(order.mall_status)
    if fault is ReportFault.CLOSED and _corrects_a_row(order, one):
        fault = None
    return fault or date_fault(one.shipping_date, today, order.ordered_at.date())


def _state(one: Shipment, fault: ReportFault) -> ShipmentState:
    match fault:
        case ReportFault.NOT_READY:
            return one.state
        case ReportFault.CANCELLED:
            return ShipmentState.CANCELLED
        case _:
            return ShipmentState.REFUSED


def _planned(plan: "RowPlan") -> Iterable[Outcome]:
    for one, detail_id in plan.settled:
        yield Outcome(one, ShipmentState.VERIFIED, None, detail_id)
    for one, fault in plan.impossible:
        yield Outcome(one, ShipmentState.REFUSED, fault, None)


class SettledShipment(NamedTuple):
    """A shipment whose row stands at the mall exactly as it should."""

    shipment: Shipment
    shipping_detail_id: str


class Impossible(NamedTuple):
    """A shipment that no change can report, and why."""

    shipment: Shipment
    fault: ReportFault


class RowPlan(NamedTuple):
    """Each wanted shipment is in `changes`, `settled` or `impossible`, once."""

    changes: tuple[RowChange, ...] = ()
    settled: tuple[SettledShipment, ...] = ()
    impossible: tuple[Impossible, ...] = ()


def plan_rows(packages: Iterable[Package], shipments: Iterable[Shipment]) -> RowPlan:
    """Compare one order's rows at the mall with its shipments, and list the changes.

    After a lost answer the same comparison tells what happened: what is `settled`
    arrived; what is in `changes` did not and may be sent again. Shipments that should
    not stand at the mall (refused, cancelled, replaced) are left out.
    """
    wanted: dict[tuple[str, str], Shipment] = {
        (one.basket_id, one.tracking_number): one
        for one in shipments
        if one.state in WANTED
    }
    by_basket = {package.basket_id: package for package in packages}
    changes: list[RowChange] = []
    settled: list[SettledShipment] = []
    impossible: list[Impossible] = []
    for basket_id in dict.fromkeys(basket for basket, _ in wanted):
        mine = [one for (basket, _), one in wanted.items() if basket == basket_id]
        package = by_basket.get(basket_id)
        if package is None:
            impossible += [Impossible(one, ReportFault.NO_PACKAGE) for one in mine]
            continue
        plan = _plan_package(package, mine)
        changes += plan.changes
        settled += plan.settled
        impossible += plan.impossible
    return RowPlan(tuple(changes), tuple(settled), tuple(impossible))


def _plan_package(package: Package, wanted: Sequence[Shipment]) -> RowPlan:
    row_of = _rows_taken(package, wanted)
    room = MOST_ROWS - len(package.shipping_rows)
    changes: list[RowChange] = []
    settled: list[SettledShipment] = []
    impossible: list[Impossible] = []
    for one in wanted:
        row = row_of.get(one.tracking_number)
        if row is not None and _is_as_wanted(row, one):
            settled.append(SettledShipment(one, row.shipping_detail_id))
        elif row is not None:
            changes.append(_change(one, row))
        elif room:
            room -= 1
            changes.append(_change(one, None))
        else:
            impossible.append(Impossible(one, ReportFault.NO_ROOM))
    return RowPlan(tuple(changes), tuple(settled), tuple(impossible))


def _rows_taken(package: Package, wanted: Sequence[Shipment]) -> dict[str, ShippingRow]:
    """Assign existing rows to shipments, by tracking number; each row at most once.

    Each pass goes over all shipments, the surest kind of match first, so that no
    shipment takes the row that belongs to a later one. A correction goes before the
    filling of empty rows: else the wrong number would stay at the mall beside the right
    one.
    """
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
    return row_of


def _age(row: ShippingRow) -> tuple[int, str]:
    """Return the sort key, oldest first: the mall numbers its rows upwards."""
    return len(row.shipping_detail_id), row.shipping_detail_id


def number_in(row: ShippingRow) -> str:
    """Return the number that stands in a row, NO_NUMBER if none does."""
    return normalised(row.tracking_number or "") or NO_NUMBER


def _with_its_number(one: Shipment, free: list[ShippingRow]) -> ShippingRow | None:
    """Return the row that has the number; of several, one that is right already.

    A row without a number belongs to a parcel only if it is right already.
    """
    same = [row for row in free if number_in(row) == one.tracking_number]
    if right := next((row for row in same if _is_as_wanted(row, one)), None):
        return right
    return None if one.tracking_number == NO_NUMBER else next(iter(same), None)


def _to_correct(one: Shipment, free: list[ShippingRow]) -> ShippingRow | None:
    """Return the row to correct, found by the row's id or by the wrong number.

    By id whatever stands in it: a file that gives the row's id means to change that row
    (docs/rms/order-api.md §4.2).
    """
    by_id = (row for row in free if row.shipping_detail_id == one.shipping_detail_id)
    by_number = (row for row in free if one.replaces and number_in(row) == one.replaces)
    return next(by_id, None) or next(by_number, None)


def _empty(one: Shipment, free: list[ShippingRow]) -> ShippingRow | None:
    """Return a row without a number, one of the same company if there is one."""
    empty = [row for row in free if number_in(row) == NO_NUMBER]
    same = (row for row in empty if row.carrier_code == one.carrier_code)
    return next(same, None) or next(iter(empty), None)


def _is_as_wanted(row: ShippingRow, one: Shipment) -> bool:
    return (
        number_in(row) == one.tracking_number
        and row.carrier_code == one.carrier_code
        and row.shipping_date == one.shipping_date
    )


def _change(one: Shipment, row: ShippingRow | None) -> RowChange:
    has_number = row is not None and number_in(row) != NO_NUMBER
    return RowChange(
        basket_id=one.basket_id,
        shipping_detail_id=None if row is None else row.shipping_detail_id,
        carrier_code=one.carrier_code,
        tracking_number=one.tracking_number,
        shipping_date=one.shipping_date,
        erases_number=has_number and one.tracking_number == NO_NUMBER,
    )


class OrderReport(NamedTuple):
    """The rows to report of one order, in the order in which RMS numbers them."""

    order_number: str
    rows: tuple[RowChange, ...]


def order_report(order_number: str, rows: Iterable[RowChange]) -> OrderReport:
    """Sort the rows by package, as RMS does before it numbers them from 1."""
    in_order = sorted(rows, key=lambda row: (len(row.basket_id), row.basket_id))
    return OrderReport(order_number, tuple(in_order))


class RowResult(NamedTuple):
    """RMS's answer on one row of a report; `data_number` None = on the whole order."""

    order_number: str
    data_number: int | None
    is_refused: bool
    reason: str | None
