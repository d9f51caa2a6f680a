"""Shipping reports against an RMS with its own idea of the manual: the sandbox."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.rms.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Throttled,
    Unavailable,
)
from connectors.rms.shipping import RowOutcome, ShippingOutcome
from data.model.order import ShippingRow
from data.model.shipping.plan import OrderReport
from tests.rms import shipping_made
from tests.rms.connect import client_of
from tests.rms.shipping_made import report

ON = datetime.now(ZoneInfo("Asia/Tokyo")).date() + timedelta(days=1)
"""RMS takes no date before the order's day; these orders are some days old."""

REPORT = "updateOrderShippingAsync"


@pytest.fixture
def rms(sandbox):
    """A client whose waiting moves the sandbox's clock."""
    with client_of(sandbox, lambda s: sandbox.clock(advance_s=s)) as client:
        yield client


def parcel(basket: str, number: str = "400000000001", detail: str | None = None) -> Any:
    made = shipping_made.parcel(basket, number, detail)
    return made.model_copy(update={"shipping_date": ON})


def baskets(sandbox, number: str) -> list[dict[str, Any]]:
    packages: list[dict[str, Any]] = sandbox.orders()[number]["PackageModelList"]
    return packages


def parcels(sandbox, number: str, tracking: str = "400000000001") -> OrderReport:
    """One new parcel for each package of an order."""
    rows = [
        parcel(str(package["basketId"]), tracking)
        for package in baskets(sandbox, number)
    ]
    return report(number, *rows)


def rows_at_rms(sandbox, number: str) -> list[str | None]:
    return [
        row["shippingNumber"]
        for package in baskets(sandbox, number)
        for row in package["ShippingModelList"] or ()
    ]


def test_a_report_of_a_hundred_orders_is_accepted_and_every_row_stands(sandbox, rms):
    sold = sandbox.sell(100, progress=300)
    told = [
        parcels(sandbox, number, f"40000000{n:04}") for n, number in enumerate(sold)
    ]

    receipt = rms.shipping.report(told)
    early = rms.shipping.results(receipt.request_id, sold)
    words = rms.shipping.wait_for_results(receipt.request_id, sold)

    assert {w.outcome for w in early} == {ShippingOutcome.UNKNOWN}
    assert [w.order_number for w in words] == sold
    assert {w.outcome for w in words} == {ShippingOutcome.ACCEPTED}
    for one, word, order in zip(told, words, rms.orders.get(sold).orders, strict=True):
        rows = [row for package in order.packages for row in package.shipping_rows]
        added = {row.shipping_detail_id for row in word.rows}
        assert [r for r in rows if r.shipping_detail_id in added] == [
            ShippingRow(
                shipping_detail_id=str(word.rows[0].shipping_detail_id),
                carrier_code="1001",
                tracking_number=one.rows[0].tracking_number,
                shipping_date=ON,
            )
        ]


def test_a_row_that_is_there_is_changed_and_not_added(sandbox, rms):
    (sold,) = sandbox.sell(1, progress=300)
    first = rms.shipping.report([parcels(sandbox, sold, "111111111111")])
    (added,) = rms.shipping.wait_for_results(first.request_id, [sold])
    detail_id = added.rows[0].shipping_detail_id
    basket = str(baskets(sandbox, sold)[0]["basketId"])
    before = len(rows_at_rms(sandbox, sold))

    row = parcel(basket, "222222222222", detail_id)
    second = rms.shipping.report([report(sold, row)])
    (changed,) = rms.shipping.wait_for_results(second.request_id, [sold])

    assert [r.outcome for r in changed.rows] == [RowOutcome.CHANGED]
    assert len(rows_at_rms(sandbox, sold)) == before
    (order,) = rms.orders.get([sold]).orders
    assert ShippingRow(
        shipping_detail_id=detail_id,
        carrier_code="1001",
        tracking_number="222222222222",
        shipping_date=ON,
    ) in (row for package in order.packages for row in package.shipping_rows)


