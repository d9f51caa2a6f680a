"""The mall's own books beside the warehouse: orders, levels, tracking rows, and gaps.

The mall's are the sandbox's file, read here without asking the sandbox.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from data.model.japan_time import JST
from data.warehouse.invariants import violations
from data.warehouse.session import warehouse
from tests.year.calendar import FOUND_WITHIN, Cause, Plan

CANCELLED: Final = 900
OVER: Final = ("700", "900")
"""Paid or cancelled: what every order comes to in the end."""
TAKES: Final = timedelta(hours=1)
"""How long a look may take by RMS's pace."""
Sku = tuple[str, str]
Row = tuple[str, str, str]

ORDERS: Final = """
SELECT order_number, mall_status, goods_total, request_total, units, ordered_at,
    imported_at
FROM orders JOIN (
    SELECT order_number, sum(quantity)::BIGINT AS units
    FROM order_lines WHERE shop_id = $shop_id GROUP BY order_number
) USING (order_number)
WHERE shop_id = $shop_id
"""
PARCELS: Final = """
SELECT order_number, basket_id, tracking_number FROM shipments
WHERE shop_id = $shop_id AND state = 'verified'
"""
LEVELS: Final = """
SELECT m.manage_number, m.variant_id, l.level
FROM sku_map AS m JOIN stock_levels AS l USING (sku) WHERE m.shop_id = $shop_id
"""


class Order(NamedTuple):
    """What both sides have to say alike of an order."""

    status: str
    goods: int
    request: int
    units: int


@dataclass
class MallBooks:
    """What the mall has: the truth of the year."""

    orders: dict[str, Order] = field(default_factory=dict)
    parcels: Counter[Row] = field(default_factory=Counter)
    sold: Counter[Sku] = field(default_factory=Counter)
    """Units of every order that was not cancelled."""
    shown: dict[Sku, int] = field(default_factory=dict)
    """Units on sale now."""


class Gap(NamedTuple):
    """An order that was not known at the look after its sale."""

    order_number: str
    ordered_at: datetime
    known_at: datetime
    cause: Cause | None
    """None = nothing that was planned explains it."""


@dataclass
class Verdict:
    """What differs, and what gaps there were."""

    differences: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    orders: int = 0
    parcels: int = 0

    @property
    def gaps_by_cause(self) -> Counter[str]:
        """Count the gaps by what explains them."""
        return Counter(gap.cause or "unexplained" for gap in self.gaps)


def mall_books(file: Path, shop: str = "demo") -> MallBooks:
    """Read the sandbox's file."""
    books = MallBooks()
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        for (text,) in db.execute("SELECT model FROM orders WHERE shop = ?", (shop,)):
            _enter(books, orjson.loads(text))
        rows = db.execute(
            "SELECT manage_number, variant_id, quantity FROM levels"
            " JOIN items USING (shop, manage_number, variant_id) WHERE shop = ?",
            (shop,),
        )
        books.shown = {(manage, variant): units for manage, variant, units in rows}
    return books


def _enter(books: MallBooks, model: dict[str, Any]) -> None:
    number, status = model["orderNumber"], model["orderProgress"]
    units: Counter[Sku] = Counter()
    for package in model["PackageModelList"]:
        basket = str(package["basketId"])
        for row in package["ShippingModelList"] or ():
            books.parcels[number, basket, row["shippingNumber"]] += 1
        for line in package["ItemModelList"]:
            for sku in line["SkuModelList"]:
                key = line["manageNumber"].lower(), sku["variantId"]
                units[key] += line["units"]
    if status != CANCELLED:
        books.sold += units
    books.orders[number] = Order(
        str(status), model["goodsPrice"], model["requestPrice"], units.total()
    )


def compare(
    books: MallBooks,
    home: Path,
    shop_id: str,
    plan: Plan,
    shelf: dict[Sku, int],
) -> Verdict:
    """Compare the warehouse with the mall's books and with the shelf.

    `shelf` is what was counted and received of each SKU.
    """
    given = {"shop_id": shop_id}
    with warehouse(home / "juchu.duckdb") as con:
        orders = con.execute(ORDERS, given).fetchall()
        parcels = Counter(con.execute(PARCELS, given).fetchall())
        levels = {
            (manage, variant): level
            for manage, variant, level in con.execute(LEVELS, given).fetchall()
        }
        broken = violations(con)
    verdict = Verdict(orders=len(orders), parcels=parcels.total())
    ours = {row[0]: Order(*row[1:5]) for row in orders}
    verdict.differences += [f"rule {each.rule} is broken" for each in broken]
    verdict.differences += _differing("order", books.orders, ours)
    verdict.differences += [
        f"order {number} was left at {order.status}"
        for number, order in books.orders.items()
        if order.status not in OVER
    ]
    verdict.differences += _differing("tracking row", books.parcels, parcels)
    left = {sku: units - books.sold[sku] for sku, units in shelf.items()}
    verdict.differences += _differing("level", left, levels)
    offered = {sku: max(level, 0) for sku, level in levels.items()}
    verdict.differences += _differing("units on sale", books.shown, offered)
    verdict.gaps = list(gaps(plan, ((r[0], r[5], r[6]) for r in orders)))
    verdict.differences += [
        f"gap of {gap.order_number}: sold {gap.ordered_at:%m-%d %H:%M},"
        f" known {gap.known_at:%m-%d %H:%M}, cause {gap.cause}"
        for gap in verdict.gaps
        if gap.cause is None or gap.known_at - gap.ordered_at > FOUND_WITHIN
    ]
    return verdict


def _differing(what: str, theirs: Any, ours: Any) -> Iterator[str]:
    for key in sorted({*theirs, *ours}):
        if theirs.get(key) != ours.get(key):
            yield f"{what} {key}: {theirs.get(key)} at the mall, {ours.get(key)} here"


def gaps(plan: Plan, orders: Iterable[tuple[str, datetime, datetime]]) -> Iterator[Gap]:
    """Yield the orders known later than planned; each is number, sold at, known at."""
    for number, sold, known in orders:
        ordered_at, known_at = sold.astimezone(JST), known.astimezone(JST)
        due = plan.known_by(ordered_at)
        if known_at <= due + TAKES:
            continue
        yield Gap(number, ordered_at, known_at, plan.cause_at(due))
