"""What RMS says became of a report's rows: of two results of a row a refusal counts."""

from collections.abc import Sequence

import pytest
from duckdb import DuckDBPyConnection

from data.model.shipping.plan import RowResult
from data.warehouse.orders.store import store_orders
from data.warehouse.shipping.tracking import Run, store_results
from tests.support.orders import NINE, SHOP_ID, an_order, at, order_number
from tests.support.planted import caught, planted_sql

ONE = order_number(1)
SENT = """INSERT INTO shipments BY NAME SELECT
    'rakuten' AS mall, ? AS shop_id, ? AS order_number, '1' AS basket_id,
    ? AS tracking_number, '1001' AS carrier_code, DATE '2026-07-01' AS shipping_date,
    'sent' AS state, 'i' AS import_id, ?::TIMESTAMPTZ AS imported_at,
    ?::TIMESTAMPTZ AS changed_at, 'request' AS request_id, ?::INTEGER AS data_number,
    ?::TIMESTAMPTZ AS sent_at"""
TAKEN = RowResult(ONE, 1, False, None)
REFUSED = RowResult(ONE, 1, True, "受け付けられません。")
ALL_TAKEN = RowResult(ONE, None, False, None)
ALL_REFUSED = RowResult(ONE, None, True, "注文を変更できません。")


@pytest.fixture
def sent(con: DuckDBPyConnection) -> DuckDBPyConnection:
    """One order whose two parcels are the rows of one report."""
    store_orders(con, [an_order(1)], source="api", stored_at=at(6), load_id="l")
    for row in (1, 2):
        con.execute(SENT, [SHOP_ID, ONE, f"{row}", at(7), at(8), row, at(8)])
    return con


def states(con: DuckDBPyConnection, results: Sequence[RowResult]) -> list[tuple]:
    run = Run(SHOP_ID, at(7), NINE.date())
    store_results(con, run, "request", results, heard_at=at(9))
    rows = con.execute("SELECT state, reason FROM shipments ORDER BY data_number")
    return rows.fetchall()


def test_a_row_that_was_refused_is_refused_and_the_others_were_taken(sent):
    assert states(sent, [REFUSED, ALL_TAKEN]) == [
        ("refused", "受け付けられません。"),
        ("sent", None),
    ]


@pytest.mark.parametrize("results", [[TAKEN, ALL_REFUSED], [ALL_REFUSED, TAKEN]])
def test_a_refusal_of_the_whole_order_counts_over_a_row_that_was_taken(sent, results):
    assert states(sent, results) == [("refused", "注文を変更できません。")] * 2


def test_the_rows_own_refusal_is_told_before_the_orders(sent):
    assert states(sent, [ALL_REFUSED, REFUSED])[0] == (
        "refused",
        "受け付けられません。",
    )


def test_a_refusal_that_another_result_covers_up_is_caught(sent):
    with planted_sql("store_tracking_results", "bool_or", "bool_and"), caught():
        test_a_refusal_of_the_whole_order_counts_over_a_row_that_was_taken(
            sent, [TAKEN, ALL_REFUSED]
        )
