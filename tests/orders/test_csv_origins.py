"""The API is first to change an order a CSV created: both contents stay in the log."""

import json

import polars as pl

from data.warehouse.invariants import violations
from data.warehouse.orders.store import store_orders
from data.warehouse.session import warehouse
from tests.order_files.store.made import a_row
from tests.order_files.store.made import store as import_csv
from tests.support.orders import SHOP_ID, an_order, at, order_number
from tests.support.planted import planted_sql


def log(con) -> list[tuple]:
    return pl.DataFrame(
        con.sql(
            "SELECT order_number, observed_at, source, load_id, "
            "content->>'payment_method' FROM order_log ORDER BY rowid"
        )
    ).rows()


def create(con, *numbers: int) -> None:
    rows = [a_row(order_number(n), payment_method="銀行振込") for n in numbers]
    import_csv(con, *rows, minute=8)


def read(con, *orders) -> None:
    store_orders(con, orders, source="api", stored_at=at(30), load_id="api-1")


def test_the_content_a_csv_created_is_logged_before_the_one_that_replaces_it(con):
    create(con, 1, 2)
    read(con, an_order(1, 20), an_order(3, 20))

    assert log(con) == [
        (order_number(1), at(8), "csv", "api-1", "銀行振込"),
        (order_number(1), at(20), "api", "api-1", "クレジットカード"),
        (order_number(3), at(20), "api", "api-1", "クレジットカード"),
    ]


def test_what_was_logged_has_its_lines_and_no_people(con):
    create(con, 1)
    read(con, an_order(1, 20))

    ((text,),) = con.sql(
        "SELECT content FROM order_log WHERE source = 'csv'"
    ).fetchall()
    content = json.loads(text)
    assert [line["sku"] for line in content["lines"]] == ["TEA"]
    assert "people" not in content


def test_it_is_logged_once_however_often_the_order_changes(con):
    create(con, 1)
    read(con, an_order(1, 20), an_order(1, 21, "500"))
    read(con, an_order(1, 22, "600"))

    assert [row[2] for row in log(con)] == ["csv", "api", "api", "api"]


def test_an_answer_older_than_the_import_logs_nothing(con):
    create(con, 1)
    read(con, an_order(1, 7))

    assert log(con) == []


def test_orders_of_another_shop_with_the_same_number_are_left_alone(con):
    create(con, 1)
    con.execute(
        "INSERT INTO orders SELECT * REPLACE ('other' AS shop_id) FROM orders;"
        "INSERT INTO order_packages SELECT * REPLACE ('other' AS shop_id) "
        "FROM order_packages;"
    )
    read(con, an_order(1, 20))

    assert con.sql("SELECT DISTINCT shop_id FROM order_log").fetchall() == [(SHOP_ID,)]
    assert violations(con) == []


def test_a_hole_in_the_log_would_be_seen(path):
    hole = planted_sql("list_csv_origins", "verdict = 'changed'", "false")

    with hole, warehouse(path) as con:
        create(con, 1)
        read(con, an_order(1, 20))
        assert [row[2] for row in log(con)] == ["api"]
