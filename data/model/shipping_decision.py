"""What to do with one order's shipments, now that the order has been read anew.

The one question before a report and after it, and after a lost answer: `decide` says
which rows to send and where every other shipment stands. It is asked with an order
read just now (rms/order-api.md §5.3: orders change after import).
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from data.model.order import Order
from data.model.shipment import (
    WANTED,
    Readiness,
    Shipment,
    ShipmentState,
    date_fault,
    readiness,
)
from data.model.shipping_rows import RowChange, RowPlan, plan_rows

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
