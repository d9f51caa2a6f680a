"""Clear buyers' data out of orders, and keep it out when the orders are shown again.

An order that was cleared keeps its money, its lines and its number. Its people, where
its parcels went, what the buyer typed, and every hash over these are gone from all
tables; the bytes are gone once the file was rewritten (`data.warehouse.house.rewrite`).

An order is kept clear by its row in `cleared_orders`; one that the warehouse did not
know when its buyer asked, by the keyed hash of the buyer in `forgotten_buyers`.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.buyer import (
    PRIVATE_CELLS,
    FoundBuyer,
    OrderKey,
    Traces,
    is_kept_away,
    mail_of,
    marks_of,
    marks_of_buyer,
    nationals_of,
    without_people,
)
from data.model.matter import MatterKind
from data.model.order import Order
from data.model.order_file import PERSONAL
from data.warehouse.forget_requests import Request
from data.warehouse.house.incidents import record_incident
from data.warehouse.people_key import key_in, keyed
from data.warehouse.statements import SQL, show

NOBODY: Final = '{"people":[]}'
"""The people of an order that has none, as `orders.content_of` writes them."""
BY_ITSELF: Final = "juchu"
"""Who cleared an order that was shown for the first time after its buyer had asked."""

_KEY_SCHEMA: Final = {
    "mall": pl.String(),
    "shop_id": pl.String(),
    "order_number": pl.String(),
}
_CONTENTS: Final = pl.Schema(
    {
        **_KEY_SCHEMA,
        "observed_at": pl.Datetime("us", "UTC"),
        "content": pl.String(),
        "content_hash": pl.String(),
        "is_newest": pl.Boolean(),
    }
)
_CLEAR: Final = (
    "find_names_of_files",
    "blank_names_of_order_files",
    "blank_names_of_shipment_files",
    "blank_names_in_dismissals",
    "blank_names_in_alarms",
    "remove_buyers",
    "remove_answers",
    "blank_packages",
    "blank_wrappings",
    "blank_lines",
    "blank_answers",
    "blank_order_files",
    "blank_shipment_files",
    "record_cleared",
)

_FILE: Final = "juchu.duckdb"
"""The key of the incident: there is one file."""
_BYTES_LEFT: Final = (
    "購入者の情報は表から削除しましたが、データベースのファイルに一部が残っている"
    "可能性があります。毎晩、書き直しを試みます。対処: 翌日も表示される場合は、"
    "ディスクの空き容量を確認してください(データベースのファイルの2倍が目安です)。"
)


def orders_numbered(con: DuckDBPyConnection, order_number: str) -> list[OrderKey]:
    """Return the orders of that number; more than one if two shops have it."""
    given = {"order_number": order_number}
    rows = SQL.run(con, "list_orders_by_number", given).fetchall()
    return [OrderKey(*row) for row in rows]


def find_buyer(
    con: DuckDBPyConnection, *, order: OrderKey | None = None, mail: str = ""
) -> FoundBuyer:
    """Return all orders of the buyer of an order, or of who has a mail address.

    Orders are one buyer's if they share the mail address, or the name with the phone
    number (`data.model.buyer.marks_of`), at whatever mall and shop. Orders cleared for
    an earlier request of the same buyer are found by that request.
    """
    rows = SQL.run(con, "list_people_to_search").fetchall()
    buyers = [row for row in rows if row[3] == "orderer"]
    marks: set[str] = {f"mail:{mail_of(mail)}"} if mail else set()
    orders: set[OrderKey] = {order} if order else set()
    of_order: defaultdict[OrderKey, set[str]] = defaultdict(set)
    by_mark: defaultdict[str, set[OrderKey]] = defaultdict(set)
    for mall, shop_id, number, _role, *who in buyers:
        for mark in marks_of(*who):
            of_order[OrderKey(mall, shop_id, number)].add(mark)
            by_mark[mark].add(OrderKey(mall, shop_id, number))
    waiting = [*marks, *(of_order[order] if order else ())]
    marks |= set(waiting)
    while waiting:
        for one in by_mark[waiting.pop()] - orders:
            orders.add(one)
            waiting += of_order[one] - marks
            marks |= of_order[one]
    theirs = [row for row in rows if OrderKey(*row[:3]) in orders]
    with_clearing(con, orders)
    asked_by = {"buyer_hash": keyed(key_in(con), f"mail:{mail_of(mail)}")}
    together = SQL.run(con, "list_cleared_together", asked_by).fetchall()
    orders |= {OrderKey(*row) for row in together}
    with_clearing(con, orders)
    numbers = SQL.column(con, "list_numbers_to_search", {"by_itself": BY_ITSELF})
    SQL.run(con, "show_ended_orders")
    unshipped = SQL.column(con, "list_unshipped")
    con.unregister("clearing")
    return FoundBuyer(
        orders=tuple(sorted(orders)),
        marks=frozenset(marks),
        traces=_traces(theirs, numbers, mail),
        unshipped=tuple(unshipped),
        given_away=_parcels_to(marks, orders, rows),
    )


def _traces(
    people: Sequence[tuple[Any, ...]], numbers: Iterable[str], mail: str
) -> Traces:
    """Return the texts by which a file's row is known to be of one of these people."""
    mails = {mail_of(mail), *(mail_of(email) for *_rest, email in people)}
    phones = [nationals_of(phone) for *_rest, phone, _email in people]
    return Traces(
        numbers=frozenset(numbers),
        mails=frozenset(each for each in mails if "@" in each),
        phones=frozenset().union(*phones),
    )


