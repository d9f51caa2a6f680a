"""Counts (棚卸): an absolute word on a moment; never an older over a newer one."""

import pytest

from data.model.order import Change, Order
from data.warehouse.house.clock import heal_future
from data.warehouse.stock.files import CountsDiffer
from tests.stock.made import (
    MUG,
    TEA,
    a_count,
    count,
    ledger,
    level,
    line,
    name,
    order,
    see,
)
from tests.support.effort import first, for_ci
from tests.support.orders import at
from tests.support.planted import caught, planted_sql
from tests.support.rules import broken_rules


def test_a_count_sets_the_level_whatever_was_sold(con):
    see(con, order())
    report = count(con, a_count(10))

    assert (report.moved, level(con)) == (1, 10)


def test_the_same_file_twice_changes_nothing_and_says_so(con):
    count(con, a_count(10, own_sku="TEA-100"), minute=0)
    see(con, order(ordered=5))
    before = ledger(con)
    report = count(con, a_count(10, own_sku="TEA-100"), minute=30)

    assert report.is_same_file
    assert ledger(con) == before
    assert level(con) == 8


def test_the_same_numbers_counted_for_another_shop_are_another_count(con):
    count(con, a_count(10), minute=0)
    report = count(con, a_count(10), minute=1, shop_id="654321")

    assert not report.is_same_file


def test_an_order_from_before_the_count_does_not_lower_it_however_late_it_comes(con):
    count(con, a_count(10, own_sku="TEA-100"), minute=0)
    see(con, order(ordered=-30))

    assert level(con) == 10


def test_a_count_by_a_fast_clock_has_seen_no_order_that_came_after(
    con,
):
    """An order placed until the clock was right stayed on sale: it was in no count."""
    see(con, order(1, ordered=-30), minute=1)
    count(con, a_count(10, own_sku="TEA-100"), minute=24 * 60)
    healed = heal_future(con, before=at(60), after=at(61))
    see(con, order(2, minute=60, ordered=20), order(3, minute=60, ordered=-10))

    assert healed.counts == 1
    assert level(con) == 8  # the third was placed before what was booked before
    assert broken_rules(con) == []


def test_a_count_that_stays_as_late_as_the_fast_clock_would_be_seen(con):
    right = "healed.becomes < stock_movements.effective_at"
    with planted_sql("heal_counts", right, "false"), caught():
        test_a_count_by_a_fast_clock_has_seen_no_order_that_came_after(con)


def test_cancelling_such_an_order_puts_its_goods_back_on_the_shelf(con):
    count(con, a_count(10, own_sku="TEA-100"), minute=0)
    see(con, order(ordered=-30))
    see(con, order(minute=20, status="900", ordered=-30))

    assert level(con) == 12


def cancelled(minute: float, settled: float | None, kind: int = 1) -> Order:
    """The order as it is seen cancelled, and when RMS settled that, if it says so."""
    change = Change(
        change_id="2", kind=kind, reason=1, reason_detail=1, applied_at=at(-60),
        settled_at=None if settled is None else at(settled),
    )  # fmt: skip
    made = order(minute=minute, status="900", ordered=-120)
    return made.model_copy(update={"changes": (change,)})


@first(2)
@pytest.mark.parametrize(
    ("settled", "kind", "expected"),
    [(-30, 1, 10), (10, 1, 12), (None, 1, 12), (-30, 2, 10), (-30, 5, 12), (99, 1, 12)],
)
def test_a_count_has_seen_what_was_cancelled_before_it(con, settled, kind, expected):
    """Counted at nine, when the machine was off; the cancellation is seen after it."""
    see(con, order(minute=-90, ordered=-120), minute=-90)
    count(con, a_count(10, own_sku="TEA-100"), minute=0)
    see(con, cancelled(20, settled, kind))

    assert level(con) == expected


