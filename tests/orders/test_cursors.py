"""The sweep's cursor never skips an order, and what may change is read again."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.notice import NOT_ANSWERED, UNREADABLE
from data.model.order import Mall
from data.warehouse.orders.refusals import record_refusals
from data.warehouse.orders.store import store_orders
from data.warehouse.runs import move_cursor, orders_to_reread, seen_until
from data.warehouse.session import warehouse
from tests.order_files.store.made import a_row
from tests.order_files.store.made import store as import_csv
from tests.support.effort import examples
from tests.support.orders import SHOP_ID, a_refusal, an_order, at, order_number
from tests.support.planted import caught, planted_sql

DAY = 24 * 60
_shops = count(1)


def move(con, seen: float, now: float, shop_id: str = SHOP_ID) -> None:
    move_cursor(con, Mall.RAKUTEN, shop_id, at(seen), at(now))


def test_a_cursor_moves_forward_only(con):
    assert seen_until(con, Mall.RAKUTEN, SHOP_ID) is None
    move(con, 5, 9)
    move(con, 4, 10)

    assert seen_until(con, Mall.RAKUTEN, SHOP_ID) == at(5)
    assert seen_until(con, Mall.YAHOO, SHOP_ID) is None


def test_a_cursor_never_stands_ahead_of_now(con):
    move(con, 50, 9)

    assert seen_until(con, Mall.RAKUTEN, SHOP_ID) == at(9)


def reread(con, minute: float = 10) -> list[str]:
    return orders_to_reread(con, SHOP_ID, at(minute))


LIVES = [
    ("100", 100, True),
    ("300", 728, True),
    ("300", 729, False),
    ("400", 100, True),
    ("500", 61, True),
    ("500", 63, False),
    ("600", 61, True),
    ("600", 63, False),
    ("700", 1, False),
    ("800", 100, True),
    ("900", 1, False),
    ("950", 100, True),
]
"""Status of an order, its age in days, and whether it can still change and be read."""


def test_an_order_is_read_again_while_it_can_change(con):
    orders = [
        an_order(1, 5, status, shop_id=f"shop-{status}-{days}")
        for status, days, _ in LIVES
    ]
    store_orders(con, orders, source="api", stored_at=at(6), load_id="l")

    found = [
        (
            status,
            days,
            bool(orders_to_reread(con, f"shop-{status}-{days}", at(days * DAY))),
        )
        for status, days, _ in LIVES
    ]
    assert found == LIVES


def test_an_order_a_csv_created_is_read_while_it_is_not_final(con):
    open_one = a_row(order_number(1), mall_status="300")
    done = a_row(order_number(2), mall_status="900")
    unsaid = a_row(order_number(3))
    import_csv(con, open_one, done, unsaid, minute=8)

    assert sorted(reread(con)) == [order_number(1), order_number(3)]
    assert orders_to_reread(con, "another", at(10)) == []


@pytest.mark.parametrize("status", ["700", "900"])
def test_a_csv_makes_no_order_final_whose_stock_follows_the_mall(con, status: str):
    """Only the mall's own answer gives back what the order has taken."""

    def read_until_the_mall_says_so(nth: int) -> None:
        order = an_order(nth, 5)
        store_orders(con, [order], source="api", stored_at=at(6), load_id="l")
        import_csv(con, a_row(order_number(nth), mall_status=status), minute=nth + 6)
        assert reread(con) == [order_number(nth)]

    read_until_the_mall_says_so(1)
    order = an_order(1, 9, status)
    store_orders(con, [order], source="api", stored_at=at(10), load_id="m")
    assert reread(con) == []
    with (
        planted_sql("list_orders_to_reread", "= 'csv_changed'", "= 'csv'"),
        caught(),
    ):
        read_until_the_mall_says_so(2)


def test_orders_not_taken_are_asked_for_until_they_are(con):
    record_refusals(con, [a_refusal(1), a_refusal(2)], at(6))
    store_orders(
        con, [an_order(2, 7, "900")], source="api", stored_at=at(8), load_id=""
    )

    assert reread(con) == [order_number(1)]
    assert reread(con, 731 * DAY) == []


def test_a_number_that_never_was_an_order_is_not_asked_for_for_ever(con):
    record_refusals(con, [a_refusal(1), a_refusal(2, code=UNREADABLE)], at(6))

    assert reread(con, 2 * DAY) == [order_number(1), order_number(2)]
    assert reread(con, 4 * DAY) == [order_number(2)]


GET_ORDER = "ORDER_EXT_API_GET_ORDER"


@pytest.mark.parametrize(
    "code",
    [
        f"{GET_ORDER}_ERROR_101",
        f"{GET_ORDER}_ERROR_000",
        f"{GET_ORDER}_WARNING_001",
        NOT_ANSWERED,
    ],
)
def test_an_order_that_rms_fails_to_read_is_asked_for_as_long_as_rms_shows_it(
    con, code: str
):
    """RMS has it, and says to read it again: it was given up after three days."""
    record_refusals(con, [a_refusal(1, code=code)], at(6))

    assert reread(con, 4 * DAY) == [order_number(1)]
    assert reread(con, 731 * DAY) == []


def test_an_order_once_handed_out_is_not_given_up_at_the_first_answer_without_it(con):
    """Unreadable for ten days, it was asked for no more once RMS passed over it."""
    record_refusals(con, [a_refusal(1, code=UNREADABLE)], at(0))
    record_refusals(con, [a_refusal(1, code="NOT_RETURNED")], at(10 * DAY))

    assert reread(con, 11 * DAY) == [order_number(1)]
    record_refusals(con, [a_refusal(1, code="NOT_RETURNED")], at(12 * DAY))
    assert reread(con, 14 * DAY) == []


def test_the_longest_unseen_come_first(con):
    late, early = an_order(1, 9), an_order(2, 7)
    store_orders(con, [late, early], source="api", stored_at=at(10), load_id="l")
    record_refusals(con, [a_refusal(3)], at(10))

    assert reread(con) == [order_number(n) for n in (3, 2, 1)]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    with warehouse(tmp_path_factory.mktemp("cursors") / "juchu.duckdb") as con:
        con.commit()
        yield con
        con.begin()


def sweep_all(con, runs) -> None:
    """Sales without a notice and sweeps, some of which die: none may be missed."""
    shop_id, placed = str(next(_shops)), {}
    for minute, (sold, dies) in enumerate([*runs, (0, False)], start=1):
        for number in range(len(placed), len(placed) + sold):
            placed[number] = an_order(number, minute, shop_id=shop_id)
        con.begin()
        since = seen_until(con, Mall.RAKUTEN, shop_id) or at(0)
        found = [order for order in placed.values() if order.observed_at > since]
        # The cursor first: a sweep may, because one commit is for both.
        move_cursor(con, Mall.RAKUTEN, shop_id, at(minute), at(minute))
        now = at(minute)
        store_orders(con, found, source="api", stored_at=now, load_id="l")
        con.rollback() if dies else con.commit()
    (stored,) = con.execute(
        "SELECT count(*) FROM orders WHERE shop_id = ?", [shop_id]
    ).fetchone()
    assert stored == len(placed)


@given(runs=st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=5))
@examples(5, derandomize=True)
def test_sweeps_that_die_miss_no_order(file, runs):
    sweep_all(file, runs)


def test_a_cursor_that_moves_before_the_commit_is_caught(file):
    history = [(1, True)]
    sweep_all(file, history)
    first = "CREATE OR REPLACE TEMP TABLE judged"

    with planted_sql("judge_snapshots", first, f"COMMIT; BEGIN; {first}"), caught():
        sweep_all(file, history)