def test_what_rms_refuses_is_told_with_its_code_and_the_rest_is_accepted(sandbox, rms):
    good, cancelled, shipped, full = sandbox.sell(4, progress=300)
    sandbox.cancel(cancelled)
    sandbox.edit(shipped, orderProgress=500)
    basket = str(baskets(sandbox, full)[0]["basketId"])
    many = [parcel(basket, f"{n:012}") for n in range(20)]
    first = rms.shipping.report([report(full, *many)])
    rms.shipping.wait_for_results(first.request_id, [full])
    told = [parcels(sandbox, number) for number in (good, cancelled, shipped, full)]

    receipt = rms.shipping.report(told)
    numbers = [good, cancelled, shipped, full, "123456-20200101-0000000001"]
    words = rms.shipping.wait_for_results(receipt.request_id, numbers, patience_s=10)

    assert [(w.outcome, w.code[-9:]) for w in words] == [
        (ShippingOutcome.ACCEPTED, "_INFO_101"),
        (ShippingOutcome.REFUSED, "ERROR_102"),
        (ShippingOutcome.ACCEPTED, "_INFO_101"),  # at 500 a number may be corrected
        (ShippingOutcome.REFUSED, "ERROR_101"),
        (ShippingOutcome.UNKNOWN, ""),
    ]
    assert "キャンセル" in words[1].reason
    assert [r.outcome for r in words[3].rows] == [RowOutcome.REFUSED]
    assert len(rows_at_rms(sandbox, full)) == 20


def test_an_order_with_a_fault_of_form_holds_the_call_up_and_is_named(sandbox, rms):
    good, bad = sandbox.sell(2, progress=300)
    basket = str(baskets(sandbox, bad)[0]["basketId"])
    spoilt = report(bad, parcel(basket).model_copy(update={"carrier_code": "9999"}))
    before = rows_at_rms(sandbox, good)

    receipt = rms.shipping.report([parcels(sandbox, good), spoilt])

    assert receipt.request_id is None
    assert receipt.left == (good,)
    assert [(w.order_number, w.code[-9:]) for w in receipt.refused] == [
        (bad, "ERROR_109")
    ]
    assert rows_at_rms(sandbox, good) == before


def test_a_request_nobody_knows_looks_like_one_that_still_runs(rms):
    words = rms.shipping.wait_for_results("no-such-request", ["a"], patience_s=5)

    assert [w.outcome for w in words] == [ShippingOutcome.UNKNOWN]


def test_a_report_whose_answer_is_lost_is_in_doubt_and_stands_once(sandbox, rms):
    (sold,) = sandbox.sell(1, progress=300)
    told = parcels(sandbox, sold, "400000000007")
    sandbox.fault("answer_lost", function=REPORT)

    with pytest.raises(OutcomeUnknown, match="再送せず"):
        rms.shipping.report([told])

    sandbox.clock(advance_s=10)
    assert [n for n in rows_at_rms(sandbox, sold) if n] == ["400000000007"]
    assert sandbox.journal()["counts"][REPORT] == 1


@pytest.mark.parametrize(
    ("fault", "family"),
    [
        ("429", Throttled),
        ("500", OutcomeUnknown),
        ("503", OutcomeUnknown),
        ("html", OutcomeUnknown),
        ("cut", OutcomeUnknown),
        ("reset", OutcomeUnknown),
        ("not_json", OutcomeUnknown),
    ],
)
def test_a_fault_of_rms_leaves_a_report_in_doubt_and_a_question_to_repeat(
    sandbox, rms, fault, family
):
    (sold,) = sandbox.sell(1, progress=300)
    told = parcels(sandbox, sold)
    sandbox.fault(fault, times=1, function=REPORT)
    sandbox.fault(fault, times=1, function="getResultUpdateOrderShippingAsync")

    with pytest.raises(family):
        rms.shipping.report([told])
    with pytest.raises(Unavailable if family is OutcomeUnknown else family):
        rms.shipping.results("any", [sold])


def test_a_function_that_is_off_looks_like_a_key(sandbox, rms):
    (sold,) = sandbox.sell(1, progress=300)
    sandbox.shop("demo", functions_off=[REPORT])

    with pytest.raises(CredentialsRefused):
        rms.shipping.report([parcels(sandbox, sold)])
