"""Marts beside sums in plain Python, over small warehouses of any orders.

What happens to orders one after the other is `test_paper`'s; here they stand as they
may in the end: without a day, a price or a buyer, as sets, with pieces taken back.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.model.japan_time import JST
from data.warehouse.analytics.publish import publish
from data.warehouse.session import Connection, warehouse
from tests.support.effort import examples

NOW = datetime(2026, 8, 2, 0, 30, tzinfo=JST)
"""The first of August in UTC."""
PLACED = (
    datetime(2026, 6, 30, 23, 59, 59, tzinfo=JST),
    datetime(2026, 7, 1, 0, 30, tzinfo=JST),
    datetime(2026, 7, 31, 23, 59, 59, tzinfo=JST),
    datetime(2026, 8, 1, 0, 0, tzinfo=JST),
    None,
)
AGES = dict(
    zip(
        PLACED,
        ("older", "older", "1 to 3 days", "1 to 3 days", "unknown"),
        strict=True,
    )
)
OVER = {"cancelled", "refunded"}
OPEN = {"新規受付", "入金待ち", "受注処理中", "保留"}
DAYS = st.sampled_from([date(1970, 1, 1), date(2026, 7, 1), date(2026, 8, 1)])


@dataclass(frozen=True)
class Line:
    """A line; `is_part` makes it a part of the order's set."""

    sku: str
    price: int | None
    pieces: int
    is_part: bool

    @property
    def units(self) -> int:
        return 0 if self.is_part else self.pieces

    @property
    def sales(self) -> int | None:
        return None if self.price is None else self.price * self.pieces


@dataclass(frozen=True)
class Order:
    """An order as it stands."""

    shop: tuple[str, str]
    placed: datetime | None
    status: str
    cancelled: bool
    outcome: str | None
    phone: str | None
    refunded: int | None
    lines: tuple[Line, ...]

    @property
    def counts(self) -> bool:
        return not self.cancelled and self.outcome not in OVER

    @property
    def day(self) -> date | None:
        return self.placed.date() if self.placed else None

    @property
    def month(self) -> str | None:
        return f"{self.placed:%Y-%m}" if self.placed else None


@dataclass(frozen=True)
class Shop:
    """All of it: orders, costs of SKUs and fees of malls by their first day."""

    orders: tuple[Order, ...]
    costs: dict[tuple[str, date], int]
    fees: dict[tuple[tuple[str, str], date], tuple[int, int]]


line = st.builds(
    Line,
    sku=st.sampled_from("AB"),
    price=st.sampled_from([None, 0, 100, 333]),
    pieces=st.sampled_from([-1, 0, 1, 3]),
    is_part=st.just(value=False),
)
part = st.builds(
    Line,
    sku=st.sampled_from("AB"),
    price=st.just(0),
    pieces=st.just(2),
    is_part=st.just(value=True),
)
RAKUTEN, SECOND, WEB = ("rakuten", "1"), ("rakuten", "2"), ("shopify", "1")


def of_shop(shop: tuple[str, str]) -> st.SearchStrategy[Order]:
    """Any order of the shop; only Rakuten tells the parts of a set."""
    parts = st.lists(part, max_size=1 if shop[0] == "rakuten" else 0)
    lines = st.tuples(st.lists(line, min_size=1, max_size=3), parts)
    return st.builds(
        Order,
        shop=st.just(shop),
        placed=st.sampled_from(PLACED),
        status=st.sampled_from(["新規受付", "受注処理中", "出荷済"]),
        cancelled=st.sampled_from([False, False, False, True]),
        outcome=st.sampled_from([None, None, "shipped", "refunded", "cancelled"]),
        phone=st.sampled_from([None, "09000000001", "09000000002"]),
        refunded=st.sampled_from([None, 300]),
        lines=lines.map(lambda both: (*both[0], *both[1])),
    )