def _parcels_to(
    marks: set[str], orders: set[OrderKey], people: Iterable[tuple[Any, ...]]
) -> int:
    """Return how many other orders send a parcel to the same name and phone."""
    others = {
        OrderKey(*key)
        for *key, role, family, first, phone, _email in people
        if role == "recipient" and marks & marks_of(family, first, phone, None)
    }
    return len(others - orders)


def with_clearing(con: DuckDBPyConnection, orders: Iterable[OrderKey]) -> None:
    """Register the orders for SQL as `clearing`."""
    frame = pl.DataFrame(list(orders), schema=_KEY_SCHEMA, orient="row")
    show(con, "clearing", frame)


def ended_before(
    con: DuckDBPyConnection, before: datetime, most: int
) -> list[OrderKey]:
    """Return orders that were over before then and are not cleared, oldest first."""
    SQL.run(con, "show_ended_orders")
    given = {"before": before, "row_limit": most}
    rows = SQL.run(con, "list_ended_before", given).fetchall()
    return [OrderKey(*row) for row in rows]


def clear_orders(
    con: DuckDBPyConnection,
    orders: Sequence[OrderKey],
    *,
    why: Literal["term", "asked"],
    who: str,
    at: datetime,
) -> None:
    """Clear all that the orders tell of people, in the caller's transaction.

    The journal gets who, when and which orders; no person's data. Until `rewrite` has
    made the file anew, bytes of it may be in there: that is an incident.
    """
    if not orders:
        return
    with_clearing(con, orders)
    given = {"why": why, "who": who, "at": at}
    for name in _CLEAR:
        SQL.run(con, name, given)
    key = key_in(con)
    rows = SQL.run(con, "list_contents_to_clear").fetchall()
    contents = [
        (*row[:4], *_cleared(key, observed_at=row[3], content=row[5], newest=row[6]))
        for row in rows
    ]
    show(
        con,
        "cleared_contents",
        pl.DataFrame(contents, schema=_CONTENTS, orient="row"),
    )
    SQL.run(con, "write_cleared_contents")
    SQL.run(con, "follow_cleared_contents")
    con.unregister("cleared_contents")
    con.unregister("clearing")
    record_incident(con, MatterKind.BYTES_LEFT, _FILE, at, _BYTES_LEFT)


def are_bytes_left(con: DuckDBPyConnection) -> bool:
    """Return whether something was cleared since the file was last rewritten."""
    return bool(SQL.run(con, "list_bytes_left").fetchall())


def _cleared(
    key: str, *, observed_at: datetime, content: str, newest: bool
) -> tuple[str, str, bool]:
    """Return a content without people, its new hash, and whether it is the newest.

    The newest gets the hash by which the next snapshot is found equal to it. An older
    one gets a hash with its time in it, because clearing may have made it equal to
    others.
    """
    left = json.dumps(
        without_cells(json.loads(content)), ensure_ascii=False, separators=(",", ":")
    )
    told = NOBODY if newest else observed_at.isoformat()
    return left, keyed(key, f"{left}\n{told}"), newest


def without_cells(value: Any) -> Any:
    """Return a content without its private cells, at whatever depth."""
    if isinstance(value, dict):
        return {
            name: without_cells(cell)
            for name, cell in value.items()
            if name not in PRIVATE_CELLS
        }
    if isinstance(value, list):
        return [without_cells(each) for each in value]
    return value


