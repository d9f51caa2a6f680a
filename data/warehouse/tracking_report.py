"""What a person should see of a run that reported shipments."""

from typing import NamedTuple

from data.model.shipping_rows import DoubledRow, OpenRow, doubled_rows, open_rows
from data.warehouse.session import Connection
from data.warehouse.statements import SQL
from data.warehouse.stored_orders import stored_orders
from data.warehouse.tracking import Run


class ShipmentLine(NamedTuple):
    """One shipment, and what the run has done to it."""

    order_number: str
    basket_id: str
    tracking_number: str
    state: str
    reason: str | None
    was_sent: bool
    was_verified: bool
    has_changed: bool


class Straggler(NamedTuple):
    """An order reported before today and not closed, and what may hold it open."""

    order_number: str
    open_rows: tuple[OpenRow, ...]
    doubled_rows: tuple[DoubledRow, ...]


class TrackingReport(NamedTuple):
    """The run's shipments, the orders still 発送待ち although all is reported, and
    those that could not be read, so that nothing was sent of them.
    """

    lines: tuple[ShipmentLine, ...]
    stragglers: tuple[Straggler, ...]
    unread: tuple[str, ...]


def tracking_report(con: Connection, run: Run) -> TrackingReport:
    """Gather what the run sent, verified and could not do, and what is still open."""
    lines = SQL.run(con, "list_shipments_changed", run.given).fetchall()
    rows = SQL.run(con, "list_tracking_stragglers", run.given).fetchall()
    orders = stored_orders(
        con, run.shop_id, [number for (number,) in rows], mall=run.mall
    )
    unread = SQL.run(con, "list_tracking_unread", run.given).fetchall()
    return TrackingReport(
        tuple(ShipmentLine(*line) for line in lines),
        tuple(
            Straggler(number, open_rows(one.packages), doubled_rows(one.packages))
            for number, one in sorted(orders.items())
        ),
        tuple(number for (number,) in unread),
    )