orders = st.lists(
    st.sampled_from([RAKUTEN, SECOND, WEB]).flatmap(of_shop), min_size=3, max_size=12
)
shops = st.builds(
    Shop,
    orders=orders.map(tuple),
    costs=st.dictionaries(
        st.tuples(st.sampled_from("ABC"), DAYS), st.sampled_from([0, 40, 90])
    ),
    fees=st.dictionaries(
        st.tuples(st.sampled_from([RAKUTEN, ("rakuten", ""), ("shopify", "")]), DAYS),
        st.tuples(st.sampled_from([0, 8, 10]), st.sampled_from([0, 30])),
    ),
)
STOCK_OF = {"A": "C"}
"""Whose stock a listing sells, as somebody said; the others sell their own."""


def write(con: Connection, shop: Shop) -> None:
    for nth, order in enumerate(shop.orders):
        mall, shop_id = order.shop
        key = {"mall": mall, "shop": shop_id, "number": f"{nth}"}
        con.execute(
            "INSERT INTO orders BY NAME SELECT $mall AS mall, $shop AS shop_id,"
            " $number AS order_number, 'csv' AS source, $status AS status,"
            " 'manual' AS stock_policy, $placed::TIMESTAMPTZ AS ordered_at,"
            " true AS amounts_fixed, $cancelled AS cancelled, $outcome AS outcome,"
            " $refunded::BIGINT AS refunded_total, '' AS content_hash,"
            " 'csv_created' AS content_source, $now AS observed_at,"
            " $now AS imported_at, $now AS updated_at",
            key
            | {
                "status": order.status,
                "placed": order.placed,
                "cancelled": order.cancelled,
                "outcome": order.outcome,
                "refunded": order.refunded,
                "now": NOW,
            },
        )
        con.execute(
            "INSERT INTO order_people BY NAME SELECT $mall AS mall, $shop AS shop_id,"
            " $number AS order_number, 'orderer' AS role, '' AS basket_id,"
            " $phone AS phone",
            key | {"phone": order.phone},
        )
        for place, one in enumerate(order.lines, start=1):
            con.execute(
                "INSERT INTO order_lines BY NAME SELECT $mall AS mall,"
                " $shop AS shop_id, $number AS order_number, $line AS line_id,"
                " '1' AS basket_id, lower($sku) AS manage_number, $sku AS sku,"
                " $pieces AS quantity, $price::BIGINT AS unit_price",
                key
                | {
                    "line": f"1-{place}" if one.is_part else f"{place}",
                    "sku": one.sku,
                    "pieces": one.pieces,
                    "price": one.price,
                },
            )
    for mall, shop_id in (RAKUTEN, SECOND, WEB):
        for sku, stock_sku in STOCK_OF.items():
            con.execute(
                "INSERT INTO sku_map VALUES ($mall, $shop, lower($sku), '', $stock,"
                " 'person', now())",
                {"mall": mall, "shop": shop_id, "sku": sku, "stock": stock_sku},
            )
    for (sku, day), cost in shop.costs.items():
        con.execute(
            "INSERT INTO sku_costs VALUES ($sku, $day, $cost, '店長', now())",
            {"sku": sku, "day": day, "cost": cost},
        )
    for ((mall, shop_id), day), (percent, each) in shop.fees.items():
        con.execute(
            "INSERT INTO mall_fees VALUES ($mall, $shop, $day, $percent, $each, '店長',"
            " now())",
            {
                "mall": mall,
                "shop": shop_id,
                "day": day,
                "percent": percent,
                "each": each,
            },
        )


def known(numbers: Iterable[int | None]) -> int | None:
    """Return the sum of those that are known; None where none is."""
    told = [one for one in numbers if one is not None]
    return sum(told) if told else None


def by_sku(shop: Shop, part_of: Callable[[Order], Any]) -> dict:
    """Orders, units, pieces, sales and lines without a price, by time, shop and SKU."""
    found: dict[tuple, list[tuple[int, Line]]] = defaultdict(list)
    for nth, order in enumerate(shop.orders):
        for one in order.lines if order.counts else ():
            found[part_of(order), *order.shop, one.sku].append((nth, one))
    return {
        key: (
            len({nth for nth, _ in rows}),
            sum(one.units for _, one in rows),
            sum(one.pieces for _, one in rows),
            known(one.sales for _, one in rows),
            sum(one.sales is None for _, one in rows),
        )
        for key, rows in found.items()
    }


