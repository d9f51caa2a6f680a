"""What orders do to stock: once per line, whatever order they are seen in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.warehouse.orders.store import store_orders
from data.warehouse.stock.adjust import waiting_adjustments
from data.warehouse.stock.ledger import move_stock
from tests.stock.made import (
    MUG,
    TEA,
    a_count,
    count,
    import_csv,
    ledger,
    level,
    line,
    name,
    order,
    see,
)
from tests.support.effort import examples
from tests.support.orders import SHOP_ID, at


def test_an_order_takes_its_units_once(con):
    first = see(con, order())
    again = see(con, order())

    assert (first.reserved, again.reserved, level(con)) == (1, 0, -2)


def test_each_line_takes_its_own_units(con):
    see(con, order(lines=[line(2), line(3, line_id="12"), line(1, MUG, "13")]))

    assert (level(con), level(con, "mug/blue")) == (-5, -1)


@pytest.mark.parametrize(("units", "expected"), [(5, -5), (1, -1), (0, None), (2, -2)])
def test_changed_units_move_the_difference(con, units, expected):
    see(con, order())
    see(con, order(minute=6, lines=[line(units)]))

    assert level(con) == (expected or 0)


def test_a_cancelled_order_gives_back_once(con):
    see(con, order())
    first = see(con, order(minute=6, status="900"))
    again = see(con, order(minute=7, status="900"))

    assert (first.given_back, again.given_back, level(con)) == (1, 0, 0)


def test_a_request_to_cancel_holds_the_stock_until_it_is_settled(con):
    see(con, order(status="800"))

    assert level(con) == -2


def test_an_order_that_comes_back_takes_its_units_again(con):
    for minute, status in enumerate(["300", "900", "300"]):
        see(con, order(minute=minute, status=status))

    assert level(con) == -2


def test_an_order_first_seen_cancelled_moves_nothing(con):
    see(con, order(status="900"))

    assert ledger(con) == []


def test_a_line_taken_off_the_order_gives_back(con):
    see(con, order(lines=[line(2), line(3, line_id="12")]))
    see(con, order(minute=6, lines=[line(2)]))

    assert level(con) == -2


def test_a_line_changed_to_another_item_moves_both(con):
    see(con, order())
    see(con, order(minute=6, lines=[line(2, MUG)]))

    assert (level(con), level(con, "mug/blue")) == (0, -2)


def test_reordered_snapshots_end_where_ordered_ones_do(con):
    newest = order(minute=9, lines=[line(4)])
    see(con, newest)
    see(con, order(minute=5))
    see(con, order(minute=7, status="900"))

    assert level(con) == -4


def test_orders_stored_without_moving_stock_are_made_good(con):
    see(con, order(1))
    con.execute("DELETE FROM stock_movements")

    assert see(con, order(2)).reserved == 1
    assert move_stock(con, SHOP_ID, moved_at=at(9)).reserved == 1


def test_shops_share_the_stock_of_one_sku(con):
    see(con, order())
    other = order(2).model_copy(update={"shop_id": "654321"})
    store_orders(con, [other], source="api", stored_at=at(9), load_id="l")
    move_stock(con, "654321", moved_at=at(9))

    assert level(con) == -4


def test_a_csv_order_moves_nothing_even_when_the_mall_shows_it_later(con):
    import_csv(con, 3)
    moved = see(con, order(9, 20, lines=[line(3, line_id="1")]))

    assert (moved.reserved, ledger(con)) == (0, [])
    assert len(waiting_adjustments(con, SHOP_ID)) == 1


def test_a_csv_that_changes_an_api_order_moves_nothing_now_or_later(con):
    see(con, order(9, 5, lines=[line(2, line_id="1")]))
    before = ledger(con)
    import_csv(con, 7, minute=10)
    see(con, order(2, 11, lines=[line(1, MUG)]))

    assert ledger(con)[: len(before)] == before
    assert level(con) == -2


def test_the_malls_next_answer_after_a_csv_decides(con):
    see(con, order(9, 5, lines=[line(2, line_id="1")]))
    import_csv(con, 7, minute=10)
    see(con, order(9, 12, lines=[line(3, line_id="1")]))

    assert level(con) == -3


@given(order_of_steps=st.permutations(range(5)), ordered=st.integers(-200, 100))
@examples(4, derandomize=True)
def test_a_count_and_orders_come_to_the_same_level_in_any_order(
    con, order_of_steps, ordered
):
    steps = [
        lambda con: see(con, order(1, 5, ordered=ordered)),
        lambda con: see(con, order(2, 5, ordered=-30, lines=[line(3)])),
        lambda con: see(con, order(3, 5, ordered=60)),
        lambda con: count(con, a_count(10), minute=0),
        lambda con: name(con, TEA, "TEA-100"),
    ]
    con.rollback()
    con.begin()
    for step in order_of_steps:
        steps[step](con)

    assert level(con) == 10 - 2 - (2 if ordered > 0 else 0)
