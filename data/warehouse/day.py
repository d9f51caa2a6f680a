"""The figures of a day's report: what stands where, what is to be done, what waits."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from data.model.matter import Matter, MatterKind
from data.model.order import Status
from data.model.ship_by import FAR, Promise, ShipBy, WorkingDays, ship_by
from data.warehouse.handles import make_handle_of
from data.warehouse.matters import matter
from data.warehouse.session import Connection
from data.warehouse.shipping.packages import make_is_here
from data.warehouse.statements import SQL
from data.warehouse.stock.speed import StockSpeed

OF_EACH: Final = 10
"""Matters of one kind that a day lists; `needs_a_person` has all."""


@dataclass(frozen=True)
class StatusCount:
    """The number of a shop's orders at a status, and their billed yen."""

    mall: str
    shop: str
    status: Status
    orders: int
    request_total: int


@dataclass(frozen=True)
class ShopToDo:
    """What is to be done for one shop on one mall; each a number of orders or parcels.

    to_ship        orders that may be packed, of which some package has not left yet
    ship_today     those of them that have to leave today, or should have before
    ship_late      those of these that should have left before today
    numbers_unsent tracking numbers that the mall was not told of, refused ones included
    stock_refused  listings whose level RMS refused
    """

    mall: str
    shop: str
    waiting_payment: int
    to_ship: int
    cancel_requests: int
    stock_refused: int
    numbers_unsent: int
    ship_today: int = 0
    ship_late: int = 0


@dataclass(frozen=True)
class DueOrder:
    """An order that has to leave today, or should have left before."""

    mall: str
    shop: str
    order_number: str
    ship_by: ShipBy


@dataclass(frozen=True)
class WaitingKind:
    """How much of one kind waits for a person, and since when the first of it does."""

    kind: MatterKind
    matters: int
    oldest: datetime


@dataclass(frozen=True)
class Day:
    """What the warehouse knows at one moment, of some shops or of all.

    waiting   every kind that waits for a person, as MatterKind has them
    matters   the longest waiting of each kind, OF_EACH at most
    due       orders that have to leave today, the latest ones first
    """

    standings: tuple[StatusCount, ...] = ()
    work: tuple[ShopToDo, ...] = ()
    waiting: tuple[WaitingKind, ...] = ()
    matters: tuple[Matter, ...] = ()
    due: tuple[DueOrder, ...] = ()
    handles: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The shops' names by mall and id."""
    speeds: tuple[StockSpeed, ...] = ()

    def whose(self, one: Matter) -> str:
        """Return the name of the shop that a matter is about, "" if about none."""
        return self.handles.get((one.mall, one.shop_id), one.shop_id or "")


def day(
    con: Connection,
    shop_ids: Sequence[str] | None = None,
    *,
    today: date,
    days: WorkingDays,
) -> Day:
    """Return the day's figures of the shops stored under these ids; None: of all.

    By `days`, on which the shops ship, it is known what has to leave today.
    """
    given = {"shop_ids": None if shop_ids is None else list(shop_ids)}
    make_handle_of(con)
    orders = SQL.run(con, "list_day_orders", given).fetchall()
    counted = SQL.run(con, "count_day_matters", given).fetchall()
    count = {(kind, mall, shop): n for kind, mall, shop, n, _ in counted}
    handles = {(mall, shop_id): shop for mall, shop_id, shop, *_ in orders}
    shippable = given | {"today": today}
    make_is_here(con)
    to_ship = SQL.run(con, "list_orders_to_ship", shippable).fetchall()
    waiting_parcels = Counter((mall, shop_id) for mall, shop_id, *_ in to_ship)
    due = _due(to_ship, handles, today, days)
    leaving = Counter((one.mall, one.shop) for one in due)
    late = Counter((one.mall, one.shop) for one in due if one.ship_by.day < today)
    work = [
        ShopToDo(
            mall=mall,
            shop=handles[mall, shop_id],
            waiting_payment=unpaid,
            to_ship=waiting_parcels[mall, shop_id],
            ship_today=leaving[mall, handles[mall, shop_id]],
            ship_late=late[mall, handles[mall, shop_id]],
            cancel_requests=cancelling,
            stock_refused=count.get((MatterKind.STOCK_REFUSED, mall, shop_id), 0),
            numbers_unsent=numbers
            + count.get((MatterKind.TRACKING_REFUSED, mall, shop_id), 0),
        )
        for mall, shop_id, unpaid, cancelling, numbers in SQL.run(
            con, "list_day_work", given
        ).fetchall()
    ]
    listed = SQL.run(con, "list_day_matters", given | {"of_each": OF_EACH}).fetchall()
    return Day(
        _standings(orders),
        tuple(work),
        _waiting(counted),
        tuple(matter(*row) for row in listed),
        due,
        handles,
    )


def _due(
    to_ship: Sequence[tuple[Any, ...]],
    handles: Mapping[tuple[str, str], str],
    today: date,
    days: WorkingDays,
) -> tuple[DueOrder, ...]:
    """Return those of the orders to ship that have to leave by today."""
    found = []
    for mall, shop_id, number, since, one_day, wished, island, there, leads in to_ship:
        promise = Promise(
            since=since,
            is_one_day=one_day,
            delivery_on=wished,
            is_far=island or not FAR.isdisjoint(there),
            lead_times=tuple(filter(None, leads)),
        )
        last = ship_by(promise, days)
        if last and last.day <= today:
            found.append(DueOrder(mall, handles[mall, shop_id], number, last))
    found.sort(key=lambda one: (one.ship_by.day, one.mall, one.shop, one.order_number))
    return tuple(found)


def standings(con: Connection) -> tuple[StatusCount, ...]:
    """Return how many orders of every shop stand where."""
    make_handle_of(con)
    return _standings(SQL.run(con, "list_day_orders", {"shop_ids": None}).fetchall())


def waiting(con: Connection) -> tuple[WaitingKind, ...]:
    """Return how much of each kind waits for a person, of every shop."""
    return _waiting(SQL.run(con, "count_day_matters", {"shop_ids": None}).fetchall())


def _standings(
    rows: Sequence[tuple[str, str, str, str, int, int]],
) -> tuple[StatusCount, ...]:
    """Return the rows in the order in which an order passes through its statuses."""
    found = [StatusCount(m, shop, Status(s), n, yen) for m, _, shop, s, n, yen in rows]
    places = list(Status)
    found.sort(key=lambda one: (one.mall, one.shop, places.index(one.status)))
    return tuple(found)


def _waiting(
    rows: Sequence[tuple[str, str, str, int, datetime]],
) -> tuple[WaitingKind, ...]:
    """Add up the shops of each kind."""
    return tuple(
        WaitingKind(
            kind, sum(n for n, _ in of_kind), min(since for _, since in of_kind)
        )
        for kind in MatterKind
        if (of_kind := [(n, since) for of, _, _, n, since in rows if of == kind])
    )
