"""Store orders as the mall showed them, and read them back.

Of snapshots the newest wins (`store_orders`); an answer that was given before need not
be stored again (`known_answers`, `store_same`). An order that could not be taken is a
refusal, open until it can (`record_refusals`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import polars as pl
from duckdb import DuckDBPyConnection
from pydantic import BaseModel, TypeAdapter

from data.model.order import (
    RMS_STATUS,
    Change,
    Coupon,
    Line,
    Mall,
    Order,
    Package,
    Person,
    RefusedOrder,
    SameAnswer,
    ShippingRow,
    Status,
    TaxSummary,
    Wrapping,
)
from data.warehouse.buyers import kept_clear
from data.warehouse.people_key import key_in, keyed, keyed_hash
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
_OPEN = ("log_contents", "open_contents")
_INSERT = ("insert_orders", "insert_packages", "insert_lines", "insert_people")
_MERGE = (
    "log_statuses",
    "mark_outdated_labels",
    "merge_orders",
    "merge_packages",
    "merge_lines",
    "merge_people",
    "remove_packages",
    "remove_lines",
    "remove_people",
)
_PEOPLE: Final = TypeAdapter(tuple[Person, ...])
_ALWAYS = (
    "move_sightings",
    "settle_refusals",
    "gather_answers",
    "remove_older_answers",
    "keep_answers",
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
    the snapshot has. Storing an order settles its refusal. After an error, which
    is a duckdb.Error, the session is only worth closing.
    """
    if not orders:
        return Stored(0, 0, 0, 0)
    given: dict[str, object] = {
        "source": source,
        "stored_at": stored_at,
        "load_id": load_id,
    }
    orders = kept_clear(con, orders, stored_at)
    show(con, "incoming", _snapshots(orders, key_in(con)))
    SQL.run(con, "judge_snapshots", given)
    stored = Stored(*SQL.run(con, "count_verdicts").fetchall()[0])
    names: tuple[str, ...] = _ALWAYS
    if stored.changed:
        _log_csv_origins(con, given)
        names = (*_OPEN, *_MERGE, *names)
    elif stored.created:
        names = (*_OPEN, *_INSERT, *names)
    for name in names:
        SQL.run(con, name, given)
    # Not in a `finally`: in an aborted transaction this would hide the cause.
    con.unregister("incoming")
    return stored


def _log_csv_origins(con: DuckDBPyConnection, given: dict[str, object]) -> None:
    """Log the content of changing orders that a CSV import created and no log has.

    A CSV import does not log what it creates, to be quick; whoever is first to
    change it does (docs/rules.md 6.1).
    """
    for mall, shop_id in SQL.run(con, "list_csv_origins").fetchall():
        of_shop = given | {"mall": mall, "shop_id": shop_id, "is_before": True}
        of_shop |= {"import_id": given["load_id"], "imported_at": given["stored_at"]}
        SQL.run(con, "gather_csv_origins", of_shop)
        SQL.run(con, "log_csv_contents", of_shop)


def numbers_to_confirm(con: DuckDBPyConnection, shop_id: str) -> list[str]:
    """Return the orders that wait for 注文確認 and whose amounts are fixed."""
    rows = SQL.run(con, "list_numbers_to_confirm", {"shop_id": shop_id})
    return [number for (number,) in rows.fetchall()]


def open_amounts(con: DuckDBPyConnection, shop_id: str) -> list[str]:
    """Return the orders whose amounts the mall has not fixed yet (−9999)."""
    rows = SQL.run(con, "list_open_amounts", {"shop_id": shop_id})
    return [number for (number,) in rows.fetchall()]


def unknown_status(con: DuckDBPyConnection, shop_id: str) -> list[str]:
    """Return the orders at an unknown status code of RMS; they are on hold."""
    given = {"shop_id": shop_id, "known": list(RMS_STATUS)}
    return [
        number for (number,) in SQL.run(con, "list_unknown_status", given).fetchall()
    ]


def content_of(order: Order, key: str) -> tuple[str, str, str]:
    """Return an order's content, its people, and the keyed hash of both.

    Absent values are left out, so that a field this juchu does not know yet will not
    make every order look changed. When and by what answer it was read is not content.
    """
    content = order.model_dump_json(
        exclude={"observed_at", "answer_hash", "answer", "people"}, exclude_none=True
    )
    named = _PEOPLE.dump_json(order.people, exclude_none=True).decode()
    people = f'{{"people":{named}}}'
    return content, people, keyed(key, f"{content}\n{people}")


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


