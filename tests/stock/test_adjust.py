"""Adjusting by hand: what waits, what a person books, and that it is booked once."""

import pytest
from pydantic import ValidationError

from data.model.stock import Adjustment
from data.warehouse.stock.adjust import (
    REASONS,
    Adjusted,
    adjust_stock,
    waiting_adjustments,
)
from tests.order_files.store.made import a_row, store
from tests.stock.made import (
    MUG,
    a_count,
    adjust,
    an_adjustment,
    count,
    import_csv,
    ledger,
    level,
    line,
    order,
    see,
)
from tests.support.orders import SHOP_ID, at, order_number


def waiting(con):
    return waiting_adjustments(con, SHOP_ID)


def test_every_line_of_a_csv_order_waits_with_its_sku_and_level(con):
    count(con, a_count(10, own_sku="TEA-100"))
    import_csv(con, 3, 1)

    found = [(one.line_id, one.sku, one.quantity, one.level) for one in waiting(con)]
    assert found == [("1", "TEA-100", 3, 10), ("2", "TEA-100", 1, 10)]


@pytest.mark.parametrize(("placed", "counted"), [(5, False), (30, True)])
def test_a_line_tells_whether_its_sku_was_counted_after_its_order(con, placed, counted):
    count(con, a_count(10, own_sku="TEA-100"), minute=placed)
    store(con, a_row(sku="TEA-100", ordered_at=at(10)), minute=20)

    assert [one.is_counted_since for one in waiting(con)] == [counted]


def test_booking_takes_the_lines_units_and_ends_the_waiting(con):
    import_csv(con, 3)
    adjusted = adjust(con)

    booked = [(one.sku, one.quantity, one.level) for one in adjusted.booked]
    assert booked == [("TEA-100", -3, -3)]
    assert (level(con), waiting(con)) == (-3, [])


def test_pieces_booked_by_a_clock_that_is_behind_a_count_are_not_in_it(con):
    """The line waited no more, and its pieces stayed on sale."""
    import_csv(con, 3)
    count(con, a_count(10, own_sku="TEA-100"), minute=50)
    adjusted = adjust(con, at=at(40))

    assert [(one.quantity, one.level) for one in adjusted.booked] == [(-3, 7)]
    assert level(con) == 7


def test_a_person_may_book_other_units(con):
    import_csv(con, 3)
    adjust(con, an_adjustment(quantity=1))

    assert level(con) == -1


def test_a_line_adjusted_elsewhere_is_signed_and_moves_nothing(con):
    import_csv(con, 3)
    adjust(con, an_adjustment(is_done=True))

    assert (level(con), waiting(con)) == (0, [])
    assert con.execute("SELECT who, note FROM stock_movements").fetchall() == [
        ("店長", "電話で確認")
    ]


def test_twice_is_once(con):
    import_csv(con, 3)
    adjust(con)
    again = adjust(con, adjustment_id="a2")

    assert ([one.code for one in again.refused], level(con)) == (["adjusted"], -3)


def test_a_line_named_twice_is_booked_once(con):
    import_csv(con, 3)
    adjusted = adjust(con, an_adjustment(), an_adjustment(quantity=9))

    assert [one.code for one in adjusted.refused] == ["repeated"]
    assert level(con) == -3


def test_some_are_booked_while_others_are_refused(con):
    import_csv(con, 3, 1)
    see(con, order(2, lines=[line(1, line_id="1")]))
    chosen = [
        an_adjustment(line_id="2"),
        an_adjustment(line_id="7"),
        an_adjustment(number=2),
    ]
    adjusted = adjust(con, *chosen)

    assert [one.code for one in adjusted.refused] == ["unknown", "auto"]
    assert [one.line_id for one in waiting(con)] == ["1"]


def test_a_line_without_a_sku_is_refused_unless_it_was_adjusted_elsewhere(con):
    blank = {"sku": None, "item_name": "見本"}
    store(con, a_row(order_number(9), "1", **blank))
    refused = adjust(con).refused
    adjusted = adjust(con, an_adjustment(is_done=True))

    assert [one.code for one in refused] == ["no-sku"]
    assert ([one.quantity for one in adjusted.booked], waiting(con)) == ([0], [])


def test_a_line_the_mall_named_anew_shows_what_was_booked_before(con):
    import_csv(con, 3)
    adjust(con)
    see(con, order(9, 30, lines=[line(3, line_id="77")]))

    assert [(one.line_id, one.booked) for one in waiting(con)] == [("77", 3)]


def test_each_line_named_anew_shows_what_was_booked_of_its_own_sku(con):
    mug = {"manage_number": "mug", "variant_id": "blue", "sku": "mug/blue"}
    row = a_row(order_number(9), "2", quantity=1, **mug)
    tea = {"manage_number": "tea", "variant_id": "100g", "sku": "TEA-100"}
    store(con, a_row(order_number(9), "1", quantity=3, **tea), row)
    adjust(con, an_adjustment(), an_adjustment(line_id="2"))
    named = [line(3, line_id="77"), line(1, MUG, line_id="78")]
    see(con, order(9, 30, lines=named))

    assert [(one.line_id, one.booked) for one in waiting(con)] == [("77", 3), ("78", 1)]


def test_the_line_that_has_waited_longest_comes_first(con):
    import_csv(con, 3, number=9, minute=10)
    import_csv(con, 1, number=2, minute=20)

    assert [one.quantity for one in waiting(con)] == [3, 1]


def test_a_line_that_comes_back_is_not_booked_again(con):
    import_csv(con, 3, 1)
    adjust(con, an_adjustment(), an_adjustment(line_id="2"))
    see(con, order(9, 30, lines=[line(3, line_id="1")]))
    see(con, order(9, 40, lines=[line(3, line_id="1"), line(1, line_id="2")]))
    adjusted = adjust(con, an_adjustment(line_id="2"), at=at(80), adjustment_id="a2")

    assert [one.quantity for one in adjusted.booked] == [0]
    assert (level(con), waiting(con)) == (-4, [])


def test_a_cancelled_order_waits_for_nobody(con):
    row = a_row(order_number(9), "1", cancelled=True)
    store(con, row)

    assert waiting(con) == []


@pytest.mark.parametrize("unsigned", [{"who": " "}, {"note": ""}])
def test_an_adjustment_nobody_signed_is_refused(con, unsigned):
    import_csv(con, 3)
    with pytest.raises(ValueError, match="who and note"):
        adjust(con, **unsigned)

    assert ledger(con) == []


def test_nothing_to_adjust_is_no_work(con):
    signed = {"adjustment_id": "a1", "who": "店長", "note": "なし", "at": at(60)}

    assert adjust_stock(con, [], **signed) == Adjusted((), ())


def test_every_reason_says_what_to_do():
    assert [code for code, reason in REASONS.items() if "対処" not in reason] == []


@pytest.mark.parametrize(
    "said", [{"quantity": -1}, {"quantity": 100_000}, {"quantity": 1, "is_done": True}]
)
def test_an_adjustment_says_one_possible_thing(said):
    with pytest.raises(ValidationError):
        Adjustment(mall="rakuten", shop_id="1", order_number="A", line_id="1", **said)
