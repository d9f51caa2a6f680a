"""Two shops of one mall list the same codes and sell from one level.

What becomes of one shop's levels says nothing of the other's: each is told by itself.
"""

import pytest

from data.model.stock import PushState
from data.warehouse.stock.push import held_listings, levels_to_push, record_read_back
from data.warehouse.stock.push import start_sending as start
from tests.stock.made import (
    OTHER_SHOP,
    TEA,
    a_count,
    count,
    import_csv,
    level,
    name,
    see_elsewhere,
)
from tests.stock.pushing import A_TEA, plan, to_push
from tests.support.orders import SHOP_ID, at


@pytest.fixture
def both(con):
    """Ten teas, which both shops have on sale."""
    count(con, a_count(10, own_sku="TEA-100"), minute=0)
    count(con, a_count(10, own_sku="TEA-100"), minute=1, shop_id=OTHER_SHOP)
    return con


def test_what_one_shop_shows_is_still_due_at_the_other(both):
    plan(both, {A_TEA: 10}, 10)

    assert to_push(both) == []
    elsewhere = levels_to_push(both, OTHER_SHOP, safety=0)
    assert [one.offered for one in elsewhere] == [10]


def test_what_the_other_shop_sold_is_still_on_sale_here(both):
    """Expected gone here as well, as many unseen sales of this shop would be hidden."""
    plan(both, {A_TEA: 10}, 10)
    see_elsewhere(both, units=3)

    assert [(one.offered, one.expected) for one in to_push(both)] == [(7, 10)]


def test_the_same_count_file_for_the_other_shop_is_the_same_count(con):
    """What was sold between its two imports is not put back on sale."""
    tea = a_count(10, own_sku="TEA-100")
    count(con, tea, minute=0)
    see_elsewhere(con, units=3)
    report = count(con, tea, minute=45, shop_id=OTHER_SHOP)

    assert (level(con), report.older, report.moved) == (7, ("TEA-100",), 0)
    elsewhere = levels_to_push(con, OTHER_SHOP, safety=0)
    assert [one.offered for one in elsewhere] == [7]


def test_a_file_counts_for_the_other_shop_what_this_one_does_not_have(con):
    count(con, a_count(10, own_sku="TEA-100"), minute=0)
    name(con, TEA, "TEA-NEW")
    report = count(con, a_count(10, own_sku="TEA-100"), minute=80, shop_id=OTHER_SHOP)

    assert (level(con, "TEA-100"), level(con, "TEA-NEW")) == (10, 10)
    assert (report.older, report.moved) == ((), 1)


def test_a_call_of_one_shop_holds_nothing_at_the_other_and_ends_by_itself(both):
    theirs = plan(both, {A_TEA: 3}, 10, run="theirs", shop_id=OTHER_SHOP)
    start(both, theirs.to_send, sent_at=at(11))
    ours = plan(both, {A_TEA: 3}, 12)
    (push,) = theirs.to_send
    seen = record_read_back(
        both, OTHER_SHOP, {A_TEA: 10}, run_id="theirs", read_at=at(13)
    )

    assert ([one.offered for one in ours.to_send], ours.held) == ([10], 0)
    assert seen == {push.push_id: PushState.VERIFIED}


def test_a_plan_of_one_shop_is_sent_whatever_the_other_plans(both):
    theirs = plan(both, {A_TEA: 3}, 10, shop_id=OTHER_SHOP)
    plan(both, {A_TEA: 3}, 11)

    assert start(both, theirs.to_send, sent_at=at(12)) == list(theirs.to_send)


def test_what_waits_for_a_person_at_both_ends_at_each_by_itself(both):
    import_csv(both, 3, minute=10)
    for shop_id in (SHOP_ID, OTHER_SHOP):
        assert plan(both, {A_TEA: 7}, 20, shop_id=shop_id).kept == 1
    assert len(plan(both, {A_TEA: 15}, 30).to_send) == 1

    assert held_listings(both, SHOP_ID) == []
    (held,) = held_listings(both, OTHER_SHOP)
    assert (held.found, held.offered) == (7, 10)
