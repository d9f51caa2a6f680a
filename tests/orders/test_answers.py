"""An answer that was read before is known by its hash."""

import pytest

from data.model.order import Order, SameAnswer
from data.warehouse.invariants import violations
from data.warehouse.orders.answers import known_answers
from data.warehouse.orders.refusals import record_refusals
from data.warehouse.orders.store import Stored, store_orders, store_same
from tests.support.orders import SHOP_ID, a_refusal, an_order, at
from tests.support.stored import open_refusals

ANSWERS = ("x", "y")
UNCHANGED, STALE = Stored(0, 0, 1, 0), Stored(0, 0, 0, 1)


def read_from(answer: str, minute: float, status: str = "300") -> Order:
    order = an_order(minute=minute, status=status)
    return order.model_copy(update={"answer_hash": answer})


def again(answer: str, minute: float) -> SameAnswer:
    order = an_order()
    return SameAnswer(
        mall=order.mall,
        shop_id=order.shop_id,
        order_number=order.order_number,
        observed_at=at(minute),
        answer_hash=answer,
    )


def store(con, *orders: Order) -> Stored:
    return store_orders(con, orders, source="api", stored_at=at(99), load_id="l")


def known(con) -> set[str]:
    """Those of the answers in this file that the order is known by."""
    number = an_order().order_number
    is_known = known_answers(con, SHOP_ID, [number])
    return {answer for answer in ANSWERS if is_known(number, answer)}


def seen_at(con):
    return con.execute("SELECT seen_at FROM order_sightings").fetchone()[0]


def test_nothing_is_known_of_an_order_never_seen(con):
    assert known(con) == set()


def test_an_order_is_known_by_the_answer_it_was_read_from(con):
    store(con, read_from("x", 1))

    assert known(con) == {"x"}


def test_a_changed_order_is_known_by_the_newer_answer(con):
    store(con, read_from("x", 1), read_from("y", 2, status="500"))

    assert known(con) == {"y"}


def test_an_equal_order_in_another_answer_is_known_by_that(con):
    store(con, read_from("x", 1))
    store(con, read_from("y", 2))

    assert known(con) == {"y"}


def test_a_late_answer_is_not_what_the_order_is_known_by(con):
    store(con, read_from("x", 2))
    store(con, read_from("y", 1, status="500"))

    assert known(con) == {"x"}


def test_the_same_answer_moves_the_sighting_and_nothing_else(con):
    store(con, read_from("x", 1))
    before = con.execute("FROM orders, order_log").fetchall()

    assert store_same(con, [again("x", 5)], at(99)) == UNCHANGED
    assert seen_at(con) == at(5)
    assert con.execute("FROM orders, order_log").fetchall() == before
    assert violations(con) == []


def test_after_the_same_answer_an_older_content_cannot_come_back(con):
    store(con, read_from("x", 1))
    store_same(con, [again("x", 5)], at(99))

    assert store(con, read_from("y", 3, status="500")) == STALE


def test_an_older_sighting_does_not_move_it_back(con):
    store(con, read_from("x", 5))
    store_same(con, [again("x", 1)], at(99))

    assert seen_at(con) == at(5)


def test_an_order_that_another_run_changed_keeps_its_content(con):
    store(con, read_from("x", 1))
    store(con, read_from("y", 2, status="500"))

    assert store_same(con, [again("x", 3)], at(99)) == STALE
    assert seen_at(con) == at(2)
    assert known(con) == {"y"}


def test_the_same_answer_settles_a_refusal(con):
    store(con, read_from("x", 1))
    record_refusals(con, [a_refusal(1)], at(2))
    store_same(con, [again("x", 3)], at(99))

    assert open_refusals(con) == []


@pytest.mark.parametrize("number", ["", "' OR 1=1 --"])
def test_a_strange_number_is_simply_not_known(con, number):
    store(con, read_from("x", 1))

    assert not known_answers(con, SHOP_ID, [number])(number, "x")
