"""What is known of a shop grows; its start decides which notices count."""

import polars as pl

from data.model.notice import NoticeReason
from data.model.order import Mall
from data.warehouse.notices import due_notices, found_without_notice, record_notices
from data.warehouse.orders.store import store_orders
from data.warehouse.shops import ShopState, record_shop
from tests.support.orders import SHOP_ID, an_order, at
from tests.support.stored import NoticeCounts, count_notices
from tests.warehouse.made_notices import a_notice

TEA = ShopState("tea", Mall.RAKUTEN, SHOP_ID)
STARTED = ShopState("tea", Mall.RAKUTEN, SHOP_ID, notices_start_at=at(5))


def test_what_one_flow_does_not_know_stays_as_another_left_it(con):
    record_shop(con, STARTED, at(1))
    checked = ShopState(
        "tea", Mall.RAKUTEN, SHOP_ID, connection_status="ok", checked_at=at(2)
    )
    record_shop(con, checked, at(3))

    assert pl.DataFrame(
        con.sql("SELECT notices_start_at, connection_status, updated_at FROM shops")
    ).rows() == [(at(5), "ok", at(3))]


def test_notices_before_the_start_are_kept_and_not_ingested(con):
    record_shop(con, STARTED, at(1))
    other = a_notice(1, 4, shop_id="another")
    record_notices(con, [a_notice(1, 4.9), a_notice(2, 5), other], at(9))

    assert count_notices(con) == NoticeCounts(1, {NoticeReason.BEFORE_START: 1})
    assert due_notices(con, SHOP_ID, at(9), 9) == [a_notice(2, 5)]
    assert count_notices(con, "another").waiting == 1


def test_a_start_told_later_settles_the_notices_that_came_before_it(con):
    record_shop(con, TEA, at(1))
    record_notices(con, [a_notice(1, 4)], at(9))
    assert count_notices(con).waiting == 1

    record_shop(con, STARTED, at(10))
    assert count_notices(con).settled == {NoticeReason.BEFORE_START: 1}


def test_no_notice_is_missed_of_an_order_placed_before_the_start(con):
    record_shop(con, STARTED, at(1))
    before, after = an_order(1, 7), an_order(2, 7)
    after = after.model_copy(update={"ordered_at": at(6)})
    store_orders(con, [before, after], source="api", stored_at=at(8), load_id="l")

    assert found_without_notice(con, "l") == 1
