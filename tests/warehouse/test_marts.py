"""Analysts' queries: they run, they add up, and they see no personal data."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from data.warehouse.orders import store_orders
from data.warehouse.session import warehouse
from tests.support.orders import SHOP_ID, a_line, a_package, an_order, at, order_number

MARTS = Path(__file__).parents[2] / "data" / "marts"


@pytest.fixture
def filled(path):
    two_packages = [a_package("1", [a_line("1", "1", 3)]), a_package("2")]
    orders = [
        an_order(1, status="100"),
        an_order(2, packages=two_packages),
        an_order(3, status="900"),
        an_order(4, status="500", request_total=None),
        an_order(5).model_copy(update={"ordered_at": at(-9 * 60 - 1)}),
    ]
    with warehouse(path) as con:
        store_orders(con, orders, source="api", stored_at=at(9), load_id="l")
        yield con


def test_sales_per_day_are_days_of_japan_without_cancelled_orders(filled):
    rows = pl.DataFrame(filled.sql((MARTS / "sales_per_day.sql").read_text())).rows()

    assert rows == [
        (date(2026, 6, 30), "rakuten", SHOP_ID, 1, 2, 2160, 2710),
        (date(2026, 7, 1), "rakuten", SHOP_ID, 3, 9, 6480, 5420),
    ]


def test_orders_waiting_are_those_not_shipped_and_not_cancelled(filled):
    rows = pl.DataFrame(filled.sql((MARTS / "orders_waiting.sql").read_text()))

    assert rows["order_number"].to_list() == [order_number(n) for n in (5, 1, 2)]
    assert rows["packages"].to_list() == [1, 1, 2]
    assert rows["units"].to_list() == [2, 2, 5]


@pytest.mark.parametrize("name", sorted(file.stem for file in MARTS.glob("*.sql")))
def test_no_query_sees_personal_data(filled, name):
    filled.execute("DROP TABLE order_people")

    columns = filled.sql((MARTS / f"{name}.sql").read_text()).columns
    assert not {"phone", "email", "street", "city", "family_name"} & set(columns)
