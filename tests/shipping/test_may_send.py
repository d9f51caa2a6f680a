"""When an order may be reported again: once it must show all that was ever reported."""

from datetime import timedelta

import pytest

from data.model.shipping.plan import RESULTS_KEPT, SETTLES_AFTER, Reported, may_send
from data.model.shipping.shipment import ShipmentState
from tests.carriers.rows_at_mall import shipment
from tests.support.orders import at

SENT = at(0)
HEARD = at(1)
MICRO = timedelta(microseconds=1)
UNDER_WAY = [ShipmentState.SENT, ShipmentState.UNKNOWN]


def reported(state, sent_at=None, heard_at=None, *, is_accepted=False):
    return Reported(shipment(state=state), sent_at, heard_at, is_accepted)


def test_an_order_of_which_nothing_was_ever_reported_may_be_sent():
    assert may_send([reported(ShipmentState.PLANNED)], SENT)
    assert may_send([], SENT)


@pytest.mark.parametrize("state", UNDER_WAY)
@pytest.mark.parametrize("heard_at", [None, HEARD, SENT - MICRO])
def test_a_report_under_way_shows_only_after_three_minutes(state, heard_at):
    one = reported(state, SENT, heard_at)

    assert not may_send([one], SENT + SETTLES_AFTER - MICRO)
    assert may_send([one], SENT + SETTLES_AFTER)


def test_what_was_heard_before_the_latest_report_says_nothing_of_it():
    again = reported(ShipmentState.VERIFIED, SENT, SENT - MICRO)

    assert not may_send([again], SENT + MICRO)
    assert may_send([again], SENT + SETTLES_AFTER)


@pytest.mark.parametrize("state", [ShipmentState.VERIFIED, ShipmentState.REFUSED])
def test_an_order_read_in_the_very_moment_of_the_answer_does_not_show_it(state):
    one = reported(state, SENT, HEARD)

    assert not may_send([one], HEARD - MICRO)
    assert not may_send([one], HEARD)
    assert may_send([one], HEARD + MICRO)


def test_one_parcel_under_way_holds_the_whole_order():
    settled = reported(ShipmentState.VERIFIED, SENT, HEARD)
    under_way = reported(ShipmentState.SENT, at(5), at(6))

    assert may_send([settled], at(7))
    assert not may_send([settled, under_way], at(7))


def test_a_corrected_number_that_was_reported_still_holds_its_order():
    wrong = reported(ShipmentState.REPLACED, SENT, None)

    assert not may_send([wrong], SENT + timedelta(minutes=1))


@pytest.mark.parametrize("state", [*UNDER_WAY, ShipmentState.REPLACED])
def test_a_report_that_rms_accepted_is_waited_for_until_its_result_comes(state):
    """A slow RMS added the row of each report, one after the other."""
    accepted = reported(state, SENT, None, is_accepted=True)
    has_result = reported(ShipmentState.SENT, SENT, HEARD, is_accepted=True)

    assert not may_send([accepted], SENT + RESULTS_KEPT - MICRO)
    assert may_send([accepted], SENT + RESULTS_KEPT)
    assert may_send([has_result], SENT + SETTLES_AFTER)
