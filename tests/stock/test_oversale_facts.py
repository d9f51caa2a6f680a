"""What the warehouse holds of an oversale, where its books were changed later.

The tea and the mug are two listings of one SKU. What the mug sold came to light after
the tea had sold it, too, and its notice had come late: that is the cause.
"""

import pytest

from data.model.order import Change
from data.model.oversale import Cause
from data.warehouse.notices import record_notices
from data.warehouse.stock.why_oversold import why_oversold
from tests.stock.made import MUG, TEA, a_count, count, line, name, order, see
from tests.stock.pushing import A_TEA, plan, read_back
from tests.stock.pushing import start as start_sending
from tests.support.orders import at
from tests.warehouse.made_notices import a_notice

SKU = "TEA-100"


@pytest.fixture
def pair(con):
    """Five pieces of one SKU were counted for both listings."""
    both = [a_count(5, TEA, own_sku=SKU), a_count(5, MUG, own_sku=SKU)]
    count(con, *both, minute=0)
    return con


def tell(con, pieces: int) -> None:
    """The tea shows so many pieces from four minutes after nine on."""
    made = plan(con, {A_TEA: 0}, 2, run="r")
    start_sending(con, made.to_send, sent_at=at(3))
    read_back(con, {A_TEA: pieces}, 4, "r")


def sell(con, number: int, units: int, at_minute: float, what=TEA, seen: float = 65):
    see(con, of(number, units, at_minute, what, seen), minute=seen)


def of(number, units, placed, what=TEA, seen: float = 65, status="300"):
    return order(number, seen, status, lines=[line(units, what)], ordered=placed)


def sold_by_the_mug(con, units: int) -> None:
    """Of its order of half past nine the notice comes an hour later."""
    record_notices(con, [a_notice(8, minute=64)], at(64))
    sell(con, 8, units, 30, MUG)


def cause(con, sku: str = SKU) -> Cause:
    explained = why_oversold(con, sku, at(120))
    assert explained is not None
    assert explained.facts.sale.level < 0
    return explained.verdict.cause


def test_an_order_that_the_count_had_seen_is_not_what_was_missing(pair):
    tell(pair, 5)
    sold_by_the_mug(pair, 2)
    sell(pair, 3, 5, 60)
    sell(pair, 1, 1, -60, MUG, seen=110)

    assert cause(pair) is Cause.NOTICE_LATE


def test_one_that_only_a_count_after_the_sale_had_seen_was_missing(pair):
    tell(pair, 5)
    sell(pair, 3, 5, 60)
    both = [a_count(0, TEA, own_sku=SKU), a_count(0, MUG, own_sku=SKU)]
    count(pair, *both, minute=80)
    record_notices(pair, [a_notice(8, minute=90)], at(90))
    sell(pair, 8, 2, 30, MUG, seen=91)

    assert cause(pair) is Cause.NOTICE_LATE


def test_what_a_rename_booked_anew_was_known_when_it_was_stored(pair):
    sell(pair, 1, 1, 1, MUG, seen=1.5)
    tell(pair, 4)
    sold_by_the_mug(pair, 2)
    sell(pair, 3, 4, 60)
    name(pair, TEA, "GREEN", "1")
    name(pair, MUG, "GREEN", "2")

    assert cause(pair, "GREEN") is Cause.NOTICE_LATE


def test_a_listing_that_joins_the_sku_after_the_sale_stopped_no_drain(con):
    count(con, a_count(5, TEA, own_sku=SKU), a_count(5, MUG), minute=0)
    tell(con, 5)
    record_notices(con, [a_notice(8, minute=30)], at(30))
    sell(con, 8, 2, 30, MUG, seen=31)
    sell(con, 3, 5, 60)
    name(con, MUG, SKU)

    assert cause(con) is Cause.UNKNOWN


def test_pieces_of_an_order_cancelled_before_the_sale_were_given_back(pair):
    """It was cancelled at 09:20, and we heard of it after the sale."""
    tell(pair, 5)
    sell(pair, 1, 3, 10, seen=11)
    sold_by_the_mug(pair, 2)
    sell(pair, 3, 4, 60)
    settled = Change(
        change_id="9", kind=1, reason=None, reason_detail=None,
        applied_at=at(20), settled_at=at(20),
    )  # fmt: skip
    ended = of(1, 3, 10, seen=100, status="900")
    see(pair, ended.model_copy(update={"changes": (settled,)}), minute=100)

    assert cause(pair) is Cause.NOTICE_LATE


def test_pieces_taken_off_an_order_were_given_back(pair):
    sell(pair, 1, 3, 1, seen=1.5)
    tell(pair, 2)
    sold_by_the_mug(pair, 2)
    sell(pair, 3, 4, 60)
    sell(pair, 1, 1, 1, seen=100)

    assert cause(pair) is Cause.NOTICE_LATE


def test_pieces_that_came_to_an_order_later_were_not_sold_by_the_malls_number(pair):
    tell(pair, 5)
    sell(pair, 1, 1, 10, seen=11)
    sold_by_the_mug(pair, 3)
    sell(pair, 3, 4, 60)
    sell(pair, 1, 4, 10, seen=100)

    assert cause(pair) is Cause.NOTICE_LATE


def test_more_than_it_was_told_and_given_back_is_an_edit_all_the_same(pair):
    tell(pair, 5)
    sell(pair, 1, 3, 10, seen=11)
    sold_by_the_mug(pair, 2)
    sell(pair, 3, 4, 60)

    assert cause(pair) is Cause.EDITED


def test_pieces_of_a_line_taken_out_of_an_order_were_given_back(pair):
    rest = line(1, ("cup", "red", "cup/red"), "12")
    see(pair, order(1, 1.5, ordered=1, lines=[line(3), rest]), minute=1.5)
    tell(pair, 2)
    sold_by_the_mug(pair, 2)
    sell(pair, 3, 4, 60)
    see(pair, order(1, 100, ordered=1, lines=[rest]), minute=100)

    assert cause(pair) is Cause.NOTICE_LATE


def test_what_its_own_listing_sold_is_no_news_for_it_once_taken_out(pair):
    """Its mall took the three off by itself; the mug's two were the news."""
    rest = line(1, ("cup", "red", "cup/red"), "12")
    tell(pair, 5)
    see(pair, order(1, 11, ordered=10, lines=[line(3), rest]), minute=11)
    see(pair, order(1, 20, ordered=10, lines=[rest]), minute=20)
    sold_by_the_mug(pair, 2)
    sell(pair, 3, 4, 60)

    assert cause(pair) is Cause.NOTICE_LATE
