"""The figures of a day: where orders stand, what is to be done, what waits."""

from datetime import date

import pytest
from duckdb import DuckDBPyConnection

from data.model.matter import MatterKind
from data.model.order import Mall, Order, Status
from data.model.ship_by import Reason, ShipBy, WorkingDays
from data.warehouse import day as door
from data.warehouse.day import OF_EACH, Day, DueOrder, ShopToDo, StatusCount
from data.warehouse.orders.refusals import record_refusals
from data.warehouse.orders.store import store_orders
from data.warehouse.shipping.packages import make_is_here
from data.warehouse.statements import SQL
from tests.support.effort import first
from tests.support.orders import (
    SHOP_ID,
    a_package,
    a_refusal,
    an_order,
    at,
    order_number,
)
from tests.support.planted import caught, planted_sql

ORDERS = {
    1: "100",
    2: "200",
    3: "200",
    4: "300",
    5: "300",
    6: "800",
    7: "500",
    8: "300",
}
"""Order number and status: of those at 300 one has a parcel, one is under review."""
PARCEL = """INSERT INTO shipments BY NAME SELECT
    'rakuten' AS mall, ? AS shop_id, ? AS order_number, '1' AS basket_id,
    ? AS tracking_number, '1001' AS carrier_code, DATE '2026-07-01' AS shipping_date,
    ? AS state, 'なし' AS reason, 'i' AS import_id, ?::TIMESTAMPTZ AS imported_at,
    ?::TIMESTAMPTZ AS changed_at"""


TODAY = date(2026, 7, 2)
"""A Thursday; the orders were placed on Wednesday."""


def day(con, shop_ids=None, today: date = TODAY) -> Day:
    days = WorkingDays("月火水木金", frozenset())
    return door.day(con, shop_ids, today=today, days=days)


def parcel(con: DuckDBPyConnection, number: int, state: str) -> None:
    order = order_number(number)
    con.execute(PARCEL, [SHOP_ID, order, state, state, at(6), at(6)])


def to_send(number: int, *baskets: str, status: str = "300") -> Order:
    """An order with these packages, none of which has a number at RMS."""
    packages = [
        a_package(one).model_copy(update={"shipping_rows": ()})
        for one in baskets or ("1",)
    ]
    return an_order(number, 5, status, packages=packages)


@pytest.fixture
def filled(con: DuckDBPyConnection) -> DuckDBPyConnection:
    orders = [to_send(n, status=status) for n, status in ORDERS.items()]
    orders[-1] = orders[-1].model_copy(update={"is_under_review": True})
    orders.append(an_order(9, 5, "100", shop_id="777"))
    store_orders(con, orders, source="api", stored_at=at(5), load_id="l")
    parcel(con, 5, "planned")
    parcel(con, 4, "refused")
    con.execute(
        """INSERT INTO shops BY NAME SELECT
            'demo' AS shop, 'rakuten' AS mall, ? AS shop_id, ? AS updated_at""",
        [SHOP_ID, at(5)],
    )
    return con


def demo(status: Status, orders: int) -> StatusCount:
    return StatusCount(Mall.RAKUTEN, "demo", status, orders, orders * 2710)


def test_orders_and_yen_stand_by_mall_shop_and_status(filled):
    assert day(filled).standings == (
        StatusCount(Mall.RAKUTEN, "777", Status.NEW, 1, 2710),
        demo(Status.NEW, 1),
        demo(Status.AWAITING_PAYMENT, 2),
        demo(Status.PROCESSING, 3),
        demo(Status.SHIPPED, 1),
        demo(Status.ON_HOLD, 1),
    )


def test_what_is_to_be_done_leaves_out_what_has_a_parcel_or_may_not_be_packed(filled):
    work = [one for one in day(filled).work if one.shop == "demo"]

    assert work == [
        ShopToDo(
            Mall.RAKUTEN,
            "demo",
            waiting_payment=2,
            to_ship=1,
            cancel_requests=1,
            stock_refused=0,
            numbers_unsent=2,
        )
    ]


def test_a_number_that_changed_after_it_was_in_a_file_is_to_be_sent_again(filled):
    filled.execute(
        """INSERT INTO tracking_exports BY NAME SELECT
            mall, shop_id, order_number, basket_id, tracking_number, carrier_code,
            shipping_date, changed_at AS exported_at, 'f' AS file_name
        FROM shipments WHERE state = 'planned'"""
    )

    def unsent() -> int:
        return sum(one.numbers_unsent for one in day(filled).work)

    before = unsent()
    filled.execute("UPDATE shipments SET changed_at = changed_at + INTERVAL 1 MINUTE")
    assert (before, unsent()) == (1, 2)


def listed(con: DuckDBPyConnection, *orders: Order) -> list[str]:
    """Return the ends of the numbers of those orders that are to ship."""
    store_orders(con, orders, source="api", stored_at=at(5), load_id="l")
    given = {"shop_ids": None, "today": TODAY}
    make_is_here(con)
    rows = SQL.run(con, "list_orders_to_ship", given).fetchall()
    return [number[-1] for _, _, number, *_ in rows]


