"""A push: planned, sent, proved by reading; never an older level after a newer one."""

from datetime import timedelta

import pytest

from data.model.stock import PushState
from data.warehouse.stock.push import PRESUMED_LOST, record_lost, record_refused
from data.warehouse.stock.push import start_sending as start
from tests.stock.made import MUG, TEA, a_count, count, name, order, see
from tests.stock.pushing import A_TEA, plan, pushed, read_back, states, to_push
from tests.support.effort import first, for_ci
from tests.support.orders import at
from tests.support.planted import caught, planted_sql


@first(2)
@pytest.mark.parametrize(
    ("shown", "state"),
    [
        (10, PushState.VERIFIED),
        (8, PushState.VERIFIED),
        (3, PushState.UNKNOWN),
        (12, PushState.UNKNOWN),
        (None, PushState.UNKNOWN_SKU),
    ],
)
def test_only_what_the_mall_shows_afterwards_counts(counted, shown, state):
    assert list(pushed(counted, shown).values()) == [state]


def test_a_push_that_was_not_read_back_is_pushed_again(counted):
    made = plan(counted, {A_TEA: 3}, 10)
    start(counted, made.to_send, sent_at=at(11))

    assert len(to_push(counted)) == 1


def test_a_lost_answer_is_read_before_it_is_sent_again(counted):
    made = plan(counted, {A_TEA: 3}, 10)
    (push,) = start(counted, made.to_send, sent_at=at(11))
    record_lost(counted, [push.push_id])
    again = plan(counted, {A_TEA: 10}, 20)

    assert (again.to_send, again.verified) == ((), 1)
    assert states(counted) == ["superseded", "verified"]


def test_a_lost_answer_may_be_settled_by_reading_in_the_same_run(counted):
    made = plan(counted, {A_TEA: 3}, 10, run="r")
    (push,) = start(counted, made.to_send, sent_at=at(11))
    record_lost(counted, [push.push_id])

    assert read_back(counted, {A_TEA: 10}, 12, "r") == {
        push.push_id: PushState.VERIFIED
    }


@pytest.mark.parametrize("shown", [None, "refused"])
def test_what_the_mall_does_not_take_waits_for_another_level(counted, shown):
    made = plan(counted, {A_TEA: 3}, 10, run="r")
    (push,) = start(counted, made.to_send, sent_at=at(11))
    if shown is None:
        read_back(counted, {A_TEA: None}, 12, "r")
    else:
        record_refused(counted, [push.push_id], "IE0002")
    before = to_push(counted)
    see(counted, order(ordered=30))

    assert before == []
    assert len(to_push(counted)) == 1


def test_a_refusal_keeps_the_malls_words(counted):
    made = plan(counted, {A_TEA: 3}, 10)
    (push,) = start(counted, made.to_send, sent_at=at(11))
    record_refused(counted, [push.push_id], "IE0003: out of range")

    assert counted.execute("SELECT state, reason FROM inventory_pushes").fetchall() == [
        ("refused", "IE0003: out of range")
    ]


def test_an_unknown_sku_says_what_to_do(counted):
    pushed(counted, shown=None)

    ((reason,),) = counted.execute("SELECT reason FROM inventory_pushes").fetchall()
    assert "対処" in reason


def test_a_plan_takes_the_level_of_its_own_moment(counted):
    to_push(counted)
    see(counted, order(ordered=5))

    assert [push.offered for push in plan(counted, {A_TEA: 3}, 10).to_send] == [8]


def test_listings_that_were_not_read_are_left_for_the_next_run(con):
    count(con, a_count(10), a_count(5, MUG))
    made = plan(con, {A_TEA: 3}, 10)

    assert [push.manage_number for push in made.to_send] == ["tea"]
    assert made.held == 1
    assert len(to_push(con)) == 2


