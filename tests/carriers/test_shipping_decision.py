"""One order read anew: what is sent, and where the other shipments stand."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.japan_time import JST
from data.model.shipping.plan import decide
from data.model.shipping.shipment import ReportFault, ShipmentState
from tests.carriers.any_rows import orders, wanted_lists
from tests.carriers.made import DAY, GOOD, OTHER
from tests.carriers.rows_at_mall import (
    applied,
    empty,
    package,
    row,
    shipment,
)
from tests.support.effort import examples
from tests.support.orders import NINE, an_order

TODAY = DAY
THIRD = "900000000000"


def read_now(*packages, status="300"):
    return an_order(packages=packages, people=[], status=status)


def states(decision):
    return [one.state for one in decision.outcomes]


def test_a_new_parcel_of_a_ready_order_is_sent():
    decision = decide(read_now(package()), [shipment()], TODAY)

    assert [one.tracking_number for one in decision.send] == [GOOD]
    assert decision.outcomes == ()


@pytest.mark.parametrize(
    "state", [ShipmentState.PLANNED, ShipmentState.SENT, ShipmentState.UNKNOWN]
)
def test_what_stands_at_the_mall_is_verified_with_its_row(state):
    decision = decide(read_now(package(row("5"))), [shipment(state=state)], TODAY)

    assert decision.send == ()
    assert states(decision) == [ShipmentState.VERIFIED]
    assert decision.outcomes[0].shipping_detail_id == "5"


def test_a_report_that_got_lost_is_sent_again():
    unknown = shipment(state=ShipmentState.UNKNOWN)

    assert len(decide(read_now(package()), [unknown], TODAY).send) == 1


@pytest.mark.parametrize("status", ["800", "900"])
def test_a_cancelled_order_takes_no_report(status):
    decision = decide(read_now(package(), status=status), [shipment()], TODAY)

    assert decision.send == ()
    assert states(decision) == [ShipmentState.CANCELLED]
    assert decision.outcomes[0].fault is ReportFault.CANCELLED


@pytest.mark.parametrize("status", ["100", "200", "400"])
def test_a_parcel_of_an_order_not_ready_yet_waits_as_it_is(status):
    decision = decide(read_now(package(), status=status), [shipment()], TODAY)

    assert decision.send == ()
    assert states(decision) == [ShipmentState.PLANNED]
    assert decision.outcomes[0].fault is ReportFault.NOT_READY


def test_a_closed_order_verifies_what_stands_and_refuses_the_rest():
    order = read_now(package(row()), status="500")
    decision = decide(order, [shipment(GOOD), shipment(OTHER)], TODAY)

    assert decision.send == ()
    assert {one.shipment.tracking_number: one.state for one in decision.outcomes} == {
        GOOD: ShipmentState.VERIFIED,
        OTHER: ShipmentState.REFUSED,
    }


@pytest.mark.parametrize("status", ["500", "600", "700"])
def test_a_wrong_number_is_corrected_after_the_order_is_closed(status):
    order = read_now(package(row()), status=status)
    decision = decide(order, [shipment(OTHER, replaces=GOOD)], TODAY)

    (change,) = decision.send
    assert change.tracking_number == OTHER
    assert change.shipping_detail_id == row().shipping_detail_id


def test_a_correction_of_a_number_that_is_not_there_adds_no_row_to_a_closed_order():
    order = read_now(package(row()), status="500")
    decision = decide(order, [shipment(OTHER, replaces="999999999999")], TODAY)

    assert decision.send == ()
    assert decision.outcomes[0].fault is ReportFault.CLOSED


def test_a_day_no_parcel_can_have_left_on_is_refused():
    late = shipment(shipping_date=DAY + timedelta(days=31))
    decision = decide(read_now(package()), [late], TODAY)

    assert decision.send == ()
    assert states(decision) == [ShipmentState.REFUSED]
    assert decision.outcomes[0].fault is ReportFault.TOO_FAR_AHEAD


def test_a_correction_after_500_has_a_day_on_which_a_parcel_can_leave():
    """A year typed wrong went to RMS, which takes days up to twelve months ahead."""
    late = shipment(OTHER, replaces=GOOD, shipping_date=DAY + timedelta(days=31))
    order = read_now(package(row()), status="500")
    decision = decide(order, [late], TODAY)

    assert decision.send == ()
    assert [one.fault for one in decision.outcomes] == [ReportFault.TOO_FAR_AHEAD]


def test_the_day_of_the_order_is_counted_in_japan():
    order = read_now(package()).model_copy(
        update={"ordered_at": NINE.replace(hour=0, minute=30, tzinfo=JST)}
    )
    same_day = shipment(shipping_date=NINE.date())

    assert len(decide(order, [same_day], TODAY).send) == 1


def test_a_verified_row_that_a_person_took_away_is_not_sent_again():
    gone = shipment(state=ShipmentState.VERIFIED, shipping_detail_id="5")
    decision = decide(read_now(package()), [gone], TODAY)

    assert decision.send == ()
    assert decision.outcomes[0].fault is ReportFault.CHANGED_AT_MALL


def test_a_row_taken_away_leaves_the_empty_row_to_a_new_parcel():
    gone = shipment(GOOD, state=ShipmentState.VERIFIED)
    decision = decide(read_now(package(empty("3"))), [gone, shipment(OTHER)], TODAY)

    assert [one.shipping_detail_id for one in decision.send] == ["3"]


def test_a_correction_changes_the_verified_row():
    wrong = shipment(GOOD, state=ShipmentState.REPLACED)
    right = shipment(OTHER, replaces=GOOD)
    decision = decide(read_now(package(row("5"))), [wrong, right], TODAY)

    assert [one.shipping_detail_id for one in decision.send] == ["5"]


@pytest.mark.parametrize("status", ["300", "500"])
def test_a_number_corrected_twice_changes_the_row_of_the_first(status):
    """Of three numbers the second was corrected before RMS was told of it."""
    first = shipment(GOOD, state=ShipmentState.REPLACED, replaces=THIRD)
    second = shipment(OTHER, state=ShipmentState.REPLACED, replaces=GOOD)
    third = shipment(THIRD, replaces=OTHER)
    order = read_now(package(row("5"), empty("9")), status=status)
    decision = decide(order, [first, second, third], TODAY)

    assert [one.shipping_detail_id for one in decision.send] == ["5"]


def test_a_number_corrected_to_and_fro_before_the_report_is_sent_once():
    back = shipment(GOOD, replaces=OTHER)
    there = shipment(OTHER, state=ShipmentState.REPLACED, replaces=GOOD)

    assert len(decide(read_now(package()), [back, there], TODAY).send) == 1


@examples(25)
@given(packages=orders, wanted=wanted_lists, status=st.sampled_from(["300", "200"]))
def test_every_shipment_is_sent_or_has_an_outcome(packages, wanted, status):
    decision = decide(read_now(*packages, status=status), wanted, TODAY)
    said = [(one.basket_id, one.tracking_number) for one in decision.send]
    said += [
        (one.shipment.basket_id, one.shipment.tracking_number)
        for one in decision.outcomes
    ]

    assert sorted(said) == sorted({(w.basket_id, w.tracking_number) for w in wanted})


@examples(25)
@given(packages=orders, wanted=wanted_lists)
def test_after_the_report_everything_is_verified_and_nothing_sent(packages, wanted):
    first = decide(read_now(*packages), wanted, TODAY)
    after = decide(read_now(*applied(packages, first.send)), wanted, TODAY)

    assert after.send == ()
    assert set(states(after)) <= {ShipmentState.VERIFIED}