def buyers(shop: Shop) -> dict:
    """Orders, buyers, those with an earlier month, and orders of nobody, by month."""
    counted = [one for one in shop.orders if one.counts]
    first: dict[str, str] = {}
    for one in counted:
        if one.phone and one.month:
            first[one.phone] = min(first.get(one.phone, one.month), one.month)
    return {
        month: (
            len(told),
            len(phones),
            sum(first[phone] < month for phone in phones) if month else 0,
            sum(one.phone is None for one in told),
        )
        for month in {one.month for one in counted}
        for told in [[one for one in counted if one.month == month]]
        for phones in [{one.phone for one in told if one.phone}]
    }


def over(shop: Shop) -> dict:
    """Orders, those that are over, what came back and was paid back, by month."""
    found: dict[tuple, list[Order]] = defaultdict(list)
    for one in shop.orders:
        found[one.month, *one.shop].append(one)
    return {
        key: (
            len(told),
            sum(one.cancelled or one.outcome == "cancelled" for one in told),
            sum(not one.cancelled and one.outcome == "refunded" for one in told),
            -sum(one.units for one in back),
            0 if not back else worth if worth is None else -worth,
            sum(one.refunded or 0 for one in told),
        )
        for key, told in found.items()
        for back in [[line for one in told for line in one.lines if line.units < 0]]
        for worth in [known(one.sales for one in back)]
    }


def waiting(shop: Shop) -> dict:
    """How many orders wait, by shop, status and age."""
    found: dict[tuple, int] = defaultdict(int)
    for one in shop.orders:
        if one.status in OPEN and not one.cancelled and one.outcome is None:
            found[*one.shop, one.status, AGES[one.placed]] += 1
    return dict(found)


def of_day(rows: dict[tuple[Any, date], Any], key: Any, day: date | None) -> Any:
    """Return what holds for the key on the day; None for nothing."""
    began = [since for one, since in rows if one == key and day and since <= day]
    return rows[key, max(began)] if began else None


def margins(shop: Shop) -> dict:
    """Sales, known ones, cost, the exact fee and lines not known, by month and SKU."""
    found: dict[tuple, list[tuple[Line, int | None, Fraction | None]]]
    found = defaultdict(list)
    for order in shop.orders:
        told = [one.sales for one in order.lines if one.sales is not None]
        fee = of_day(shop.fees, order.shop, order.day)
        fee = fee or of_day(shop.fees, (order.shop[0], ""), order.day)
        for one in order.lines if order.counts else ():
            cost = of_day(shop.costs, one.sku, order.day)
            if cost is None:
                cost = of_day(shop.costs, STOCK_OF.get(one.sku), order.day)
            kept = None
            if fee and one.sales is not None and cost is not None:
                total = sum(told)
                share = Fraction(one.sales, total) if total else Fraction(1, len(told))
                kept = Fraction(one.sales * fee[0], 100) + fee[1] * share
            found[order.month, *order.shop, one.sku].append((one, cost, kept))
    return {
        key: (
            known(one.sales for one, _, _ in rows),
            known(one.sales for one, _, kept in rows if kept is not None),
            known(
                cost * one.pieces
                for one, cost, kept in rows
                if kept is not None and cost is not None
            ),
            sum((kept for _, _, kept in rows if kept is not None), Fraction(0)),
            sum(kept is None for _, _, kept in rows),
        )
        for key, rows in found.items()
    }


def one_order(**told: Any) -> Order:
    """Return an order of July with nothing told of it but this."""
    usual: dict[str, Any] = {
        "shop": WEB,
        "placed": PLACED[1],
        "status": "出荷済",
        "cancelled": False,
        "outcome": "shipped",
        "phone": None,
        "refunded": None,
        "lines": (),
    }
    return Order(**usual | told)