def known_answers(
    con: Connection, shop_id: str, numbers: Sequence[str]
) -> Callable[[str, str], bool]:
    """Return whether an order's present content came from an answer, by its hash.

    What is returned takes the order's number and the hash of an answer, and needs no
    session: the hashes that are stored take the key.
    """
    given = {"shop_id": shop_id, "numbers": list(numbers)}
    known = dict(SQL.run(con, "list_known_answers", given).fetchall())
    key = key_in(con)
    # No hash is made for a new order, of which nothing is known.
    return lambda number, seen: (
        number in known and known[number] == keyed_hash(key, seen)
    )


def store_same(
    con: Connection, answers: Sequence[SameAnswer], stored_at: datetime
) -> Stored:
    """Record that the mall showed these orders again unchanged.

    An order another run changed meanwhile counts as stale and keeps its content.
    """
    if not answers:
        return Stored(0, 0, 0, 0)
    show(con, "incoming", _frame(answers))
    SQL.run(con, "judge_answers")
    stored = Stored(*SQL.run(con, "count_verdicts").fetchall()[0])
    SQL.run(con, "move_sightings")
    SQL.run(con, "settle_refusals", {"stored_at": stored_at})
    con.unregister("incoming")
    return stored


def _frame(answers: Sequence[SameAnswer]) -> pl.DataFrame:
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


_REFUSED = pl.Schema(
    {
        "position": pl.Int64(),
        "mall": pl.String(),
        "shop_id": pl.String(),
        "order_number": pl.String(),
        "code": pl.String(),
        "reason": pl.String(),
    }
)


def record_refusals(
    con: DuckDBPyConnection, refused: Sequence[RefusedOrder], seen_at: datetime
) -> None:
    """Store the latest refusal per order, open until `store_orders` settles it.

    One seen earlier than what is known changes nothing.
    """
    if not refused:
        return
    frame = pl.DataFrame(
        {
            "position": range(len(refused)),
            "mall": [order.mall.value for order in refused],
            "shop_id": [order.shop_id for order in refused],
            "order_number": [order.order_number for order in refused],
            "code": [order.code for order in refused],
            "reason": [order.reason for order in refused],
        },
        schema=_REFUSED,
    )
    show(con, "refused", frame)
    SQL.run(con, "upsert_refusals", {"seen_at": seen_at})
    # Not in a `finally`: in an aborted transaction this would hide the cause.
    con.unregister("refused")


def orders_not_at_mall(
    con: Connection, shop_id: str, numbers: Sequence[str]
) -> set[str]:
    """Return those of the orders that only a CSV knows and RMS did not show."""
    given = {
        "mall": Mall.RAKUTEN.value,
        "shop_id": shop_id,
        "numbers": list(numbers),
    }
    return {n for (n,) in SQL.run(con, "list_not_at_mall", given).fetchall()}


_PARTS: Final[Mapping[str, type[BaseModel]]] = {
    "packages": Package,
    "shipping_rows": ShippingRow,
    "lines": Line,
    "coupons": Coupon,
    "tax_summaries": TaxSummary,
    "wrappings": Wrapping,
    "changes": Change,
}
_PERSON: Final = ("order_number", *Person.model_fields)


def stored_orders(
    con: Connection,
    shop_id: str,
    numbers: Sequence[str],
    *,
    mall: Mall = Mall.RAKUTEN,
    people: bool = False,
) -> dict[str, Order]:
    """Return the orders as the mall itself showed them; any other is left out.

    `observed_at` is when the latest request that saw this content was sent. Without
    `people` nobody is in them: only a label needs a name.
    """
    given = {"mall": mall.value, "shop_id": shop_id, "numbers": list(numbers)}
    named: dict[str, list[dict[str, Any]]] = {}
    if people:
        for row in SQL.run(con, "list_stored_people", given).fetchall():
            person = dict(zip(_PERSON, row, strict=True))
            named.setdefault(person.pop("order_number"), []).append(person)
    rows = SQL.run(con, "list_stored_contents", given).fetchall()
    return {
        number: _order(content, seen_at, named.get(number, []))
        for number, seen_at, content in rows
    }


def _order(content: str, seen_at: datetime, people: list[dict[str, Any]]) -> Order:
    values = _whole(Order, json.loads(content))
    values |= {"observed_at": seen_at.isoformat(), "people": people}
    # Through JSON, because only there a strict model takes a date written as text.
    return Order.model_validate_json(json.dumps(values))


def _whole(model: type[BaseModel], values: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON with the keys that were left out because they were absent."""
    missing = {
        name: None
        for name, field in model.model_fields.items()
        if field.is_required() and name not in values
    }
    parts = {
        name: [_whole(part, each) for each in values[name]]
        for name, part in _PARTS.items()
        if name in values
    }
    return values | missing | parts
