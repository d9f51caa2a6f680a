"""When a parcel may be packed and reported, and on which day it can have left."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from data.model.shipping.label import LabelFault, why_not_pack
from data.model.shipping.shipment import (
    MOST_AHEAD,
    ReportFault,
    date_fault,
    why_not_report,
)
from tests.carriers.made import DAY
from tests.carriers.rows_at_mall import empty, package, row, shipment
from tests.support.orders import an_order

days = st.dates(DAY - timedelta(days=900), DAY + timedelta(days=900))


def ready_order(**cells):
    """An order that may be packed, but for what is said."""
    status = cells.pop("status", "300")
    made = package(empty(), **cells.pop("package", {}))
    order = an_order(packages=[made], people=[], status=status)
    calm = {"is_under_review": False, "is_social_gift": False}
    return order.model_copy(update=calm | cells)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("100", ReportFault.NOT_READY),
        ("200", ReportFault.NOT_READY),
        ("300", None),
        ("400", ReportFault.NOT_READY),
        ("500", ReportFault.CLOSED),
        ("600", ReportFault.CLOSED),
        ("700", ReportFault.CLOSED),
        ("800", ReportFault.CANCELLED),
        ("900", ReportFault.CANCELLED),
        ("950", ReportFault.NOT_READY),
    ],
)
def test_only_an_order_that_waits_for_shipping_is_reported(status, expected):
    assert why_not_report(status) is expected


@pytest.mark.parametrize("fault", [*ReportFault, *LabelFault])
def test_every_reason_tells_staff_what_to_do(fault):
    assert "。対処: " in fault


def test_an_order_that_is_ready_is_safe_to_pack():
    assert why_not_pack(ready_order(), "7") == ()


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"status": "200"}, LabelFault.NOT_READY),
        ({"status": "900"}, LabelFault.NOT_READY),
        ({"is_under_review": True}, LabelFault.UNDER_REVIEW),
        ({"postage_total": None}, LabelFault.OPEN_AMOUNTS),
        ({"is_social_gift": True}, LabelFault.NO_GIFT_ADDRESS),
        (
            {"is_social_gift": True, "package": {"gift_address_given": False}},
            LabelFault.NO_GIFT_ADDRESS,
        ),
        ({"package": {"pickup_store": "見本郵便局"}}, LabelFault.PICK_UP),
        ({"delivery_method": "店頭受取"}, LabelFault.PICK_UP),
        ({"delivery_method": "ロッカー受取"}, LabelFault.PICK_UP),
        ({"delivery_method": "発送を伴わない"}, LabelFault.NOTHING_SENT),
    ],
)
def test_what_must_not_be_packed_says_why(cells, fault):
    assert why_not_pack(ready_order(**cells), "7") == (fault,)


def test_a_social_gift_with_its_address_is_safe_to_pack():
    order = ready_order(is_social_gift=True, package={"gift_address_given": True})

    assert why_not_pack(order, "7") == ()


@pytest.mark.parametrize("gap", [{}, {"day": None}, {"carrier": None}])
def test_a_package_whose_number_is_at_rms_is_not_packed_again(gap):
    """A number without a date, typed in RMS, is a label as well: it was sent twice."""
    order = ready_order()
    again = order.model_copy(update={"packages": (package(row(**gap)),)})

    assert why_not_pack(again, "7") == (LabelFault.REPORTED,)


def test_a_row_that_another_tool_planned_is_no_parcel_yet():
    order = ready_order()
    planned = order.model_copy(update={"packages": (package(empty(day=DAY)),)})

    assert why_not_pack(planned, "7") == ()


def test_the_other_package_of_an_order_may_still_be_packed():
    order = ready_order()
    two = (package(row()), package(basket_id="8"))

    assert why_not_pack(order.model_copy(update={"packages": two}), "8") == ()


def test_a_package_the_order_does_not_have_is_not_packed():
    assert why_not_pack(ready_order(), "9") == (LabelFault.NO_PACKAGE,)


def test_every_reason_is_told_at_once():
    order = ready_order(status="200", is_under_review=True, postage_total=None)

    assert why_not_pack(order, "7") == (
        LabelFault.NOT_READY,
        LabelFault.UNDER_REVIEW,
        LabelFault.OPEN_AMOUNTS,
    )


@given(day=days, ordered_on=days)
def test_a_parcel_leaves_after_its_order_and_not_far_ahead(day, ordered_on):
    is_possible = ordered_on <= day <= DAY + MOST_AHEAD

    assert (date_fault(day, DAY, ordered_on) is None) == is_possible


def test_a_parcel_of_an_order_without_a_date_may_have_left_any_day_before():
    assert date_fault(DAY - timedelta(days=700), DAY, None) is None


@pytest.mark.parametrize("number", ["", "4432-1234", "４４３２", "a1", "1" * 121])
def test_a_shipment_takes_normalised_numbers_only(number):
    with pytest.raises(ValidationError):
        shipment(number)


def test_a_shipment_knows_its_package():
    assert shipment().package.basket_id == "7"
