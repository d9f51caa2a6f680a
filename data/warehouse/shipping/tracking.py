"""Report shipments: what is due, the intent before the call, and its outcome.

A run goes through these, each in a session of its own, with RMS's answers between:

    orders_to_read      read these anew (getOrder), and store them
    judge_tracking      what to send now, and where the other shipments stand
    settle              write the latter down
    begin_reports       the intent: from here on the outcome is unknown; commit, then
                        call
    end_reports         what RMS said at once: taken under a requestId, or turned down
    open_requests       whose results are to be asked for, also after a killed run
    store_results       what became of each row; only reading the order proves it
    end_requests        of these orders no result is to come: their report failed at RMS

Nothing of an order is sent unless it was read after everything ever reported of it had
to show (`data.model.shipping.plan.may_send`); so no order of these calls, and no kill
between them, can report a parcel twice. At the end `tracking_report` returns what a
person should see of the run.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

import polars as pl

from data.model.order import Mall
from data.model.shipping.open_order import DoubledRow, OpenRow, doubled_rows, open_rows
from data.model.shipping.plan import (
    SETTLES_AFTER,
    OrderReport,
    Outcome,
    Reported,
    RowResult,
    decide,
    may_send,
    order_report,
)
from data.model.shipping.shipment import Shipment, ShipmentState
from data.warehouse.orders.read import stored_orders
from data.warehouse.session import Connection
from data.warehouse.statements import SQL, show

ORDERS_AT_ONCE: Final = 1000
"""Orders held in memory while they are judged."""

_OUTCOMES: Final = pl.Schema(
    {
        "order_number": pl.String(),
        "basket_id": pl.String(),
        "tracking_number": pl.String(),
        "state": pl.String(),
        "reason": pl.String(),
        "shipping_detail_id": pl.String(),
        "seen_at": pl.Datetime("us", "UTC"),
    }
)


class Run(NamedTuple):
    """Whose shipments, and since when an order counts as read anew."""

    shop_id: str
    began: datetime
    today: date
    settles: timedelta = SETTLES_AFTER
    mall: Mall = Mall.RAKUTEN

    @property
    def given(self) -> dict[str, object]:
        """Values that every statement of a run may use."""
        morning = datetime.combine(
            self.today, datetime.min.time(), tzinfo=self.began.tzinfo
        )
        return {
            "mall": self.mall.value,
            "shop_id": self.shop_id,
            "run_began": self.began,
            "today": morning,
        }


class Judged(NamedTuple):
    """What follows from the orders a run has read.

    to_send   orders with the rows to report
    outcomes  where shipments stand without a call, and when that was seen
    held      orders of which a report may still be on its way: look again later
    """

    to_send: tuple[OrderReport, ...]
    outcomes: tuple[tuple[Outcome, datetime], ...]
    held: tuple[str, ...]


def orders_to_read(con: Connection, run: Run) -> list[str]:
    """Return the orders to read again: with open shipments, or reported and not closed.

    An order that this run has read is listed again only if something was sent of it, or
    a result came, since then.
    """
    return SQL.column(con, "list_tracking_orders", run.given)


def judge_tracking(
    con: Connection,
    run: Run,
    numbers: Sequence[str] | None = None,
) -> Judged:
    """Decide on every open shipment of the orders the run has read; writes nothing."""
    given = run.given | {"numbers": None if numbers is None else list(numbers)}
    known: dict[str, list[Reported]] = {}
    seen: dict[str, datetime] = {}
    for row in SQL.run(con, "list_tracking_shipments", given).fetchall():
        *cells, seen_at, sent_at, heard_at, is_accepted = row
        reported = Reported(_shipment(run, cells), sent_at, heard_at, is_accepted)
        known.setdefault(reported.shipment.order_number, []).append(reported)
        seen[reported.shipment.order_number] = seen_at
    judged = Judged((), (), ())
    names = list(known)
    for start in range(0, len(names), ORDERS_AT_ONCE):
        part = {name: known[name] for name in names[start : start + ORDERS_AT_ONCE]}
        judged = _added(judged, _judge_part(con, run, part, seen))
    return judged


def _judge_part(
    con: Connection,
    run: Run,
    known: Mapping[str, list[Reported]],
    seen: Mapping[str, datetime],
) -> Judged:
    orders = stored_orders(con, run.shop_id, list(known), mall=run.mall)
    to_send: list[OrderReport] = []
    outcomes: list[tuple[Outcome, datetime]] = []
    held: list[str] = []
    for number, order in orders.items():
        reported = known[number]
        decision = decide(order, (one.shipment for one in reported), run.today)
        found = decision.outcomes
        if may_send(reported, seen[number], run.settles):
            if decision.send:
                to_send.append(order_report(number, decision.send))
        else:
            held.append(number)
            found = tuple(
                one
                for one in found
                if one.state is ShipmentState.VERIFIED and one.reason is None
            )
        outcomes += [(one, seen[number]) for one in found]
    return Judged(tuple(to_send), tuple(outcomes), tuple(held))


def _added(one: Judged, other: Judged) -> Judged:
    return Judged(
        one.to_send + other.to_send,
        one.outcomes + other.outcomes,
        one.held + other.held,
    )


def settle(con: Connection, run: Run, judged: Judged, *, decided_at: datetime) -> None:
    """Store the state of shipments that need no call."""
    rows = [
        (
            one.shipment.order_number,
            one.shipment.basket_id,
            one.shipment.tracking_number,
            one.state.value,
            one.reason,
            one.shipping_detail_id,
            seen_at,
        )
        for one, seen_at in judged.outcomes
    ]
    if rows:
        frame = pl.DataFrame(rows, schema=_OUTCOMES, orient="row")
        show(con, "tracking_outcomes", frame)
        SQL.run(con, "settle_shipments", run.given | {"decided_at": decided_at})
        con.unregister("tracking_outcomes")


def _shipment(run: Run, cells: Sequence[object]) -> Shipment:
    number, basket, tracking, carrier, day, state, reason, detail, replaces = cells
    return Shipment.model_validate(
        {
            "mall": run.mall,
            "shop_id": run.shop_id,
            "order_number": number,
            "basket_id": basket,
            "tracking_number": tracking,
            "carrier_code": carrier,
            "shipping_date": day,
            "state": ShipmentState(str(state)),
            "reason": reason,
            "shipping_detail_id": detail,
            "replaces": replaces,
        }
    )


_CHANGES: Final = pl.Schema(
    {
        "order_number": pl.String(),
        "basket_id": pl.String(),
        "tracking_number": pl.String(),
        "data_number": pl.Int32(),
    }
)
_RESULTS: Final = pl.Schema(
    {
        "order_number": pl.String(),
        "data_number": pl.Int32(),
        "is_refused": pl.Boolean(),
        "reason": pl.String(),
    }
)


class OpenRequest(NamedTuple):
    """A report the mall accepted and whose results were not fetched yet."""

    request_id: str
    sent_at: datetime
    order_numbers: list[str]


class Sent(NamedTuple):
    """Orders of one call, which is known by its time: no two calls are made at once."""

    at: datetime
    order_numbers: tuple[str, ...]

    def of(self, *order_numbers: str) -> "Sent":
        """Return these orders of the same call."""
        return self._replace(order_numbers=order_numbers)


def begin_reports(
    con: Connection, run: Run, reports: Sequence[OrderReport], *, sent_at: datetime
) -> None:
    """Store that these rows are about to be sent: commit, then call."""
    if not reports:
        return
    show(con, "tracking_changes", _frame(list(_numbered(reports)), _CHANGES))
    SQL.run(con, "begin_tracking_reports", run.given | {"sent_at": sent_at})
    con.unregister("tracking_changes")


def _numbered(reports: Sequence[OrderReport]) -> Iterator[tuple[object, ...]]:
    for report in reports:
        for number, row in enumerate(report.rows, start=1):
            yield report.order_number, row.basket_id, row.tracking_number, number


def end_reports(  # noqa: PLR0913 - which call's, and what came of it
    con: Connection,
    run: Run,
    sent: Sent,
    state: ShipmentState,
    *,
    reason: str | None = None,
    request_id: str | None = None,
    heard_at: datetime | None = None,
) -> None:
    """Store RMS's immediate answer about these orders of a call.

    With a `request_id` and without `heard_at` the results are still to come.
    """
    given = run.given | {
        "numbers": list(sent.order_numbers),
        "sent_at": sent.at,
        "state": state.value,
        "reason": reason,
        "request_id": request_id,
        "heard_at": heard_at,
    }
    SQL.run(con, "end_tracking_reports", given)


def open_requests(
    con: Connection, run: Run, *, asked_since: datetime
) -> list[OpenRequest]:
    """Return the reports accepted since then without fetched results, oldest first."""
    given = run.given | {"asked_since": asked_since}
    rows = SQL.run(con, "list_tracking_requests", given).fetchall()
    return [OpenRequest(*row) for row in rows]


def store_results(
    con: Connection,
    run: Run,
    request_id: str,
    results: Sequence[RowResult],
    *,
    heard_at: datetime,
) -> None:
    """Store RMS's results for the rows of a report; a row without one stays as it is.

    That a row was taken proves nothing yet: reading the order does.
    """
    if results:
        frame = _frame([tuple(one) for one in results], _RESULTS)
        show(con, "tracking_results", frame)
        given = run.given | {"request_id": request_id, "heard_at": heard_at}
        SQL.run(con, "store_tracking_results", given)
        con.unregister("tracking_results")


def end_requests(
    con: Connection, run: Run, request_id: str, numbers: Sequence[str]
) -> None:
    """Record that these orders of a report have all their results."""
    given = run.given | {"request_id": request_id, "numbers": list(numbers)}
    SQL.run(con, "end_tracking_requests", given)


def last_report_unseen(con: Connection, run: Run) -> datetime | None:
    """Return when the latest report not yet seen at the mall was sent, or None."""
    sent_at: datetime | None = SQL.value(con, "find_tracking_lost", run.given)
    return sent_at


def _frame(rows: Sequence[tuple[object, ...]], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


class ShipmentLine(NamedTuple):
    """One shipment, and what the run did with it."""

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
    is_unnumbered: bool = False
    """Whether it has a parcel without a number."""


class TrackingReport(NamedTuple):
    """What a push did, and what it leaves for a person.

    lines        the run's shipments
    stragglers   orders still 発送待ち although all is reported
    unread       orders that the run could not read, so that nothing of them was sent
    not_at_mall  the same of orders that only a CSV knows
    to_stop      orders cancelled after their report, since the push before this one,
                 each with what to do
    """

    lines: tuple[ShipmentLine, ...]
    stragglers: tuple[Straggler, ...]
    unread: tuple[str, ...]
    not_at_mall: tuple[str, ...]
    to_stop: tuple[tuple[str, str], ...] = ()


def tracking_report(con: Connection, run: Run) -> TrackingReport:
    """Return what the run sent, verified and could not do, and what is still open."""
    lines = SQL.run(con, "list_shipments_changed", run.given).fetchall()
    rows = SQL.run(con, "list_tracking_stragglers", run.given).fetchall()
    unnumbered = dict(rows)
    orders = stored_orders(con, run.shop_id, list(unnumbered), mall=run.mall)
    unread = SQL.run(con, "list_tracking_unread", run.given).fetchall()
    return TrackingReport(
        tuple(ShipmentLine(*line) for line in lines),
        tuple(
            Straggler(
                number,
                open_rows(one.packages, unnumbered[number]),
                doubled_rows(one.packages),
                bool(unnumbered[number]),
            )
            for number, one in sorted(orders.items())
        ),
        tuple(number for number, is_not_at_mall in unread if not is_not_at_mall),
        tuple(number for number, is_not_at_mall in unread if is_not_at_mall),
        tuple(SQL.run(con, "list_parcels_to_stop", run.given).fetchall()),
    )
