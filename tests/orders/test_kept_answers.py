"""The mall's own words about an order: the latest are kept, and go with the buyer."""

import pytest
from duckdb import DuckDBPyConnection

from data.model.buyer import OrderKey
from data.model.order import Order
from data.warehouse.buyers import clear_orders
from data.warehouse.orders.store import store_orders
from tests.support.orders import SHOP_ID, an_answer, an_order, at, order_number
from tests.support.planted import caught, planted_sql

Con = DuckDBPyConnection


def said(words: str, minute: float, *, number: int = 1, status: str = "300") -> Order:
    order = an_order(number, minute, status)
    return order.model_copy(update={"answer": an_answer(words)})


def store(con: Con, *orders: Order) -> None:
    store_orders(con, orders, source="api", stored_at=at(90), load_id="l")


def kept(con: Con) -> list[tuple[str, float]]:
    rows = con.execute(
        "SELECT answer, observed_at FROM order_answers ORDER BY order_number"
    ).fetchall()
    return [
        (words.decode(), (seen - at(0)).total_seconds() / 60) for words, seen in rows
    ]


def replaced(con: Con) -> None:
    store(con, said("first", 5), said("other", 5, number=2))
    store(con, said("second", 6, status="500"))
    assert kept(con) == [("second", 6), ("other", 5)]


def test_the_newest_answer_is_kept_and_nothing_else(con):
    replaced(con)


def test_an_answer_that_stays_beside_a_newer_one_is_caught(undone):
    never = planted_sql("remove_older_answers", "a.mall = n.mall", "a.mall <> n.mall")
    with never, caught():
        replaced(undone)


def test_other_words_for_the_same_content_are_newer_words(con):
    store(con, said("first", 5))
    store(con, said("second", 7))

    assert kept(con) == [("second", 7)]


def test_an_older_answer_changes_nothing(con):
    store(con, said("new", 8))
    store(con, said("old", 5), said("old, other content", 6, status="100"))

    assert kept(con) == [("new", 8)]


def test_of_several_answers_at_once_the_newest_counts(con):
    store(con, said("b", 6), said("c", 7, status="500"), said("a", 5))

    assert kept(con) == [("c", 7)]


def test_an_order_without_an_answer_keeps_the_one_it_has(con):
    store(con, said("first", 5))
    store(con, an_order(1, 6, "500"))

    assert kept(con) == [("first", 5)]


@pytest.mark.parametrize("status", ["300", "500"])
def test_of_a_cleared_order_none_is_kept_again(con, status):
    store(con, said("first", 5))
    key = OrderKey("rakuten", SHOP_ID, order_number(1))
    clear_orders(con, [key], why="asked", who="店長", at=at(60))
    store(con, said("again", 70, status=status))

    assert kept(con) == []