@first()
@pytest.mark.parametrize("counted", [-50, -20])
def test_an_order_that_was_seen_alive_was_not_cancelled_before(con, counted):
    """RMS tells of a cancellation that was taken back, and when is not known."""
    see(con, order(minute=-90, ordered=-120), minute=-90)
    see(con, cancelled(-70, -80), minute=-70)
    count(con, a_count(10, own_sku="TEA-100"), minute=counted)
    see(con, order(minute=-40, ordered=-120), minute=-40)
    before = level(con)
    see(con, cancelled(30, -80))

    assert (before, level(con)) == ((8, 10) if counted == -50 else (10, 10))


def test_a_rename_is_no_sign_that_an_order_was_alive(con):
    """It was cancelled before the count, which has seen its goods; renamed after it."""
    see(con, order(minute=-90, ordered=-120), minute=-90)
    count(con, a_count(10, own_sku="TEA-100"), minute=50)
    name(con, TEA, "GREEN")
    see(con, cancelled(95, 30), minute=95)

    assert level(con, "GREEN") == 10


@for_ci
def test_a_cancellation_that_counts_from_when_it_was_seen_is_caught(con):
    right = "WHEN o.cancelled_at IS NULL THEN o.observed_at"
    with (
        planted_sql("plan_stock_moves", right, "WHEN true THEN o.observed_at"),
        caught(),
    ):
        test_a_count_has_seen_what_was_cancelled_before_it(con, -30, 1, 10)


def test_an_order_from_after_the_count_lowers_it_even_when_it_was_known_first(con):
    see(con, order(ordered=20))
    count(con, a_count(10), minute=0)

    assert level(con) == 8


def test_an_older_count_changes_nothing_and_is_named(con):
    count(con, a_count(10, own_sku="TEA-100"), minute=60)
    report = count(con, a_count(4, own_sku="TEA-100"), minute=0)

    assert (report.older, report.moved, level(con)) == (("TEA-100",), 0, 10)


def test_a_count_that_finds_what_we_knew_is_still_a_count(con):
    count(con, a_count(10, own_sku="TEA-100"), minute=0)
    report = count(con, a_count(10), minute=60, import_id="second")
    see(con, order(ordered=30))

    assert (report.equal, level(con)) == (1, 10)


def test_a_file_counts_what_it_names_and_nothing_else(con):
    count(con, a_count(10), a_count(5, MUG), minute=0)
    count(con, a_count(7), minute=60)

    assert (level(con, "tea/100g"), level(con, "mug/blue")) == (7, 5)


def test_a_sku_on_two_listings_is_counted_once(con):
    counts = [a_count(10, own_sku="T"), a_count(10, MUG, own_sku="T")]
    report = count(con, *counts)

    assert (report.moved, level(con, "T")) == (1, 10)


def test_one_sku_counted_differently_is_refused_with_nothing_written(con):
    name(con, TEA, "T")
    name(con, MUG, "T")
    with pytest.raises(CountsDiffer, match="対処") as refused:
        count(con, a_count(10), a_count(9, MUG))

    assert refused.value.skus == ("T",)
    assert "ほか1件" in str(CountsDiffer([f"T{n}" for n in range(11)]))
    assert "ほか" not in str(refused.value)
    assert ledger(con) == []


def test_a_count_may_set_the_safety_stock_of_a_listing(con):
    count(con, a_count(10, safety=3), a_count(5, MUG), minute=0)
    report = count(con, a_count(9, safety=4), minute=60)

    rows = con.execute("SELECT manage_number, safety FROM stock_settings").fetchall()
    assert (rows, report.safety_set) == ([("tea", 4)], 1)


def test_a_count_that_leaves_the_safety_stock_blank_keeps_it(con):
    count(con, a_count(10, safety=3), minute=0)
    report = count(con, a_count(9), minute=60)

    assert con.execute("SELECT safety FROM stock_settings").fetchall() == [(3,)]
    assert report.safety_set == 0


def test_every_count_leaves_an_account(con):
    see(con, order(lines=[line(), line(1, MUG, "12")]))
    count(con, a_count(10), a_count(5, MUG), minute=0)

    rows = con.execute(
        "SELECT import_id, rows_read, skus_moved, skus_equal, skus_older, who "
        "FROM stock_count_imports"
    ).fetchall()
    assert rows == [("count-0", 2, 2, 0, 0, "店長")]
