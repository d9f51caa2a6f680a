"""Where shipments stand without a call, by an order that was read; and who is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest
from duckdb import DuckDBPyConnection

from data.model.order import Package, ShippingRow
from data.model.shipping.plan import RowChange, RowResult, order_report
from data.model.shipping.shipment import ReportFault, ShipmentState
from data.warehouse.orders.refusals import record_refusals
from data.warehouse.orders.store import store_orders
from data.warehouse.shipping.tracking import (
    Run,
    Sent,
    begin_reports,
    end_reports,
    end_requests,
    judge_tracking,
    open_requests,
    orders_to_read,
    settle,
    store_results,
    tracking_report,
)
from tests.order_files.store.made import a_row, store
from tests.support.orders import (
    NINE,
    SHOP_ID,
    a_package,
    a_refusal,
    an_order,
    at,
    order_number,
)

ONE = order_number(1)
RUN = Run(SHOP_ID, at(4), NINE.date())
YESTERDAY = at(-600)


@dataclass(frozen=True)
class Parcel:
    """A shipment of order one's only package, as the table has it."""

    number: str
    state: str = "planned"
    row: str | None = None
    sent: float | None = None
    request_id: str | None = None
    heard: float | None = None
    seen: datetime | None = None


def stored(con: DuckDBPyConnection, *parcels: Parcel) -> None:
    for one in parcels:
        con.execute(
            """INSERT INTO shipments BY NAME SELECT
                'rakuten' AS mall, ? AS shop_id, ? AS order_number, '1' AS basket_id,
                ? AS tracking_number, '1001' AS carrier_code,
                DATE '2026-06-30' AS shipping_date, ? AS state,
                coalesce(?, if(state = 'verified', '77', NULL)) AS shipping_detail_id,
                ? AS request_id, if(request_id IS NULL, NULL, 1) AS data_number,
                ?::TIMESTAMPTZ AS sent_at, ?::TIMESTAMPTZ AS heard_at,
                ?::TIMESTAMPTZ AS verified_at, 'i' AS import_id,
                ?::TIMESTAMPTZ AS imported_at, imported_at AS changed_at""",
            [SHOP_ID, ONE, one.number, one.state, one.row, one.request_id]
            + [minute and at(minute) for minute in (one.sent, one.heard)]
            + [one.seen, YESTERDAY],
        )


def read(con, status: str = "300", rows: Sequence[ShippingRow] = ()) -> None:
    """RMS shows order one in a run: at this status, with these rows."""
    package: Package = a_package("1").model_copy(update={"shipping_rows": tuple(rows)})
    order = an_order(1, 5, status, packages=[package])
    store_orders(con, [order], source="api", stored_at=at(6), load_id="l")


def settled(con) -> list[tuple]:
    settle(con, RUN, judge_tracking(con, RUN), decided_at=at(7))
    return con.execute(
        "SELECT state, reason, shipping_detail_id, verified_at FROM shipments"
        " ORDER BY tracking_number"
    ).fetchall()


def test_a_row_that_a_file_named_is_still_meant_when_the_order_is_ready(con):
    """Without its id the number would be added in a second row beside it."""
    stored(con, Parcel("1", row="77"))
    read(con, "200")

    assert settled(con) == [("planned", ReportFault.NOT_READY.value, "77", None)]


def test_a_row_that_a_person_took_away_was_seen_when_it_was_seen(con):
    stored(con, Parcel("1", "verified", seen=YESTERDAY), Parcel("2"))
    read(con)
    gone, _ = settled(con)
    first, _ = tracking_report(con, RUN).lines

    assert gone == ("verified", ReportFault.CHANGED_AT_MALL.value, "77", YESTERDAY)
    assert (first.was_verified, first.has_changed) == (False, True)


@pytest.mark.parametrize("other", ["cancelled", "replaced"])
def test_a_number_that_is_not_wanted_hides_no_order_that_stays_open(con, other):
    stored(con, Parcel("1", "verified", seen=YESTERDAY), Parcel("2", other))
    read(con)

    assert [one.order_number for one in tracking_report(con, RUN).stragglers] == [ONE]


