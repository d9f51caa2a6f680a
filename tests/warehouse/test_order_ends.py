"""An order's term counts from its end, whoever says that it is over, and how."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from data.model.buyer import OrderKey
from data.model.order import Mall
from data.warehouse.buyers import ended_before, find_buyer
from data.warehouse.orders.store import store_orders
from tests.order_files.store.made import MadeFile, MadeRules, a_row, store
from tests.support.effort import first
from tests.support.orders import SHOP_ID, an_order, at, order_number

BUYER = {"orderer_family_name": "架空", "orderer_email": "hanako@buyer.example"}
MADE = order_number(1)
SECOND = timedelta(seconds=1)
PARCEL = {"tracking_number": "123456789012", "shipping_date": date(2026, 7, 3)}
LEFT_AT = datetime(2026, 7, 4, tzinfo=UTC) + timedelta(hours=24)
"""A moment after the day on which PARCEL left is over, in whatever time zone."""


def says(word: str, **more: Any) -> dict[str, Any]:
    """An order of a CSV of which the mall says so, without a day of it."""
    return a_row(MADE, mall_status=word, outcome=word, **BUYER, **more)


def ended(con: DuckDBPyConnection, before: datetime) -> bool:
    return [key.order_number for key in ended_before(con, before, 9)] == [MADE]


@first()
@pytest.mark.parametrize("word", ["shipped", "refunded", "cancelled"])
def test_what_a_csv_created_as_over_ends_when_it_was_first_seen(con, word):
    store(con, says(word), minute=10)
    store(con, says(word, payment_method="銀行振込"), minute=50)

    assert not ended(con, at(10))
    assert ended(con, at(10) + SECOND)


@first()
@pytest.mark.parametrize("word", ["shipped", "refunded"])
def test_what_a_later_csv_says_ends_the_order_when_it_was_said(con, word):
    store(con, says("open"), minute=10)
    assert not ended(con, at(10_000))
    store(con, says(word), minute=20)
    store(con, says(word, payment_method="銀行振込"), minute=50)

    assert not ended(con, at(20))
    assert ended(con, at(20) + SECOND)


def test_what_rms_shows_as_over_ends_when_it_was_first_shown_so(con):
    for minute, status, total in ((5, "300", 1), (20, "900", 1), (50, "900", 2)):
        shown = an_order(1, minute, status, request_total=total)
        kept = [shown.model_copy(update={"shipped_at": None})]
        store_orders(con, kept, source="api", stored_at=at(minute + 1), load_id="l")

    assert not ended(con, at(20))
    assert ended(con, at(20) + SECOND)


def test_a_day_that_a_file_tells_goes_before_when_it_was_seen(con):
    store(con, says("shipped", **PARCEL), minute=50_000)

    assert not ended(con, datetime(2026, 7, 3, tzinfo=UTC))
    assert ended(con, LEFT_AT)


def test_a_mall_without_a_word_for_shipped_says_it_with_every_parcel(con):
    """Futureshop's file has no such word; its numbers and days are all it tells."""

    def file(*rows: dict[str, Any]) -> MadeFile:
        return MadeFile(rows, layout=MadeRules(Mall.FUTURESHOP))

    left = says("open", **PARCEL)
    other = says("open", line_id="2", basket_id="c")
    store(con, file=file(left, other | dict.fromkeys(PARCEL)), minute=10)
    assert not ended(con, LEFT_AT)
    store(con, file=file(left, other | PARCEL), minute=20)

    assert not ended(con, datetime(2026, 7, 3, tzinfo=UTC))
    assert ended(con, LEFT_AT)


def test_a_parcel_alone_does_not_end_an_order_that_rms_shows_as_open(con):
    shown = an_order(1, 5, "300").model_copy(update={"shipped_at": None})
    store_orders(con, [shown], source="api", stored_at=at(5), load_id="l")
    con.execute(
        "UPDATE order_packages SET tracking_number = '1', shipping_date = '2026-07-03'"
    )

    assert not ended(con, LEFT_AT)


@first()
@pytest.mark.parametrize(
    ("word", "waiting"),
    [("shipped", ()), ("open", (MADE,)), ("refunded", ()), ("cancelled", ())],
)
def test_only_what_is_not_over_is_told_as_not_yet_shipped(con, word, waiting):
    store(con, says(word), minute=10)

    found = find_buyer(con, order=OrderKey("rakuten", SHOP_ID, MADE))
    assert found.unshipped == waiting
