"""Which sale took a SKU below zero: by what was counted, and what came after it."""

import pytest

from data.model.oversale import Cause
from data.warehouse.stock.why_oversold import why_oversold
from tests.order_files.store.made import a_row, store
from tests.stock.made import MUG, a_count, count, import_csv, line, order, receive, see
from tests.support.orders import at, order_number


def found(con) -> tuple[str, int]:
    """The sale that is explained two hours after nine, and the level after it."""
    explained = why_oversold(con, "TEA-100", at(120))
    assert explained is not None
    return explained.facts.sale.order_number, explained.facts.sale.level


def test_the_last_sale_below_zero_is_found(con):
    count(con, a_count(1), minute=0)
    see(con, order(1, ordered=30))
    receive(con, a_count(9), minute=45)
    see(con, order(2, ordered=60))

    assert found(con) == (order_number(1), -1)


def test_what_was_sold_before_the_first_count_oversold_nothing(con):
    see(con, order(1, ordered=-60))
    count(con, a_count(5), minute=0)
    see(con, order(2, ordered=30))

    assert found(con) == (order_number(2), 3)


def test_an_order_from_before_two_counts_makes_no_sale_between_them_an_oversale(con):
    count(con, a_count(2), minute=0)
    see(con, order(1, ordered=10))
    count(con, a_count(9), minute=30)
    see(con, order(3, ordered=60))
    see(con, order(2, ordered=-60))

    assert found(con) == (order_number(3), 7)


def test_goods_received_make_a_sale_more_than_them_an_oversale(con):
    receive(con, a_count(1), minute=0)
    see(con, order(1, ordered=30))
    see(con, order(2, ordered=-60))

    assert found(con) == (order_number(1), -3)


@pytest.mark.parametrize(
    ("placed", "cause"), [(-9 * 60, Cause.OTHER_CHANNEL), (-5, Cause.UNKNOWN)]
)
def test_a_count_has_not_seen_an_order_of_which_the_day_alone_is_known(
    con, placed, cause
):
    """At nine it may not have been placed; only the one of 08:55 had been."""
    count(con, a_count(1), minute=0)
    import_csv(con, 3, minute=10)
    con.execute("UPDATE orders SET ordered_at = $placed", {"placed": at(placed)})
    see(con, order(1, ordered=30))

    assert why_oversold(con, "TEA-100", at(120)).verdict.cause is cause


@pytest.mark.parametrize(
    ("minute", "cause"), [(95, Cause.OTHER_CHANNEL), (20, Cause.UNKNOWN)]
)
def test_an_order_that_was_cancelled_after_the_sale_had_waited_until_then(
    con, minute, cause
):
    """Of an oversale one order is cancelled, and then somebody asks why."""
    count(con, a_count(3), minute=0)
    import_csv(con, 3, minute=10)
    con.execute("UPDATE orders SET ordered_at = $placed", {"placed": at(5)})
    cells = {"sku": "TEA-100", "quantity": 3, "mall_status": "キャンセル"}
    cancelled = a_row(order_number(9), cancelled=True, outcome="cancelled", **cells)
    store(con, cancelled, minute=minute)
    see(con, order(1, ordered=30))

    explained = why_oversold(con, "TEA-100", at(120))
    assert explained.verdict.cause is cause
    assert explained.facts.waiting == (3 if cause is Cause.OTHER_CHANNEL else 0)


def test_a_line_that_staff_took_out_of_its_order_is_still_the_sale(con):
    """Of an order with a mug the tea that is not there is taken out, for good."""
    mug = line(1, MUG, "12")
    count(con, a_count(3), minute=0)
    see(con, order(1, ordered=10))
    see(con, order(2, 35, ordered=30, lines=[line(), mug]), minute=35)
    see(con, order(2, 60, ordered=30, lines=[mug]), minute=60)
    see(con, order(3, 95, ordered=90, lines=[line(1)]), minute=95)

    assert found(con) == (order_number(2), -1)
