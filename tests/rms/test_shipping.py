"""A shipping report leaves once, whole and unrepeated."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.rms.errors import OutcomeUnknown, Refused
from connectors.rms.shipping import Receipt, ShippingOutcome
from data.model.shipping.plan import OrderReport, RowChange
from tests.rms.judged import message, said
from tests.rms.shipping_made import (
    ACCEPTED,
    ASYNC,
    REQUEST_ID,
    api,
    parcel,
    report,
    reports,
)


def test_a_report_is_written_package_by_package_and_says_nothing_it_does_not_know():
    shipping, http, _ = api((200, said(ACCEPTED)))
    new, other = parcel("20", "400000000001"), parcel("3", "400000000002")
    filled = parcel("20", "500", "801")

    receipt = shipping.report([report("a", new, other, filled)])

    assert receipt == Receipt(REQUEST_ID)
    added = {"deliveryCompany": "1001", "shippingDate": "2026-11-24"}
    assert http.sent == [
        {
            "OrderShippingModelList": [
                {
                    "orderNumber": "a",
                    "BasketidModelList": [
                        {
                            "basketId": 3,
                            "ShippingModelList": [
                                added | {"shippingNumber": "400000000002"}
                            ],
                        },
                        {
                            "basketId": 20,
                            "ShippingModelList": [
                                added | {"shippingNumber": "400000000001"},
                                added
                                | {"shippingDetailId": 801, "shippingNumber": "500"},
                            ],
                        },
                    ],
                }
            ]
        }
    ]


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 99)), min_size=1, unique=True)
)
def test_rows_are_numbered_as_they_stand_on_the_wire(rows):
    shipping, http, _ = api((200, said(ACCEPTED)))
    told = report("a", *(parcel(str(basket), str(n)) for basket, n in rows))

    shipping.report([told])

    baskets = http.sent[0]["OrderShippingModelList"][0]["BasketidModelList"]
    written = [
        (str(basket["basketId"]), row["shippingNumber"])
        for basket in baskets
        for row in basket["ShippingModelList"]
    ]
    ids = [basket["basketId"] for basket in baskets]
    assert all(one < other for one, other in pairwise(ids))
    assert [(row.basket_id, row.tracking_number) for row in told.rows] == written
    assert sorted(written) == sorted((str(basket), str(n)) for basket, n in rows)


@pytest.mark.parametrize("empty", ["tracking_number", "carrier_code"])
def test_an_empty_text_would_erase_and_is_not_sent(empty):
    with pytest.raises(ValidationError, match=empty):
        RowChange(**(parcel().model_dump() | {empty: ""}))


def test_what_rms_cannot_take_is_the_callers_mistake():
    shipping, http, _ = api((200, said(ACCEPTED)))

    with pytest.raises(ValidationError, match="carrier_code"):
        RowChange(**(parcel().model_dump() | {"carrier_code": None}))
    for basket, detail in (("", None), ("a1", None), ("1", "x"), ("１", None)):
        with pytest.raises(ValidationError, match=r"basket_id|shipping_detail_id"):
            parcel(basket, detail=detail)
    with pytest.raises(ValueError, match="at least one"):
        shipping.report([OrderReport("a", ())])
    with pytest.raises(ValueError, match="together"):
        shipping.report([OrderReport("a", (parcel("1"), parcel("2"), parcel("1")))])
    with pytest.raises(ValueError, match="at most 100"):
        shipping.report(reports(*(str(n) for n in range(101))))
    with pytest.raises(ValueError, match="twice"):
        shipping.report(reports("a", "b", "a"))
    assert http.sent == []


def test_nothing_to_report_is_no_call():
    shipping, http, _ = api((500, {}))

    assert shipping.report([]) == Receipt(None)
    assert http.sent == []


@pytest.mark.parametrize("status", [200, 400])
def test_orders_rms_finds_fault_with_are_told_from_those_it_left(status):
    date_fault = message(
        "ERROR", f"{ASYNC}ERROR_011", "shippingDate", orderNumber="b", dataNumber=2
    )
    shipping, http, _ = api((status, said(date_fault)))

    receipt = shipping.report(reports("a", "b", "c"))

    assert (receipt.request_id, receipt.left) == (None, ("a", "c"))
    assert [(w.order_number, w.outcome, w.code) for w in receipt.refused] == [
        ("b", ShippingOutcome.REFUSED, f"{ASYNC}ERROR_011")
    ]
    assert receipt.refused[0].rows[0].data_number == 2
    assert "形式" in receipt.refused[0].reason
    assert len(http.sent) == 1


@pytest.mark.parametrize(
    ("status", "body", "family"),
    [
        (400, said(message("ERROR", f"{ASYNC}ERROR_009")), Refused),
        (200, said(message("ERROR", f"{ASYNC}ERROR_009")), Refused),
        (200, said(message("ERROR", "X", orderNumber="other")), Refused),
        (200, said(message("INFO", f"{ASYNC}INFO_101")), OutcomeUnknown),
        (200, said(), OutcomeUnknown),
        (200, {}, OutcomeUnknown),
    ],
    ids=["400", "200", "other-order", "no-request-id", "no-message", "empty"],
)
def test_an_answer_that_names_no_order_is_an_error(status, body, family):
    shipping, http, _ = api((status, body))

    with pytest.raises(family):
        shipping.report(reports("a", "b"))
    assert len(http.sent) == 1
