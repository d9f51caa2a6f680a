"""One order with all that happened to it, for a person who asks for its number.

The one place that reads people's data for a page; who calls it journals the look.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from data.model.typed.number import plain_number
from data.warehouse.handles import make_handle_of
from data.warehouse.readers import reading
from data.warehouse.session import Connection
from data.warehouse.statements import SQL

PATIENCE_S: Final = 1.0
"""A person at the desk waits no longer, and keeps a flow waiting no longer."""
MOST_FOUND: Final = 20
SHORTEST_END: Final = 6
"""Signs of the end of an order number that find it."""


@dataclass(frozen=True)
class FoundOrder:
    """An order by its key; `shop` is its handle, where one is known."""

    mall: str
    shop_id: str
    order_number: str
    shop: str


@dataclass(frozen=True)
class Event:
    """Something that happened: its kind, and details that depend on it."""

    at: datetime
    kind: str
    what: str | None
    detail: str | None
    number: int | None


@dataclass(frozen=True)
class History:
    """An order as it stands, its lines, people, matters, and events by time."""

    order: dict[str, Any]
    lines: tuple[dict[str, Any], ...]
    people: tuple[dict[str, Any], ...]
    matters: tuple[str, ...]
    events: tuple[Event, ...]


@contextmanager
def opened(warehouse: Path) -> Iterator[Connection]:
    """Open the warehouse to read, for a moment.

    Raises:
        WarehouseBusy: a flow is at work on it for longer than a second.

    """
    with reading(warehouse, PATIENCE_S) as (con, _):
        yield con


def find_orders(con: Connection, number: str) -> list[FoundOrder]:
    """Return the orders of that number, or whose number ends so; MOST_FOUND at most.

    Signs of full width and a Japanese keyboard's dashes are as good.
    """
    given = {
        "number": number,
        "plain": plain_number(number),
        "by_end": len(number) >= SHORTEST_END,
        "most": MOST_FOUND,
    }
    make_handle_of(con)
    return [
        FoundOrder(*row)
        for row in SQL.run(con, "find_orders_by_number", given).fetchall()
    ]


def history(con: Connection, order: FoundOrder) -> History:
    """Return everything that is known of an order that `find_orders` found."""
    key = {
        "mall": order.mall,
        "shop_id": order.shop_id,
        "order_number": order.order_number,
    }
    (head,) = _rows(con, "read_order_head", key)
    events = SQL.run(con, "list_order_events", key).fetchall()
    return History(
        head,
        tuple(_rows(con, "list_order_page_lines", key)),
        tuple(_rows(con, "list_order_page_people", key)),
        tuple(SQL.column(con, "list_order_matters", key)),
        tuple(Event(*row) for row in events),
    )


def _rows(con: Connection, name: str, key: dict[str, Any]) -> list[dict[str, Any]]:
    found = SQL.run(con, name, key)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
