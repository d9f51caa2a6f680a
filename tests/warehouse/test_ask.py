"""`make query` answers; what would write is refused, with nothing written."""

import pytest

from data.warehouse.ask import ask
from data.warehouse.errors import QueryRefused
from data.warehouse.orders import store_orders
from data.warehouse.session import warehouse
from tests.support.orders import an_order, at, order_number


@pytest.fixture
def filled(path):
    with warehouse(path) as con:
        store_orders(con, [an_order(1)], source="api", stored_at=at(9), load_id="l")
    return path


def test_a_query_is_answered_with_times_of_japan(filled):
    rows = ask(filled, "SELECT order_number, observed_at FROM orders")

    assert rows["order_number"].to_list() == [order_number(1)]
    assert str(rows["observed_at"][0].tzinfo) == "Asia/Tokyo"


def test_no_rows_are_an_answer_too(filled):
    assert ask(filled, "SELECT 1 AS one WHERE false").shape == (0, 1)


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM orders",
        "UPDATE orders SET status = '保留'",
        "CREATE TABLE mine (a INTEGER)",
        "DELETE FROM orders; COMMIT; BEGIN",
        "SELECT FROM WHERE",
        "SELECT * FROM nowhere",
        "SELECT error('at run time') FROM orders",
    ],
)
def test_a_query_that_would_write_or_fails_is_refused(filled, query):
    with pytest.raises(QueryRefused):
        ask(filled, query)

    rows = ask(filled, "SELECT status, count(*) AS orders FROM orders GROUP BY ALL")
    assert rows.rows() == [("受注処理中", 1)]
    tables = ask(
        filled, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'mine'"
    )
    assert tables.rows() == [(0,)]