def test_an_order_is_to_ship_until_each_of_its_packages_has_left(con):
    orders = [to_send(1, "1", "2"), to_send(2, "1"), an_order(3)]
    parcel(con, 1, "planned")
    parcel(con, 2, "planned")

    assert listed(con, *orders) == ["1"]


def test_a_gift_without_an_address_is_not_to_ship(con):
    order = to_send(1)
    (package,) = order.packages
    waits = package.model_copy(update={"gift_address_given": False})

    assert listed(con, order.model_copy(update={"packages": (waits,)})) == []


@pytest.mark.parametrize(
    ("mall", "told", "found"),
    [
        (Mall.RAKUTEN, "mall_status = '300'", ["1"]),
        (Mall.RAKUTEN, "mall_status = '200'", []),
        (Mall.RAKUTEN, "mall_status = '500', outcome = 'shipped'", []),
        (Mall.SHOPIFY, "shipped_at = NULL", ["1"]),
        (Mall.SHOPIFY, "mall_status = 'paid'", []),
        (Mall.SHOPIFY, "shipped_at = NULL, outcome = 'refunded'", []),
    ],
)
def test_what_the_mall_calls_over_or_not_ready_is_not_to_ship(con, mall, told, found):
    """A CSV creates an order at 受注処理中, whatever its mall says."""
    listed(con, to_send(1).model_copy(update={"mall": mall}))
    con.execute(f"UPDATE orders SET {told}")  # noqa: S608 - ours

    assert listed(con) == found


def promised(number: int, **told) -> Order:
    """An order of Wednesday morning to Tokyo, with no promise but those told."""
    order = to_send(number)
    (package,) = order.packages
    (line,) = package.lines
    line = line.model_copy(update={"lead_time": told.pop("lead_time", None)})
    place = told.pop("prefecture", "東京都")
    package = package.model_copy(update={"prefecture": place, "lines": (line,)})
    told = {"delivery_on": None, "packages": (package,)} | told
    return order.model_copy(update=told)


DUE = {
    1: {"is_one_day": True},
    2: {"delivery_on": date(2026, 7, 3)},
    3: {"delivery_on": date(2026, 7, 3), "prefecture": "沖縄県"},
    4: {"lead_time": "1～2日以内に発送予定"},
    5: {},
    6: {"is_one_day": True, "is_under_review": True},
    7: {"is_one_day": True, "mall_status": "500"},
    8: {"is_one_day": True},
    9: {"delivery_on": date(2026, 7, 6), "is_remote_island": True},
}
"""Of 8 a parcel is planned; 9 has to leave on Friday for its day is a Monday."""


def due_today(con) -> None:
    store_orders(
        con,
        [promised(n, **told) for n, told in DUE.items()],
        source="api",
        stored_at=at(5),
        load_id="l",
    )
    parcel(con, 8, "planned")
    found = day(con)

    assert found.due == tuple(
        DueOrder(
            "rakuten", SHOP_ID, order_number(number), ShipBy(date(2026, 7, on), why)
        )
        for number, on, why in (
            (3, 1, Reason.DELIVERY),
            (1, 2, Reason.ONE_DAY),
            (2, 2, Reason.DELIVERY),
        )
    )
    (work,) = found.work
    assert (work.to_ship, work.ship_today, work.ship_late) == (6, 3, 1)


def test_what_has_to_leave_today_is_listed_the_late_ones_first(con):
    due_today(con)


def test_the_next_day_more_has_to_leave(con):
    due_today(con)
    tomorrow = day(con, today=date(2026, 7, 3))

    assert [one.order_number[-1] for one in tomorrow.due] == ["3", "1", "2", "4", "9"]


@first()
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("is_one_day OR is_asuraku", "is_asuraku"),
        ("NOT coalesce(is_under_review, false)", "true"),
        ("ANTI JOIN", "SEMI JOIN"),
    ],
)
def test_an_order_that_is_due_and_not_listed_is_caught(undone, old, new):
    with planted_sql("list_orders_to_ship", old, new), caught():
        due_today(undone)


def test_a_shops_day_has_no_other_shops_orders(filled):
    record_refusals(filled, [a_refusal(20)], at(6))
    found = day(filled, ["777"])

    assert [one.shop for one in (*found.standings, *found.work)] == ["777", "777"]
    assert found.waiting == found.matters == ()


def test_of_each_kind_the_longest_waiting_are_listed_and_all_are_counted(con):
    for number in range(OF_EACH + 2):
        record_refusals(con, [a_refusal(number)], at(60 - number))
    found = day(con)
    (waiting,) = found.waiting

    assert (waiting.kind, waiting.matters) == (MatterKind.ORDER_REFUSED, OF_EACH + 2)
    assert waiting.oldest == at(60 - OF_EACH - 1)
    assert [one.since for one in found.matters] == sorted(
        at(60 - number) for number in range(2, OF_EACH + 2)
    )


def test_an_order_that_may_not_be_packed_counted_as_work_is_caught(filled):
    guard = "AND NOT coalesce(is_under_review, false)"
    with planted_sql("list_orders_to_ship", guard, ""), caught():
        test_what_is_to_be_done_leaves_out_what_has_a_parcel_or_may_not_be_packed(
            filled
        )
