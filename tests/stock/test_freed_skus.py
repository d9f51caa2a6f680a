"""A SKU whose stock went away with its listing may be another listing's later.

What was counted there before says nothing of the other's goods, whenever that was.
"""

import pytest

from data.warehouse.stock.ledger import explain_level
from data.warehouse.stock.why_oversold import why_oversold
from tests.stock.made import (
    MUG,
    TEA,
    a_count,
    count,
    import_csv,
    level,
    line,
    name,
    order,
    receive,
    see,
    stock_levels,
)
from tests.stock.pushing import to_push
from tests.support.orders import at, order_number

FREED = "mug/blue"


@pytest.fixture
def freed(con):
    """The mug was counted at half past nine and went to another SKU with its nine."""
    count(con, a_count(9, MUG), minute=30)
    name(con, MUG, "BLEND", "away")
    return con


def told(con) -> dict[str, int]:
    """What the malls are to be told of each SKU."""
    return {one.sku: one.offered for one in to_push(con)}


def test_stock_that_was_counted_earlier_goes_to_it_and_is_told(freed):
    count(freed, a_count(4, own_sku="T"), minute=0)
    see(freed, order(1, ordered=10, lines=[line(1)]))
    name(freed, TEA, FREED, "taken")

    assert stock_levels(freed, FREED)[FREED].is_counted
    assert told(freed) == {FREED: 3, "BLEND": 9}


def test_an_order_from_after_its_own_count_lowers_it(freed):
    """Placed before the mug was counted, and seen after all the changes."""
    count(freed, a_count(4, own_sku="T"), minute=0)
    name(freed, TEA, FREED, "taken")
    see(freed, order(1, ordered=10, lines=[line(1)]))

    assert level(freed, FREED) == 3


def test_goods_received_earlier_go_to_it(freed):
    receive(freed, a_count(4, own_sku="T"), minute=0)
    name(freed, TEA, FREED, "taken")

    assert told(freed) == {FREED: 4, "BLEND": 9}


def test_goods_received_later_are_less_every_order_before(freed):
    name(freed, TEA, FREED, "taken")
    see(freed, order(1, ordered=10, lines=[line(1)]))
    report = receive(freed, a_count(4), minute=20)

    assert (report.older, report.uncounted) == ((), (FREED,))
    assert level(freed, FREED) == 3


def test_it_is_counted_again_as_of_any_time(freed):
    name(freed, TEA, FREED, "taken")
    report = count(freed, a_count(4), minute=20)

    assert report.older == ()
    assert told(freed) == {FREED: 4, "BLEND": 9}


def test_goods_received_there_go_on_without_a_count_that_nobody_made(freed):
    name(freed, TEA, FREED, "taken")
    receive(freed, a_count(4), minute=40)
    name(freed, TEA, "GREEN", "on")
    see(freed, order(1, ordered=10, lines=[line(1)]))

    assert [one.counted for one in explain_level(freed, "GREEN")] == [None] * 3
    assert told(freed) == {"GREEN": 3, "BLEND": 9}


def test_a_count_of_the_former_goods_ends_no_hold(freed):
    count(freed, a_count(4, own_sku="TEA-100"), minute=0)
    import_csv(freed, 3, minute=10)
    name(freed, TEA, FREED, "taken")

    waiting = {one.sku: one.waiting for one in to_push(freed)}
    assert waiting == {"BLEND": 0, FREED: 3}


def test_an_oversale_is_judged_by_the_count_that_came_along(freed):
    count(freed, a_count(1, own_sku="T"), minute=0)
    name(freed, TEA, FREED, "taken")
    see(freed, order(1, ordered=35, lines=[line(2)]))
    see(freed, order(2, ordered=40, lines=[line(1)]))

    sale = why_oversold(freed, FREED, at(120)).facts.sale
    assert (sale.order_number, sale.level) == (order_number(1), -1)
