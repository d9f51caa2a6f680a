"""Store notices once each, until reading their order settles them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from data.model.notice import (
    Notice,
    NoticeKind,
    is_handed_out,
    next_look,
)
from data.model.order import RefusedOrder
from data.warehouse.session import Connection
from data.warehouse.statements import SQL, show

_INSTANT = pl.Datetime("us", "UTC")
_TOLD = pl.Schema(
    {
        "position": pl.Int64(),
        "notice_key": pl.String(),
        "shop_id": pl.String(),
        "order_number": pl.String(),
        "kind": pl.String(),
        "subject": pl.String(),
        "received_at": _INSTANT,
    }
)
_READS = pl.Schema({"order_number": pl.String(), "observed_at": _INSTANT})
_LOOKED = pl.Schema(
    {"notice_key": pl.String(), "looks": pl.Int64(), "next_look_at": _INSTANT}
)


@dataclass(frozen=True)
class Recorded:
    """How many of the notices were new; repeats change nothing."""

    new: int
    repeated: int


@dataclass(frozen=True)
class SettledNotices:
    """What became of the notices whose orders were read.

    stored     the order stands in `orders` as seen after the notice
    refused    the mall hands the order out, but we cannot read it
    postponed  the mall does not hand it out; looked at again later
    exhausted  nor has it for a day: a matter for a person
    """

    stored: int
    refused: int
    postponed: int
    exhausted: int


def record_notices(
    con: Connection,
    notices: Sequence[Notice],
    recorded_at: datetime,
) -> Recorded:
    """Insert the notices that are new; settle at once those that need no reading.

    Those name no order, came before the shop's start (docs/rules.md 6.8), or an order
    another run has read since they came. One that a sweep overtook was late, not lost,
    and no longer counts as missed. Only after the commit may their files go.
    """
    if not notices:
        return Recorded(0, 0)
    show(con, "told", _told(notices))
    given = {"recorded_at": recorded_at, "settled_at": recorded_at}
    new = SQL.value(con, "insert_notices", given)
    SQL.run(con, "settle_unread_notices", given)
    _count_overtaken(con, recorded_at)
    # Not in a `finally`: in an aborted transaction this would hide the cause.
    con.unregister("told")
    return Recorded(new, len(notices) - new)


def due_notices(
    con: Connection, shop_id: str, now: datetime, limit: int
) -> list[Notice]:
    """Return the notices of up to `limit` orders due for reading, oldest first.

    An order comes with all its waiting notices, because one read answers them.
    """
    given = {"shop_id": shop_id, "now": now, "order_limit": limit}
    rows = SQL.run(con, "list_due_notices", given).fetchall()
    return [
        Notice(
            notice_key=key,
            shop_id=shop,
            order_number=number,
            kind=NoticeKind(kind),
            subject=subject,
            received_at=received_at,
        )
        for key, shop, number, kind, subject, received_at in rows
    ]


def settle_notices(  # noqa: PLR0913
    con: Connection,
    shop_id: str,
    *,
    read: Mapping[str, datetime],
    refused: Sequence[RefusedOrder],
    asked_at: datetime,
    settled_at: datetime,
) -> SettledNotices:
    """Settle or postpone the notices of orders that were read.

    read      when each order's request was sent (`observed_at`)
    asked_at  when the look began, before the first request was sent

    Call it in the transaction of store_orders, store_same and record_refusals, and
    after them: it believes the tables, so that nothing is settled that is not stored
    or refused there (docs/rules.md I1). A look answers no notice that came after it.
    The same look told twice settles and counts nothing more.
    """
    unreadable = [order.order_number for order in refused if is_handed_out(order)]
    missing = [order.order_number for order in refused if not is_handed_out(order)]
    given = {
        "shop_id": shop_id,
        "unreadable": unreadable,
        "missing": missing,
        "asked_at": asked_at,
        "settled_at": settled_at,
    }
    show(con, "reads", pl.DataFrame(list(read.items()), _READS, orient="row"))
    stored = SQL.value(con, "settle_read_notices", given)
    con.unregister("reads")
    given_up = SQL.value(con, "settle_refused_notices", given)
    looked = _looked(SQL.run(con, "list_notices_in_vain", given).fetchall(), settled_at)
    show(con, "looked", looked)
    SQL.run(con, "postpone_notices", given)
    con.unregister("looked")
    exhausted = looked["next_look_at"].null_count()
    return SettledNotices(stored, given_up, looked.height - exhausted, exhausted)


def found_without_notice(con: Connection, load_id: str) -> int:
    """Return how many orders a load created that no recorded notice had named.

    Record what waits in the spool first: those notices are late, not lost. One that
    comes later takes its order off the count that was stored (`record_notices`).
    """
    return int(SQL.value(con, "count_found_without_notice", {"load_id": load_id}))


def _count_overtaken(con: Connection, recorded_at: datetime) -> None:
    """Recount the missed orders of the loads that created orders of the view `told`."""
    given = {"recorded_at": recorded_at}
    for load_id in SQL.column(con, "list_loads_overtaking", given):
        counted = {"load_id": load_id, "missed": found_without_notice(con, load_id)}
        SQL.run(con, "correct_found_without_notice", counted)


def _told(notices: Sequence[Notice]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "position": range(len(notices)),
            "notice_key": [notice.notice_key for notice in notices],
            "shop_id": [notice.shop_id for notice in notices],
            "order_number": [notice.order_number for notice in notices],
            "kind": [notice.kind.value for notice in notices],
            "subject": [notice.subject for notice in notices],
            "received_at": [notice.received_at for notice in notices],
        },
        schema=_TOLD,
    )


def _looked(
    in_vain: Sequence[tuple[str, datetime, int]], now: datetime
) -> pl.DataFrame:
    """Increment the attempt count and compute the next retry time."""
    rows = [
        (key, looks + 1, next_look(received_at, now, looks + 1))
        for key, received_at, looks in in_vain
    ]
    return pl.DataFrame(rows, _LOOKED, orient="row")
