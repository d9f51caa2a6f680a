"""What the mall has to be told: what was counted, what changed, and nothing else."""

import pytest

from data.model.stock import offered, unseen_units
from tests.stock.made import (
    MUG,
    a_count,
    count,
    import_csv,
    line,
    order,
    see,
)
from tests.stock.pushing import A_TEA, plan, pushed, to_push
from tests.support.effort import first


@first(2)
@pytest.mark.parametrize(
    ("units", "safety", "expected"),
    [(10, 0, 10), (10, 3, 7), (10, 10, 0), (2, 5, 0), (99_999, 0, 99_999)],
)
def test_what_is_offered_is_level_less_safety_stock(con, units, safety, expected):
    count(con, a_count(units))

    assert [one.offered for one in to_push(con, safety)] == [expected]
    assert offered(units, safety) == expected


def test_no_more_than_the_mall_can_show_is_offered(con):
    count(con, a_count(99_999, own_sku="TEA-100"), minute=0)
    see(con, order(status="300", lines=[line(2)]), order(2, lines=[line(2)]))
    see(con, order(status="900"), order(2, status="900", lines=[line(2)], minute=9))

    (one,) = to_push(con)
    assert one.level == 100_001
    assert one.offered == offered(one.level, 0) == 99_999


def test_a_level_below_zero_is_offered_as_none(con):
    count(con, a_count(1, own_sku="TEA-100"))
    see(con, order(lines=[line(4)], ordered=30))

    (one,) = to_push(con)
    assert one.level == -3
    assert one.offered == offered(one.level, 0) == 0


def test_a_listings_own_safety_stock_goes_before_the_shops(con):
    count(con, a_count(10, safety=4), a_count(10, MUG))

    assert [(one.safety, one.offered) for one in to_push(con, 1)] == [(1, 9), (4, 6)]


def test_a_sku_nobody_counted_is_never_told_to_the_mall(con):
    see(con, order())

    assert to_push(con, full=True) == []


def test_a_listing_without_variant_is_left_out(con):
    see(con, order(lines=[line(1, ("tea", "", "TEA-100"))]))
    count(con, a_count(10, own_sku="TEA-100"))

    assert [one.variant_id for one in to_push(con)] == ["100g"]


def test_a_listing_of_another_shop_is_left_out(con):
    count(con, a_count(10), shop_id="654321")

    assert to_push(con) == []


def test_what_the_mall_shows_already_costs_no_write(counted):
    made = plan(counted, {A_TEA: 10}, 10)

    assert (made.to_send, made.verified, made.held) == ((), 1, 0)
    assert to_push(counted) == []


def test_a_verified_push_is_not_repeated_and_full_repeats_it(counted):
    pushed(counted, shown=10)

    assert to_push(counted) == []
    assert len(to_push(counted, full=True)) == 1


def test_a_changed_level_is_pushed_again(counted):
    pushed(counted, shown=10)
    see(counted, order(ordered=30))

    assert [one.offered for one in to_push(counted)] == [8]


def test_a_changed_safety_stock_is_pushed_again(counted):
    pushed(counted, shown=10)

    assert [one.offered for one in to_push(counted, 2)] == [8]


def test_the_mall_should_show_what_it_showed_less_its_own_sales(counted):
    pushed(counted, shown=10)
    see(counted, order(ordered=30))

    assert [one.expected for one in to_push(counted)] == [8]


def test_sales_before_the_read_back_are_in_what_it_showed(counted):
    pushed(counted, shown=8)
    see(counted, order(ordered=11.5))

    assert [one.expected for one in to_push(counted)] == [8]


def test_a_sale_in_the_second_of_the_reading_is_expected(counted):
    """RMS tells whole seconds: taken for sold before, it sent us through all orders."""
    a_third_of_a_second = 1 / 180
    plan(counted, {A_TEA: 10}, 10 + 2 * a_third_of_a_second)
    see(counted, order(lines=[line(2)], ordered=10))

    assert [one.expected for one in to_push(counted)] == [8]


def test_cancelled_sales_are_expected_back(counted):
    pushed(counted, shown=10)
    see(counted, order(ordered=30))
    see(counted, order(minute=40, status="900", ordered=30))

    assert [one.expected for one in to_push(counted)] == [10]


def test_nothing_is_expected_before_the_first_verified_push(counted):
    assert [one.expected for one in to_push(counted)] == [None]


@pytest.mark.parametrize(
    ("expected", "found", "unseen"),
    [(8, 6, 2), (8, 8, 0), (8, 9, 0), (None, 3, 0), (8, None, 0)],
)
def test_fewer_than_expected_are_unseen_sales(expected, found, unseen):
    assert unseen_units(expected, found) == unseen


def test_units_of_csv_orders_that_wait_are_told_beside_the_level(counted):
    import_csv(counted, 3, minute=10)

    assert [(one.level, one.waiting) for one in to_push(counted)] == [(10, 3)]