def remember_forgotten(
    con: DuckDBPyConnection, marks: Iterable[str], at: datetime
) -> None:
    """Store keyed hashes by which the buyer is recognised when they order again."""
    key = key_in(con)
    hashes = sorted(keyed(key, mark) for mark in marks)
    if hashes:
        given = {"hashes": hashes, "key_hash": keyed(key, "key"), "at": at}
        SQL.run(con, "record_forgotten", given)


def request_of(
    con: DuckDBPyConnection, found: FoundBuyer, *, who: str, at: datetime
) -> Request:
    """Return a buyer's request as it is kept beside the warehouse."""
    key = key_in(con)
    hashes = tuple(sorted(keyed(key, mark) for mark in found.marks))
    return Request(at, who, found.orders, hashes, keyed(key, "key"))


def forget_again(con: DuckDBPyConnection, requests: Iterable[Request]) -> int:
    """Clear what was cleared for these requests; return how many orders had people.

    For a warehouse that was restored from before them.
    """
    before = _orders_with_people(con)
    for each in requests:
        clear_orders(con, each.orders, why="asked", who=each.who, at=each.at)
        if each.hashes:
            given = {"hashes": [*each.hashes], "key_hash": each.key_hash, "at": each.at}
            SQL.run(con, "record_forgotten", given)
    return before - _orders_with_people(con)


def _orders_with_people(con: DuckDBPyConnection) -> int:
    return int(SQL.value(con, "count_orders_with_people"))


def unknown_keys(con: DuckDBPyConnection) -> int:
    """Return how many rows of forgotten buyers are of a key that is lost."""
    given = {"key_hash": keyed(key_in(con), "key")}
    return int(SQL.value(con, "count_unknown_keys", given))


@dataclass(frozen=True)
class Forgotten:
    """Who asked to be forgotten, as a test for the buyers of new orders."""

    since: Mapping[str, datetime]
    hashed: Callable[[str], str]

    def __bool__(self) -> bool:
        """Return whether there is anybody."""
        return bool(self.since)

    def holds(self, marks: Iterable[str], ordered_at: datetime | None) -> bool:
        """Return whether the order is an earlier one of somebody who asked."""
        return any(
            is_kept_away(ordered_at, asked_at)
            for mark in marks
            if (asked_at := self.since.get(self.hashed(mark)))
        )


def forgotten(con: DuckDBPyConnection) -> Forgotten:
    """Return everybody who asked to be forgotten."""
    rows = SQL.run(con, "list_forgotten").fetchall()
    return Forgotten(dict(rows), partial(keyed, key_in(con) if rows else ""))


def kept_clear(
    con: DuckDBPyConnection, orders: Sequence[Order], at: datetime
) -> Sequence[Order]:
    """Return the snapshots as they may be stored: without the people that are cleared.

    An order of a forgotten buyer that is shown for the first time joins the cleared.
    """
    given = {"numbers": [order.order_number for order in orders]}
    rows = SQL.run(con, "list_cleared_among", given).fetchall()
    cleared = {OrderKey(*row) for row in rows}
    asked = forgotten(con)
    new = (
        {
            _key_of(order)
            for order in orders
            if asked.holds(marks_of_buyer(order.people), order.ordered_at)
        }
        - cleared
        if asked
        else set()
    )
    if new:
        clear_orders(con, sorted(new), why="asked", who=BY_ITSELF, at=at)
    cleared |= new
    if not cleared:
        return orders
    return [
        without_people(order) if _key_of(order) in cleared else order
        for order in orders
    ]


def _key_of(order: Order) -> OrderKey:
    return OrderKey(order.mall.value, order.shop_id, order.order_number)


PRIVATE_COLUMNS: Final = PERSONAL | PRIVATE_CELLS
"""Cells of an order file that are not stored of a cleared order."""


def forgotten_in(rows: pl.DataFrame, asked: Forgotten) -> set[str]:
    """Return the orders in a file's rows that somebody who asked placed before."""
    told = rows.select(
        "order_number",
        "ordered_at",
        "orderer_family_name",
        "orderer_first_name",
        "orderer_phone",
        "orderer_email",
    ).unique()
    return {
        number
        for number, ordered_at, *who in told.iter_rows()
        if asked.holds(marks_of(*who), ordered_at)
    }


def without_private_cells(rows: pl.DataFrame, numbers: set[str]) -> pl.DataFrame:
    """Return a file's rows with the private cells of these orders blank."""
    if not numbers:
        return rows
    is_cleared = pl.col("order_number").is_in(sorted(numbers))
    return rows.with_columns(
        pl.when(is_cleared).then(None).otherwise(pl.col(name)).alias(name)
        for name in rows.columns
        if name in PRIVATE_COLUMNS
    )
