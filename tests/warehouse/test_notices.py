"""Notices are kept once, wait until a read answers them, and say how they ended."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.notice import (
    GIVE_UP_AFTER,
    LONGEST_WAIT,
    NoticeKind,
    NoticeReason,
    next_look,
)
from data.model.order import SameAnswer
from data.warehouse.notices import (
    Recorded,
    SettledNotices,
    due_notices,
    found_without_notice,
    record_notices,
    settle_notices,
)
from data.warehouse.orders.refusals import record_refusals
from data.warehouse.orders.store import store_orders, store_same
from data.warehouse.runs import Load, record_load
from tests.order_files.store.made import a_row
from tests.order_files.store.made import store as import_csv
from tests.support.orders import SHOP_ID, an_order, at, order_number
from tests.support.stored import NoticeCounts, count_notices
from tests.warehouse.made_notices import a_notice, not_handed_out, unreadable

DAY = 24 * 60


def record(con, *notices, minute: float = 6) -> Recorded:
    return record_notices(con, notices, at(minute))


def read(con, number: int = 1, minute: float = 10) -> SettledNotices:
    """Read an order at a minute, store it and settle."""
    order = an_order(number, minute).model_copy(update={"answer_hash": "a"})
    store_orders(con, [order], source="api", stored_at=at(minute + 1), load_id="l")
    return settle(con, minute, read={order.order_number: order.observed_at})


def refuse(con, *refused, minute: float = 10) -> SettledNotices:
    """Ask for orders at a minute in vain, note why and settle."""
    record_refusals(con, refused, at(minute))
    return settle(con, minute, refused=refused)


def settle(con, minute: float, read=None, refused=()) -> SettledNotices:
    return settle_notices(
        con,
        SHOP_ID,
        read=read or {},
        refused=refused,
        asked_at=at(minute),
        settled_at=at(minute),
    )


def due(con, minute: float = 10, limit: int = 9) -> list[str]:
    return [n.order_number for n in due_notices(con, SHOP_ID, at(minute), limit)]


def reasons(con) -> dict[str, int]:
    return count_notices(con).settled


def test_a_notice_is_new_once_and_a_repeat_whenever_it_comes_again(con):
    assert record(con, a_notice(1), a_notice(2), a_notice(1)) == Recorded(2, 1)
    read(con)

    assert record(con, a_notice(1), minute=9_000) == Recorded(0, 1)
    assert reasons(con) == {NoticeReason.STORED: 1}


def test_no_notices_are_nothing(con):
    assert record(con) == Recorded(0, 0)
    assert count_notices(con) == NoticeCounts(0, {})


def test_a_notice_comes_back_as_it_was_told(con):
    notice = a_notice(1, 5, NoticeKind.CHANGED)
    record(con, notice)

    assert due_notices(con, SHOP_ID, at(10), 1) == [notice]


def test_the_oldest_are_due_first_and_an_order_comes_with_all_its_notices(con):
    record(con, a_notice(3, 4), a_notice(1, 2), a_notice(2, 3), a_notice(1, 5))

    assert due(con, limit=2) == [order_number(n) for n in (1, 1, 2)]
    assert due_notices(con, "another", at(10), 9) == []


def test_a_read_sent_after_the_notice_settles_it(con):
    record(con, a_notice(1, 5), a_notice(1, 6), a_notice(2, 5))

    assert read(con, 1, 6) == SettledNotices(
        stored=2, refused=0, postponed=0, exhausted=0
    )
    assert due(con) == [order_number(2)]


def test_a_read_sent_before_the_notice_does_not_settle_it(con):
    record(con, a_notice(1, 5))

    assert read(con, 1, 4.9).stored == 0
    assert due(con) == [order_number(1)]


def test_a_stale_read_settles_because_something_newer_is_stored(con):
    record(con, a_notice(1, 5))
    newer = an_order(1, 20, "500")
    store_orders(con, [newer], source="api", stored_at=at(21), load_id="l")

    assert read(con, 1, 6).stored == 1


def test_an_order_not_stored_settles_nothing_whatever_the_caller_says(con):
    record(con, a_notice(1, 5))

    assert settle(con, 9, read={order_number(1): at(9)}).stored == 0
    assert settle(con, 9, refused=[unreadable(1), not_handed_out(2)]) == SettledNotices(
        0, 0, 0, 0
    )


def test_an_answer_another_run_made_stale_does_not_settle(con):
    read(con, 1, 2)
    record(con, a_notice(1, 5))
    same = SameAnswer(
        mall=an_order().mall,
        shop_id=SHOP_ID,
        order_number=order_number(1),
        observed_at=at(9),
        answer_hash="a",
    )
    other = an_order(1, 4, "500")
    store_orders(con, [other], source="api", stored_at=at(8), load_id="l")
    store_same(con, [same], at(10))

    assert settle(con, 9, read={order_number(1): at(9)}).stored == 0


def test_an_order_the_mall_does_not_hand_out_is_looked_at_later(con):
    record(con, a_notice(1, 5))

    assert refuse(con, not_handed_out(1)).postponed == 1
    assert due(con, 10.9) == []
    assert due(con, 11) == [order_number(1)]


def test_a_new_notice_makes_its_order_due_at_once(con):
    record(con, a_notice(1, 5))
    refuse(con, not_handed_out(1))
    record(con, a_notice(1, 10.1), minute=10.2)

    assert due(con, 10.3) == [order_number(1)] * 2


def test_a_look_in_vain_older_than_the_notice_does_not_postpone_it(con):
    record(con, a_notice(1, 5))

    assert refuse(con, not_handed_out(1), minute=4).postponed == 0


def test_the_same_look_told_twice_counts_once(con):
    record(con, a_notice(1, 5))
    refuse(con, not_handed_out(1))

    assert refuse(con, not_handed_out(1)) == SettledNotices(0, 0, 0, 0)
    assert con.sql("SELECT looks FROM notices").fetchall() == [(1,)]


def test_a_day_in_vain_exhausts_a_notice_and_its_refusal_stays_open(con):
    record(con, a_notice(1, 5))
    looks = range(6, DAY + 36, 31)
    told = [refuse(con, not_handed_out(1), minute=minute) for minute in looks]

    assert [t.exhausted for t in told] == [0] * (len(looks) - 1) + [1]
    assert reasons(con) == {NoticeReason.EXHAUSTED: 1}
    assert con.sql("SELECT settled_at FROM order_refusals").fetchall() == [(None,)]


def test_an_order_handed_out_and_not_readable_is_settled_as_refused(con):
    record(con, a_notice(1, 5))

    assert refuse(con, unreadable(1)).refused == 1
    assert reasons(con) == {NoticeReason.REFUSED: 1}


def test_a_notice_about_no_order_needs_no_look(con):
    record(con, a_notice(None, 5, NoticeKind.OTHER))

    assert due(con) == []
    assert reasons(con) == {NoticeReason.NO_ORDER: 1}


def test_an_order_another_run_has_read_since_needs_no_look(con):
    read(con, 1, 6)
    record(con, a_notice(1, 5), a_notice(1, 7), minute=9)

    assert reasons(con) == {NoticeReason.KNOWN: 1}
    assert len(due(con)) == 1


def test_a_csv_is_no_look_at_the_mall(con):
    read(con, 1, 4)
    changed = a_row(order_number(1), payment_method="銀行振込", mall_status="300")
    import_csv(con, changed, minute=8)
    record(con, a_notice(1, 5), minute=9)

    assert due(con) == [order_number(1)]


def test_a_receiver_whose_clock_runs_ahead_cannot_keep_a_notice_waiting(con):
    record(con, a_notice(1, 500), minute=9)

    assert read(con, 1, 10).stored == 1


def test_what_a_load_created_and_no_notice_named_is_counted_once(con):
    first = [an_order(n, 5) for n in (1, 2, 3)]
    store_orders(con, first, source="api", stored_at=at(6), load_id="before")
    batch = [an_order(n, 7) for n in (4, 5, 6)] + [an_order(6, 8, "500")]
    store_orders(con, batch, source="api", stored_at=at(9), load_id="sweep")
    changed = [an_order(1, 9, "500")]
    store_orders(con, changed, source="api", stored_at=at(10), load_id="sweep")
    record(con, a_notice(4), minute=20)

    assert found_without_notice(con, "sweep") == 2


def test_a_notice_that_a_sweep_overtook_was_not_missed(con):
    batch = [an_order(n, 7) for n in (4, 5)]
    store_orders(con, batch, source="api", stored_at=at(9), load_id="sweep")
    load = Load("sweep", "api", an_order().mall, SHOP_ID, None, at(7))
    record_load(con, replace(load, found_without_notice=2))
    counted = "SELECT found_without_notice FROM loads WHERE load_id = 'sweep'"

    record(con, a_notice(9), minute=20)
    assert con.sql(counted).fetchall() == [(2,)]
    record(con, a_notice(4), a_notice(4, kind=NoticeKind.SCREENING), minute=21)
    assert con.sql(counted).fetchall() == [(1,)]
    record(con, a_notice(4), minute=22)
    assert con.sql(counted).fetchall() == [(1,)]
    record(con, a_notice(5), minute=3 * DAY)
    assert con.sql(counted).fetchall() == [(1,)]


@given(
    received=st.integers(-3000, 0),
    looks=st.integers(1, 100),
)
def test_the_next_look_is_soon_and_never_after_a_day_in_vain(received, looks):
    moment = next_look(at(received), at(0), looks)

    if at(0) - at(received) >= GIVE_UP_AFTER:
        assert moment is None
    else:
        assert timedelta(minutes=1) <= moment - at(0) <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("looks", "minutes"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (99, 30)]
)
def test_waits_double_up_to_half_an_hour(looks, minutes):
    assert next_look(at(0), at(1), looks) == at(1 + minutes)
