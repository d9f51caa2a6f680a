"""Whose stock a listing sells; when that changes, nothing doubles or is lost."""

import pytest

from data.model.stock import SkuMapping
from data.warehouse.stock.ledger import map_skus, move_stock
from tests.order_files.store.made import a_row, store
from tests.stock.made import (
    MUG,
    TEA,
    a_count,
    adjust,
    count,
    import_csv,
    ledger,
    level,
    line,
    name,
    order,
    see,
    see_elsewhere,
    stock_levels,
)
from tests.support.effort import first
from tests.support.orders import SHOP_ID, at, order_number

OF_MUG = {"manage_number": "mug", "variant_id": "blue"}


def total(con):
    ((units,),) = con.execute("SELECT sum(quantity) FROM stock_movements").fetchall()
    return units


def test_without_a_mapping_the_listing_is_the_sku(con):
    see(con, order(lines=[line(2, MUG)]))

    assert level(con, "mug/blue") == -2


def test_a_counted_listing_takes_the_sku_that_its_first_order_shows(con):
    count(con, a_count(10), minute=0)
    moved = see(con, order(ordered=5))

    assert (level(con), level(con, "tea/100g")) == (8, 0)
    assert [(c.sku_before, c.sku) for c in moved.remapped] == [("tea/100g", "TEA-100")]


def test_what_an_order_shows_does_not_change_from_order_to_order(con):
    see(con, order())
    renamed = ("tea", "100g", "TEA-NEW")
    see(con, order(2, lines=[line(1, renamed)]))

    assert (level(con), level(con, "TEA-NEW")) == (-3, None)


def test_of_two_new_orders_the_one_placed_last_shows_the_sku(con):
    new = ("tea", "100g", "TEA-NEW")
    see(con, order(1, ordered=-20, lines=[line(1, new)]), order(2, ordered=-180))

    assert (level(con, "TEA-NEW"), level(con)) == (-3, None)


def test_a_file_shows_no_sku_of_an_order_that_takes_stock(con):
    """A file that adds a line to an order of RMS's moved the goods counted before."""
    count(con, a_count(5, MUG), minute=0)
    see(con, order(ordered=5))
    store(con, a_row(order_number(1), "12", basket_id="1", sku="M", **OF_MUG))
    moved = move_stock(con, SHOP_ID, moved_at=at(60))

    assert (moved.skus, moved.remapped) == (0, ())
    assert (level(con, "mug/blue"), level(con, "M")) == (5, None)


def test_a_persons_word_for_the_listings_own_name_stands_against_the_orders(con):
    count(con, a_count(10), minute=0)
    name(con, TEA, "tea/100g")
    see(con, order(ordered=80, minute=81))

    assert (level(con, "tea/100g"), level(con)) == (8, None)


def test_a_count_without_a_sku_takes_nobody_at_his_word(con):
    name(con, TEA, "GREEN")
    count(con, a_count(10), minute=75)
    see(con, order(ordered=80, minute=81))

    assert (level(con, "GREEN"), level(con)) == (8, None)


def test_a_persons_word_stands_against_the_orders(con):
    name(con, TEA, "GREEN")
    see(con, order())

    assert (level(con, "GREEN"), level(con)) == (-2, None)


@first()
@pytest.mark.parametrize("counted", [0, 5, 10])
def test_a_renamed_sku_keeps_its_level(con, counted):
    see(con, order(1, ordered=-30))
    count(con, a_count(counted), minute=0)
    see(con, order(2, ordered=30))
    before = total(con)
    name(con, TEA, "GREEN")

    assert (level(con, "GREEN"), level(con)) == (counted - 2, 0)
    assert total(con) == before


def test_a_rename_can_be_undone(con):
    count(con, a_count(10, own_sku="TEA-100"), minute=0)
    see(con, order(ordered=30))
    name(con, TEA, "GREEN", "1")
    name(con, TEA, "TEA-100", "2")

    assert (level(con), level(con, "GREEN")) == (8, 0)


def test_a_sku_without_stock_any_more_is_not_counted(con):
    count(con, a_count(10, own_sku="TEA-100"))
    name(con, TEA, "GREEN")

    levels = stock_levels(con, "TEA-100", "GREEN")
    assert (levels["TEA-100"].is_counted, levels["GREEN"].is_counted) == (False, True)