def test_a_later_plan_keeps_an_older_one_from_being_sent(counted):
    older = plan(counted, {A_TEA: 3}, 10, run="slow")
    see(counted, order(ordered=5))
    newer = plan(counted, {A_TEA: 3}, 11, run="fast")

    assert start(counted, older.to_send, sent_at=at(12)) == []
    assert [p.offered for p in start(counted, newer.to_send, sent_at=at(13))] == [8]


def test_nothing_is_planned_while_a_call_of_the_listing_is_under_way(counted):
    made = plan(counted, {A_TEA: 3}, 10)
    start(counted, made.to_send, sent_at=at(11))
    see(counted, order(ordered=5))
    other = plan(counted, {A_TEA: 3}, 12)

    assert (other.to_send, other.held) == ((), 1)


def test_a_call_whose_process_died_is_over_after_a_while(counted):
    made = plan(counted, {A_TEA: 3}, 10)
    start(counted, made.to_send, sent_at=at(11))
    later = 12 + PRESUMED_LOST / timedelta(minutes=1)

    assert len(plan(counted, {A_TEA: 3}, later).to_send) == 1
    assert states(counted) == ["superseded", "planned"]


def test_who_pushes_alone_need_not_wait_for_the_dead(counted):
    made = plan(counted, {A_TEA: 3}, 10)
    start(counted, made.to_send, sent_at=at(11))
    again = plan(counted, {A_TEA: 3}, 12, presumed_lost=timedelta(0))

    assert len(again.to_send) == 1


def test_a_reading_older_than_a_push_proves_nothing(counted):
    pushed(counted, shown=10)
    see(counted, order(ordered=5), minute=20)
    made = plan(counted, {A_TEA: 8}, 21, read=10.5)

    assert (made.verified, made.held) == (0, 1)


def test_a_push_that_came_too_late_is_not_judged(counted):
    made = plan(counted, {A_TEA: 3}, 10, run="slow")
    start(counted, made.to_send, sent_at=at(11))
    plan(counted, {A_TEA: 3}, 30, run="fast")

    assert read_back(counted, {A_TEA: 10}, 31, "slow") == {}
    record_lost(counted, [push.push_id for push in made.to_send])
    assert states(counted) == ["superseded", "planned"]


def test_a_run_may_plan_a_listing_again(counted):
    made = plan(counted, {A_TEA: 3}, 10, run="r")
    start(counted, made.to_send, sent_at=at(11))
    read_back(counted, {A_TEA: 3}, 12, "r")
    again = plan(counted, {A_TEA: 3}, 13, run="r")

    assert len({push.push_id for push in (*made.to_send, *again.to_send)}) == 2


def test_a_listing_that_sells_another_sku_is_pushed_anew(con):
    count(con, a_count(10, own_sku="TEA-100"), a_count(4, MUG), minute=0)
    pushed(con, shown=10)
    name(con, TEA, "mug/blue")

    assert [(one.manage_number, one.offered) for one in to_push(con)] == [
        ("mug", 4),
        ("tea", 4),
    ]


def test_starting_nothing_is_no_work(counted):
    assert start(counted, [], sent_at=at(1)) == []


def test_a_reading_older_than_the_proof_decides_nothing(counted):
    """A slow run read the mall; another run's level was proved while it did."""
    made = plan(counted, {A_TEA: 3}, 8, run="fast")
    start(counted, made.to_send, sent_at=at(9))
    read_back(counted, {A_TEA: 10}, 12, "fast")
    see(counted, order(ordered=13))
    slow = plan(counted, {A_TEA: 3}, 14, read=10, run="slow")
    anew = plan(counted, {A_TEA: 10}, 16, read=15, run="anew")

    assert (slow.to_send, slow.held) == ((), 1)
    assert [push.offered for push in anew.to_send] == [8]


@for_ci
def test_an_older_reading_that_decides_over_a_proof_is_caught(counted):
    guard = "OR (verified_at IS NOT NULL AND verified_at > $read_at)"
    with planted_sql("judge_inventory_levels", guard, ""), caught():
        test_a_reading_older_than_the_proof_decides_nothing(counted)