EVERY_DAY = date(1970, 1, 1)
RICH = Shop(
    orders=(
        one_order(
            shop=RAKUTEN,
            phone="09000000001",
            lines=(
                Line("A", 333, 3, is_part=False),
                Line("B", 100, 1, is_part=False),
                Line("B", 0, 2, is_part=True),
            ),
        ),
        one_order(
            shop=SECOND,
            placed=PLACED[3],
            phone="09000000001",
            lines=(Line("B", 100, 1, is_part=False),),
        ),
    ),
    costs={
        ("B", EVERY_DAY): 90,
        ("B", date(2026, 8, 1)): 40,
        ("C", EVERY_DAY): 10,
    },
    fees={
        (RAKUTEN, EVERY_DAY): (8, 30),
        (("rakuten", ""), EVERY_DAY): (10, 0),
    },
)
"""A set, a cost of the stock that its listing sells, a cost that changed, and a shop
with a fee of its own beside one of its mall's."""


@pytest.fixture
def copy_of(migrated: Path, tmp_path_factory: pytest.TempPathFactory):
    """Return the copy of a warehouse of its own for each shop."""

    def made(shop: Shop) -> Path:
        path = Path(shutil.copy(migrated, tmp_path_factory.mktemp("random")))
        with warehouse(path) as con:
            write(con, shop)
        publish(path, path.with_name("analytics.duckdb"), NOW)
        return path.with_name("analytics.duckdb")

    return made


@given(shop=shops)
@example(shop=RICH)
@examples(5, derandomize=True)
def test_marts_are_the_sums_of_their_orders(copy_of, shop):
    with duckdb.connect(copy_of(shop), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")

        def mart(name: str, keys: int, columns: str = "*") -> dict:
            rows = con.execute(f"SELECT {columns} FROM {name}").fetchall()  # noqa: S608
            assert len({row[:keys] for row in rows}) == len(rows)
            return {row[:keys]: row[keys:] for row in rows}

        assert mart("sales_per_sku", 4) == by_sku(shop, lambda one: one.month)
        assert mart("sku_sales_per_day", 4) == by_sku(shop, lambda one: one.day)
        assert mart("repeat_buyers", 1) == {
            (month,): told for month, told in buyers(shop).items()
        }
        assert mart("cancellations", 3) == over(shop)
        assert mart("orders_by_age", 4) == {
            key: (count,) for key, count in waiting(shop).items()
        }
        assert sum(waiting(shop).values()) == len(mart("orders_waiting", 3))
        earned = mart("margin", 4, "* EXCLUDE (units)")
        ours = margins(shop)
        assert earned.keys() == ours.keys()
        for key, (sales, sold, cost, fee, unknown) in ours.items():
            *amounts, kept, margin, percent, lines_unknown = earned[key]
            assert (*amounts, lines_unknown) == (sales, sold, cost, unknown)
            if sold is None:
                assert (kept, margin, percent) == (None, None, None)
                continue
            assert abs(kept - fee) <= Fraction(1, 2) + Fraction(1, 10**9)
            assert margin == sold - cost - kept
            assert (percent is None) == (sold == 0)
            if percent is not None:
                assert abs(percent - 100 * margin / sold) <= 0.05 + 1e-9


def test_pieces_that_came_back_for_an_unknown_price_are_not_told_as_0_yen(copy_of):
    back = Line("A", None, -1, is_part=False)
    shop = Shop((one_order(lines=(back,)),), costs={}, fees={})
    with duckdb.connect(copy_of(shop), read_only=True) as con:
        told = con.execute("SELECT returned_units, returned FROM cancellations")

        assert told.fetchall() == [(1, None)]


def test_a_buyer_whose_earlier_order_was_cleared_is_new_and_the_comments_say_so(
    copy_of,
):
    cleared = one_order(placed=PLACED[0])
    shop = Shop((cleared, one_order(phone="09000000001")), costs={}, fees={})
    with duckdb.connect(copy_of(shop), read_only=True) as con:
        told = con.execute("FROM repeat_buyers").fetchall()
        comments = con.execute(
            "SELECT comment FROM duckdb_views() WHERE view_name = 'repeat_buyers'"
            " UNION ALL SELECT comment FROM duckdb_columns()"
            " WHERE table_name = 'orders' AND column_name = 'buyer_key'"
        ).fetchall()

    assert told == [("2026-06", 1, 0, 0, 1), ("2026-07", 1, 1, 0, 0)]
    assert ["JUCHU_RETENTION_DAYS" in text for (text,) in comments] == [True, True]