def test_an_order_that_only_a_file_knows_is_told_apart_from_one_to_read_again(con):
    store(con, a_row(ONE, basket_id="1"), a_row(order_number(2), basket_id="1"))
    record_refusals(con, [a_refusal(1)], at(5))
    stored(con, Parcel("1"))
    con.execute(
        """INSERT INTO shipments
        SELECT * REPLACE (? AS order_number) FROM shipments""",
        [order_number(2)],
    )
    report = tracking_report(con, RUN)

    assert (report.not_at_mall, report.unread) == ((ONE,), (order_number(2),))


def test_the_night_after_its_last_number_was_seen_closes_an_order(con):
    stored(con, Parcel("1", "verified", seen=at(1)))
    read(con)

    assert tracking_report(con, RUN).stragglers == ()


@pytest.mark.parametrize(("status", "looks"), [("300", [ONE]), ("500", [])])
def test_only_an_order_that_is_not_closed_is_looked_at_the_day_after(
    con, status, looks
):
    read(con, status)
    stored(con, Parcel("1", "verified", seen=YESTERDAY))

    assert orders_to_read(con, RUN._replace(began=at(60))) == looks


@pytest.mark.parametrize(
    ("parcel", "asks"),
    [
        (Parcel("1", "sent", sent=8, request_id="r"), True),
        (Parcel("1", "unknown", sent=8, request_id="r"), True),
        (Parcel("1", "replaced", sent=8, request_id="r"), True),
        (Parcel("1", "sent", sent=8, request_id="r", heard=7), True),
        (Parcel("1", "sent", sent=8, request_id="r", heard=9), False),
        (Parcel("1", "verified", sent=8, request_id="r", seen=at(9)), False),
        (Parcel("1", "unknown", sent=8), False),
        (Parcel("1", "sent", sent=7.9, request_id="r"), False),
    ],
)
def test_the_result_of_an_accepted_report_is_asked_for_once_and_not_for_ever(
    con, parcel, asks
):
    stored(con, parcel)
    read(con)
    found = open_requests(con, RUN, asked_since=at(8))

    assert [one.request_id for one in found] == ["r"] * asks


def test_the_end_of_one_report_ends_no_other(con):
    stored(
        con,
        Parcel("1", "unknown", sent=8, request_id="lost"),
        Parcel("2", "unknown", sent=9, request_id="slow"),
    )
    read(con)
    end_requests(con, RUN, "lost", [ONE])

    asked = open_requests(con, RUN, asked_since=at(0))
    assert [one.request_id for one in asked] == ["slow"]


def test_a_report_is_not_answered_by_the_one_before_it(con):
    """Refused by the first one, it would never be known what the second one did."""
    stored(con, Parcel("1", sent=6, request_id="before", heard=7))
    read(con)
    row = RowChange(
        basket_id="1",
        shipping_detail_id=None,
        carrier_code="1001",
        tracking_number="1",
        shipping_date=NINE.date(),
    )
    begin_reports(con, RUN, [order_report(ONE, [row])], sent_at=at(8))
    late = [RowResult(ONE, None, True, "x")]
    store_results(con, RUN, "before", late, heard_at=at(9))
    rows = con.execute("SELECT state, reason, request_id FROM shipments")

    assert rows.fetchall() == [("unknown", None, None)]


def test_an_answer_is_about_the_call_that_it_answers(con):
    """The order was reported again meanwhile: the later report is still on its way."""
    stored(con, Parcel("1", "unknown", sent=8), Parcel("2", "unknown", sent=9))
    read(con)
    sent = Sent(at(8), (ONE,))
    end_reports(con, RUN, sent, ShipmentState.REFUSED, reason="x", heard_at=at(10))
    rows = con.execute("SELECT state, reason FROM shipments ORDER BY tracking_number")

    assert rows.fetchall() == [("refused", "x"), ("unknown", None)]
