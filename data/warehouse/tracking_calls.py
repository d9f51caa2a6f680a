"""The calls that report shipments: the intent before each, and what came of it.

`data.warehouse.tracking` says when each is called.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import polars as pl

from data.model.shipment import ShipmentState
from data.model.shipping_report import OrderReport, RowResult
from data.warehouse.session import Connection
from data.warehouse.shown import show
from data.warehouse.statements import SQL
from data.warehouse.tracking import Run

_CHANGES: Final = pl.Schema(
    {
        "order_number": pl.String(),
        "basket_id": pl.String(),
        "tracking_number": pl.String(),
        "data_number": pl.Int32(),
    }
)
_WORDS: Final = pl.Schema(
    {
        "order_number": pl.String(),
        "data_number": pl.Int32(),
        "is_refused": pl.Boolean(),
        "reason": pl.String(),
    }
)


class OpenRequest(NamedTuple):
    """A report the mall took, whose results nobody has heard."""

    request_id: str
    sent_at: datetime
    order_numbers: list[str]


class Sent(NamedTuple):
    """Orders of one call; when it left names it, for no two calls leave at once."""

    at: datetime
    order_numbers: tuple[str, ...]

    def of(self, *order_numbers: str) -> "Sent":
        """Give some orders of the same call."""
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
    """Store what RMS said at once of these orders of a call.

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
    """List the reports RMS took since then of which nothing was heard, oldest first."""
    given = run.given | {"asked_since": asked_since}
    rows = SQL.run(con, "list_tracking_requests", given).fetchall()
    return [OpenRequest(*row) for row in rows]


def hear_results(
    con: Connection,
    run: Run,
    request_id: str,
    words: Sequence[RowResult],
    *,
    heard_at: datetime,
) -> None:
    """Store RMS's words on the rows of a report; rows it is silent on stay as they are.

    That a row was taken proves nothing yet: reading the order does.
    """
    if words:
        show(con, "tracking_words", _frame([tuple(w) for w in words], _WORDS))
        given = run.given | {"request_id": request_id, "heard_at": heard_at}
        SQL.run(con, "hear_tracking_results", given)
        con.unregister("tracking_words")


def last_report_unseen(con: Connection, run: Run) -> datetime | None:
    """Say when the latest report left that has not been seen at the mall, if any."""
    ((sent_at,),) = SQL.run(con, "find_tracking_lost", run.given).fetchall()
    return sent_at  # type: ignore[no-any-return]


def _frame(rows: Sequence[tuple[object, ...]], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")
