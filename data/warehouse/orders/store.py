"""Store orders as the mall showed them: of snapshots the newest wins.

An answer that was given before need not be stored again (`store_same`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.order import Order, Person, SameAnswer, Status
from data.warehouse.buyers import kept_clear
from data.warehouse.orders.answers import keep_answers
from data.warehouse.orders.content import content_of
from data.warehouse.orders.csv_contents import log_csv_origins
from data.warehouse.orders.refusals import settle_refusals
from data.warehouse.orders.write import write_contents
from data.warehouse.people_key import key_in
from data.warehouse.session import Connection
from data.warehouse.statements import SQL, show

_SNAPSHOTS = pl.Schema(
    {
        "position": pl.Int64(),
        "mall": pl.String(),
        "shop_id": pl.String(),
        "order_number": pl.String(),
        "observed_at": pl.Datetime("us", "UTC"),
        "answer_hash": pl.String(),
        "mall_status": pl.String(),
        "status": pl.String(),
        "amounts_fixed": pl.Boolean(),
        "cancelled": pl.Boolean(),
        "content_hash": pl.String(),
        "content": pl.String(),
        "people": pl.String(),
        "reader": pl.String(),
        "answer": pl.Binary(),
    }
)
_ANSWERS = pl.Schema(
    {
        "position": pl.Int64(),
        "mall": pl.String(),
        "shop_id": pl.String(),
        "order_number": pl.String(),
        "observed_at": pl.Datetime("us", "UTC"),
        "answer_hash": pl.String(),
    }
)


@dataclass(frozen=True)
class Stored:
    """How many snapshots created, changed, confirmed or came too late for an order."""

    created: int
    changed: int
    unchanged: int
    stale: int


def store_orders(
    con: DuckDBPyConnection,
    orders: Sequence[Order],
    *,
    source: Literal["api"],
    stored_at: datetime,
    load_id: str,
) -> Stored:
    """Store each order's newest snapshot, in the caller's transaction.

    A snapshot asked for before the present content was last seen changes nothing,
    whenever it arrives; equal content only moves that sighting forward. Every content
    that became the present one stays in order_log, and so does the one a CSV import
    created the order with. Of an order that was cleared no people are stored, whatever
    the snapshot has, and an orderer whose mail address the mall does not show this time
    keeps the known one. Storing an order settles its refusal. After an error, which
    is a duckdb.Error, the session is only worth closing.
    """
    if not orders:
        return Stored(0, 0, 0, 0)
    given: dict[str, object] = {
        "source": source,
        "stored_at": stored_at,
        "load_id": load_id,
    }
    orders = _with_known_mails(con, kept_clear(con, orders, stored_at))
    show(con, "incoming", _snapshots(orders, key_in(con)))
    SQL.run(con, "judge_snapshots", given)
    stored = Stored(*SQL.run(con, "count_verdicts").fetchall()[0])
    if stored.changed:
        log_csv_origins(con, given)
    if stored.changed or stored.created:
        SQL.run(con, "log_contents", given)
        write_contents(con, given, any_known=stored.changed > 0)
    SQL.run(con, "move_sightings")
    settle_refusals(con, stored_at)
    keep_answers(con)
    # Not in a `finally`: in an aborted transaction this would hide the cause.
    con.unregister("incoming")
    return stored


def _with_known_mails(con: Connection, orders: Sequence[Order]) -> Sequence[Order]:
    """Return the snapshots with the known mail address where the orderer has none.

    RMS shows a dummy where it could not mask one (docs/rms/order-api.md §3.4), and
    nobody reads an order again that is final by then.
    """
    lacking = [order.order_number for order in orders if _lacks_mail(order)]
    if not lacking:
        return orders
    rows = SQL.run(con, "list_known_mails", {"numbers": lacking}).fetchall()
    known = {tuple(who): mail for *who, mail in rows}
    return [
        _with_mail(order, known) if _lacks_mail(order) else order for order in orders
    ]


def _lacks_mail(order: Order) -> bool:
    return any(one.role == "orderer" and one.email is None for one in order.people)


def _with_mail(order: Order, known: Mapping[tuple[object, ...], str]) -> Order:
    """Return the order with its orderer's known address, if it is the same orderer."""
    key = (order.mall.value, order.shop_id, order.order_number)

    def kept(one: Person) -> Person:
        who = (*key, one.family_name, one.first_name, one.phone)
        if one.role != "orderer" or who not in known:
            return one
        return one.model_copy(update={"email": known[who]})

    return order.model_copy(update={"people": tuple(map(kept, order.people))})


def _snapshots(orders: Sequence[Order], key: str) -> pl.DataFrame:
    parts = [content_of(order, key) for order in orders]
    contents, people, hashes = zip(*parts, strict=True)
    statuses = [order.status for order in orders]
    return pl.DataFrame(
        {
            "position": range(len(orders)),
            "mall": [order.mall.value for order in orders],
            "shop_id": [order.shop_id for order in orders],
            "order_number": [order.order_number for order in orders],
            "observed_at": [order.observed_at for order in orders],
            "answer_hash": [order.answer_hash for order in orders],
            "mall_status": [order.mall_status for order in orders],
            "status": [status.value for status in statuses],
            "amounts_fixed": [order.amounts_fixed for order in orders],
            "cancelled": [status is Status.CANCELLED for status in statuses],
            "content_hash": hashes,
            "content": contents,
            "people": people,
            "reader": [order.answer and order.answer.reader for order in orders],
            "answer": [order.answer and order.answer.packed for order in orders],
        },
        schema=_SNAPSHOTS,
    )


def store_same(
    con: Connection, answers: Sequence[SameAnswer], stored_at: datetime
) -> Stored:
    """Record that the mall showed these orders again unchanged.

    An order another run changed meanwhile counts as stale and keeps its content.
    """
    if not answers:
        return Stored(0, 0, 0, 0)
    show(con, "incoming", _answers(answers))
    SQL.run(con, "judge_answers")
    stored = Stored(*SQL.run(con, "count_verdicts").fetchall()[0])
    SQL.run(con, "move_sightings")
    settle_refusals(con, stored_at)
    con.unregister("incoming")
    return stored


def _answers(answers: Sequence[SameAnswer]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "position": range(len(answers)),
            "mall": [answer.mall.value for answer in answers],
            "shop_id": [answer.shop_id for answer in answers],
            "order_number": [answer.order_number for answer in answers],
            "observed_at": [answer.observed_at for answer in answers],
            "answer_hash": [answer.answer_hash for answer in answers],
        },
        schema=_ANSWERS,
    )
