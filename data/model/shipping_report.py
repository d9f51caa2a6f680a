"""One order's shipping report: when it may be decided on, and how its rows are counted.

A report that is on its way must not be sent again before it is certain that it did not
arrive (rms/order-api.md §4.2b: results come seconds to minutes later). Whether it is
certain depends on when the order was *asked for*, not on the clock.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from data.model.shipment import Shipment, ShipmentState
from data.model.shipping_rows import RowChange

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
