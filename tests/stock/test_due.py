"""What is due at the mall: after every cause, the oldest first, what fails alone."""

from datetime import datetime, timedelta

import pytest

from data.model.japan_time import in_japan
from data.warehouse.stock.push import PATIENCE, DueLevels, due_now, record_refused
from data.warehouse.stock.push import start_sending as start
from tests.stock.made import (
    MUG,
    TEA,
    a_count,
    adjust,
    count,
    import_csv,
    line,
    name,
    order,
    receive,
    see,
)
from tests.stock.pushing import A_TEA, plan, pushed, read_back, to_push
from tests.support.orders import SHOP_ID, at
from tests.support.planted import caught, planted_sql

CAUSES = {
    "order": lambda con: see(con, order(2, ordered=30), minute=30),
    "cancellation": lambda con: see(
        con, order(status="900", minute=31, ordered=-20), minute=31
    ),
    "count": lambda con: count(con, a_count(7), minute=32),
    "receipt": lambda con: receive(con, a_count(4), minute=33),
    "adjustment": adjust,
    "safety stock": lambda con: count(con, a_count(10, safety=2), minute=34),
    "SKU mapping": lambda con: name(con, TEA, "tea-new"),
}


def due(con, minute: float = 95, safety: int = 0) -> DueLevels:
    return due_now(con, SHOP_ID, safety=safety, at=at(minute))


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_makes_its_sku_due_since_it_was_booked(counted, cause):
    see(counted, order(ordered=-20), minute=1)
    pushed(counted, 10)
    import_csv(counted, 3)
    assert due(counted) == DueLevels(0, None)

    CAUSES[cause](counted)
    (level,) = to_push(counted)
    booked = counted.execute("SELECT max(moved_at) FROM stock_movements").fetchone()

    assert due(counted).levels == 1
    assert level.due_since == booked[0]


def test_the_shops_own_safety_stock_makes_its_levels_due(counted):
    pushed(counted, 10)

    assert due(counted, safety=1)[:2] == (1, None)


def test_the_oldest_due_goes_first_and_tells_since_when(counted):
    count(counted, a_count(5, MUG), minute=1)
    made = plan(counted, {A_TEA: 10}, 10)
    assert made.verified == 1
    see(counted, order(ordered=30, lines=[line(1)]), minute=40)

    skus = [(one.sku, minutes(one.due_since)) for one in to_push(counted)]
    assert skus == [("mug/blue", 1), ("TEA-100", 40)]
    assert minutes(due(counted).oldest) == 1


def test_goods_received_under_another_name_are_due_since_they_have_the_new_one(con):
    receive(con, a_count(4), minute=1)
    see(con, order(ordered=30), minute=40)

    assert [(one.sku, minutes(one.due_since)) for one in to_push(con)] == [
        ("TEA-100", 40)
    ]
    assert con.sql("SELECT due_since FROM inventory_due").fetchall() == [(at(40),)]


def minutes(moment: datetime) -> float:
    return (in_japan(moment) - at(0)) / timedelta(minutes=1)


def try_in_vain(con, times: int) -> None:
    """Push the tea so often, as 「全件」 does; the mall goes on showing three."""
    for nth in range(times):
        minute = 10 + nth / 10
        made = plan(con, {A_TEA: 3}, minute, run=f"vain-{nth}", full=True)
        start(con, made.to_send, sent_at=at(minute))
        read_back(con, {A_TEA: 3}, minute + 0.05, f"vain-{nth}")


def test_what_is_tried_in_vain_backs_off_longer_each_time_and_alone(counted):
    count(counted, a_count(5, MUG), minute=1)
    try_in_vain(counted, PATIENCE)
    skus = [[one.sku for one in to_push(counted, at=at(m))] for m in (11, 12)]
    assert skus == [["mug/blue"], ["TEA-100", "mug/blue"]]

    try_in_vain_again = plan(counted, {A_TEA: 3}, 12, run="again")
    start(counted, try_in_vain_again.to_send, sent_at=at(12))
    waits = [len(to_push(counted, at=at(m))) for m in (13.9, 14.1)]
    assert waits == [1, 2]


def test_what_is_tried_in_vain_is_tried_once_an_hour_at_least(counted):
    try_in_vain(counted, PATIENCE + 8)
    waits = [len(to_push(counted, at=at(11.1 + m))) for m in (59.9, 60.1)]

    assert waits == [0, 1]


def test_once_the_mall_has_shown_a_number_what_was_in_vain_before_is_over(counted):
    """Ten again after a sale that was cancelled: nothing of it was tried yet."""
    try_in_vain(counted, PATIENCE)
    assert plan(counted, {A_TEA: 10}, 10.6, full=True).verified == 1
    see(counted, order(minute=10.7, ordered=10.65), minute=10.7)
    see(counted, order(minute=10.8, status="900", ordered=10.65), minute=10.8)

    assert [one.offered for one in to_push(counted, at=at(10.9))] == [10]


def test_another_level_is_due_at_once_however_often_the_one_before_was_in_vain(counted):
    try_in_vain(counted, PATIENCE + 6)
    assert to_push(counted, at=at(11)) == []

    see(counted, order(ordered=11, lines=[line(1)]), minute=11.1)
    assert [one.sku for one in to_push(counted, at=at(11.2))] == ["TEA-100"]


def test_what_rms_refuses_has_no_age_and_is_due_when_its_level_changes(counted):
    made = plan(counted, {A_TEA: 3}, 10)
    (push,) = start(counted, made.to_send, sent_at=at(10))
    record_refused(counted, [push.push_id], "E1: no")
    assert due(counted) == DueLevels(0, None)

    see(counted, order(ordered=30), minute=40)
    assert due(counted)[:2] == (1, None)


def test_a_level_told_by_an_older_version_is_missed_by_who_compares_numbers(counted):
    """Planted: a level is due by its number, not by its version."""

    def sold_and_given_back() -> None:
        pushed(counted, 10)
        see(counted, order(ordered=30), minute=40)
        see(counted, order(status="900", minute=41, ordered=30), minute=41)
        assert due(counted).levels == 1

    sold_and_given_back()
    with (
        planted_sql(
            "gather_inventory_levels", "OR t.level_seq < o.level_seq", "OR false"
        ),
        caught(),
    ):
        assert due(counted).levels == 1