def test_the_same_word_twice_moves_nothing(con):
    see(con, order())
    name(con, TEA, "GREEN", "1")
    before = ledger(con)

    assert name(con, TEA, "GREEN", "2") == ()
    assert ledger(con) == before


def test_a_second_listing_of_a_sku_brings_its_orders(con):
    count(con, a_count(10, own_sku="T"), minute=0)
    see(con, order(ordered=30, lines=[line(3, MUG)]))
    name(con, MUG, "T")

    assert level(con, "T") == 7


def test_goods_counted_under_both_names_do_not_add_up(con):
    count(con, a_count(10, own_sku="T"), a_count(10, MUG), minute=0)
    (change,) = name(con, MUG, "T")

    assert change.is_left
    assert (level(con, "T"), level(con, "mug/blue")) == (10, 10)


def test_a_new_count_settles_what_was_left(con):
    count(con, a_count(10, own_sku="T"), a_count(10, MUG), minute=0)
    name(con, MUG, "T")
    count(con, a_count(20), a_count(20, MUG), minute=60)

    assert level(con, "T") == 20


def test_shared_stock_stays_with_the_listings_that_remain(con):
    count(con, a_count(10, own_sku="T"), a_count(10, MUG, own_sku="T"), minute=0)
    see(con, order(ordered=30, lines=[line(3, MUG)]))
    (change,) = name(con, MUG, "M")

    assert not change.is_left
    assert (level(con, "T"), level(con, "M")) == (10, -3)


def rename(con, tea: str, mug: str):
    """Say of both listings at once what they sell."""
    said = [
        SkuMapping(manage_number=what[0], variant_id=what[1], sku=sku)
        for what, sku in ((TEA, tea), (MUG, mug))
    ]
    signed = {"change_id": "m", "who": "店長", "note": "SKUの見直し"}
    return map_skus(con, SHOP_ID, said, **signed, mapped_at=at(70))


def test_of_two_stocks_under_one_new_name_the_one_counted_last_goes_there(con):
    count(con, a_count(10), minute=30)
    count(con, a_count(4, MUG), minute=0)
    changes = rename(con, "NEW", "NEW")

    assert (level(con, "NEW"), level(con, "mug/blue")) == (10, 4)
    assert [(one.sku_before, one.is_left) for one in changes] == [
        ("mug/blue", True),
        ("tea/100g", False),
    ]


def test_stock_that_two_listings_leave_for_two_names_goes_with_neither(con):
    count(con, a_count(10, own_sku="T"), a_count(10, MUG, own_sku="T"), minute=0)
    changes = rename(con, "GREEN", "BLACK")

    assert [one.is_left for one in changes] == [True, True]
    assert [level(con, sku) for sku in ("T", "GREEN", "BLACK")] == [10, 0, 0]


def test_stock_stays_under_a_name_that_another_listing_takes_over(con):
    count(con, a_count(10, own_sku="T"), minute=0)
    name(con, MUG, "M")
    rename(con, "M", "T")

    assert (level(con, "T"), level(con, "M")) == (10, 0)


def test_two_shops_sell_from_one_level(con):
    count(con, a_count(10, own_sku="TEA-100"), minute=0)
    see(con, order(ordered=30))
    see_elsewhere(con, units=3)

    assert level(con) == 5


def test_the_other_shops_orders_stay_when_one_shop_renames(con):
    see(con, order())
    see_elsewhere(con, units=3)
    name(con, TEA, "GREEN")

    assert (level(con), level(con, "GREEN")) == (-3, -2)


def test_what_a_person_booked_follows_the_listing(con):
    import_csv(con, 3)
    adjust(con)
    name(con, TEA, "GREEN")

    assert (level(con), level(con, "GREEN")) == (0, -3)


def test_every_change_gives_the_new_sku_a_new_version(con):
    count(con, a_count(10, own_sku="T"), a_count(5, MUG))
    before = stock_levels(con, "T", "mug/blue")
    name(con, MUG, "T")

    after = stock_levels(con, "T")["T"].level_seq
    assert after > max(one.level_seq for one in before.values())
