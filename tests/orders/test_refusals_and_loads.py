"""Refusals stay open until the order is stored; a run has one row per source."""

from dataclasses import replace

import polars as pl

from data.model.order import Mall
from data.warehouse.orders.refusals import record_refusals
from data.warehouse.orders.store import store_orders
from data.warehouse.runs import Load, record_load
from tests.support.orders import SHOP_ID, a_refusal, an_order, at
from tests.support.stored import open_refusals

LOAD = Load(
    load_id="load-1",
    source="api",
    mall=Mall.RAKUTEN,
    shop_id=SHOP_ID,
    flow_run_id=None,
    started_at=at(0),
)


def store(con, minute: float, **varied) -> None:
    store_orders(
        con,
        [an_order(1, minute, **varied)],
        source="api",
        stored_at=at(90),
        load_id="l",
    )


def times(con) -> list[dict]:
    return pl.DataFrame(
        con.sql("SELECT first_seen_at, last_seen_at, settled_at FROM order_refusals")
    ).rows()


def test_a_refusal_met_again_keeps_its_first_time_and_its_last_reason(con):
    record_refusals(con, [a_refusal(code="A")], at(1))
    record_refusals(con, [a_refusal(code="B"), a_refusal(code="C")], at(2))

    assert open_refusals(con) == [a_refusal(code="C")]
    assert times(con) == [(at(1), at(2), None)]


def test_an_earlier_refusal_told_late_changes_nothing(con):
    record_refusals(con, [a_refusal(code="B")], at(2))
    record_refusals(con, [a_refusal(code="A")], at(1))

    assert open_refusals(con) == [a_refusal(code="B")]


def test_storing_the_order_settles_its_refusal_and_no_other(con):
    record_refusals(con, [a_refusal(1), a_refusal(2)], at(1))
    store(con, 5)

    assert open_refusals(con) == [a_refusal(2)]


def test_an_unchanged_order_settles_and_a_stale_one_does_not(con):
    store(con, 5)
    record_refusals(con, [a_refusal(1)], at(6))
    store(con, 4, status="100")
    assert open_refusals(con) == [a_refusal(1)]

    store(con, 7)
    assert open_refusals(con) == []


def test_a_settled_refusal_opens_again_with_a_new_first_time(con):
    record_refusals(con, [a_refusal(1)], at(1))
    store(con, 5)
    record_refusals(con, [a_refusal(1)], at(95))

    assert times(con) == [(at(95), at(95), None)]


def test_no_refusals_are_nothing(con):
    record_refusals(con, [], at(1))

    assert open_refusals(con) == []


def test_a_load_recorded_at_start_and_end_is_one_row(con):
    done = replace(LOAD, finished_at=at(3), window_from=at(-60), found=7, created=5)
    record_load(con, LOAD)
    record_load(con, done)
    record_load(con, replace(LOAD, source="csv"))

    rows = pl.DataFrame(
        con.sql(
            "SELECT source, started_at, finished_at, window_from, found, created "
            "FROM loads ORDER BY source"
        )
    ).rows()
    assert rows == [
        ("api", at(0), at(3), at(-60), 7, 5),
        ("csv", at(0), None, None, 0, 0),
    ]


def test_a_load_says_how_many_orders_no_notice_announced_or_that_nobody_counted(con):
    record_load(con, LOAD)
    record_load(con, replace(LOAD, load_id="load-2", found_without_notice=3))

    rows = con.sql("SELECT load_id, found_without_notice FROM loads ORDER BY 1")
    assert rows.fetchall() == [("load-1", None), ("load-2", 3)]
