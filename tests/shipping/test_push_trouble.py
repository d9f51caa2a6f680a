"""A push when answers get lost, keys are refused, or orders change meanwhile."""

from datetime import timedelta

import pytest

from connectors.rms.errors import CredentialsRefused
from connectors.rms.shipping import RESULT as RESULT_FUNCTION
from connectors.rms.shipping import ShippingApi
from tasks.shipping import tracking
from tasks.shops.connection import check_shop
from tests.shipping.lab import REPORT, SHOP, Lab
from tests.shipping.pushing import ONE, TWO, imported, numbers_at_rms, push_and
from tests.support.effort import first, for_ci

RESULT = RESULT_FUNCTION.name


def test_an_order_cancelled_meanwhile_is_not_reported_and_told(lab: Lab):
    cancelled, good = imported(lab, 2)
    lab.rms.cancel(cancelled)
    kind, message = lab.push()

    assert kind == "FAILED"
    assert "拒否 1" in message
    assert "対処" in message
    assert numbers_at_rms(lab, cancelled, good) == [TWO]
    assert lab.states() == {"cancelled": 1, "verified": 1}
    assert "キャンセル" in lab.reasons()[0]


def test_what_rms_refuses_keeps_its_code_and_text(lab: Lab, monkeypatch):
    monkeypatch.setattr(tracking, "SETTLES_AFTER", timedelta(seconds=10))
    lab.rms.settings(async_delay_s=1)
    cancelled, good = imported(lab, 2)
    push_and(lambda: lab.rms.cancel(cancelled))

    assert lab.states() == {"refused": 1, "verified": 1}
    (reason,) = lab.reasons()
    assert "UPDATE_ORDERSHIPPING_ERROR_102" in reason
    assert "キャンセル済みの注文" in reason
    assert numbers_at_rms(lab, cancelled, good) == [TWO]


@for_ci
def test_what_was_refused_yesterday_fails_no_run_today(lab: Lab):
    (number,) = imported(lab)
    lab.rms.cancel(number)

    assert [lab.push()[0], lab.push()[0]] == ["FAILED", "COMPLETED"]


@first()
@pytest.mark.parametrize("fault", ["answer_lost", "cut"])
def test_a_report_whose_answer_is_lost_is_read_back_and_not_sent_again(lab: Lab, fault):
    (number,) = imported(lab)
    lab.rms.fault(fault, function=REPORT)
    kind, _ = lab.push()

    assert (kind, lab.calls()) == ("COMPLETED", 1)
    assert numbers_at_rms(lab, number) == [ONE]


@first()
@pytest.mark.parametrize("fault", ["503", "reset"])
def test_a_report_that_never_arrived_is_sent_again_when_that_is_sure(lab: Lab, fault):
    (number,) = imported(lab)
    lab.rms.fault(fault, function=REPORT)
    kind, _ = lab.push()

    assert (kind, lab.calls()) == ("COMPLETED", 2)
    assert numbers_at_rms(lab, number) == [ONE]


@first()
@pytest.mark.parametrize(
    "word",
    [
        "UPDATE_ORDERSHIPPING_ERROR_105",
        "UPDATE_ORDERSHIPPING_ERROR_111",
        "ORDER_CSV_API_UPLOAD_SHIPPING_ERROR_999",
    ],
)
def test_a_report_that_rms_puts_off_is_looked_at_and_sent_again(lab: Lab, word):
    """Of 105, 111 and 999 only reading the order says what became of it."""
    (number,) = imported(lab)
    lab.rms.fault(word, about=number)
    kind, _ = lab.push()

    assert (kind, lab.calls()) == ("COMPLETED", 2)
    assert lab.states() == {"verified": 1}
    assert numbers_at_rms(lab, number) == [ONE]


@first()
@pytest.mark.parametrize("fault", ["ERROR_000", "WARNING_001", "502"])
def test_a_report_answered_with_trouble_of_rms_is_in_doubt_and_not_refused(
    lab: Lab, fault
):
    (number,) = imported(lab)
    lab.rms.fault(fault, function=REPORT)
    kind, _ = lab.push()

    assert (kind, lab.calls()) == ("COMPLETED", 2)
    assert lab.states() == {"verified": 1}
    assert numbers_at_rms(lab, number) == [ONE]


@for_ci
def test_a_call_made_too_soon_is_made_again_in_the_next_round(lab: Lab):
    (number,) = imported(lab)
    lab.rms.fault("429", function=REPORT)

    assert lab.push()[0] == "COMPLETED"
    assert numbers_at_rms(lab, number) == [ONE]


def test_a_result_that_rms_cannot_tell_keeps_no_other_parcel_back(lab: Lab):
    """Every morning failed for it, for as long as RMS keeps a result."""
    imported(lab)
    lab.rms.fault("ERROR_000", function=RESULT, times=99)
    assert lab.push()[0] == "COMPLETED"
    (other,) = imported(lab)

    assert lab.push()[0] == "COMPLETED"
    assert len(numbers_at_rms(lab, other)) == 1


@for_ci
def test_a_report_that_takes_long_is_waited_for(lab: Lab):
    lab.rms.settings(async_delay_s=0.3)
    (number,) = imported(lab)
    lab.rms.fault("answer_lost", function=REPORT)
    lab.push()

    assert lab.calls() == 1
    assert numbers_at_rms(lab, number) == [ONE]


def test_a_clock_that_is_set_back_lets_no_push_wait_for_hours(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
):
    """Nobody else calls for the shop while it waits: no notice, no level."""
    waited: list[float] = []

    def asked(_self: object, *given: object) -> list[object]:
        waited.append(given[-1])
        return []

    imported(lab)
    lab.rms.settings(async_delay_s=600)
    lab.push()
    monkeypatch.setattr(tracking.time, "sleep", waited.append)
    monkeypatch.setattr(ShippingApi, "wait_for_results", asked)
    today = tracking.now
    monkeypatch.setattr(tracking, "now", lambda: today() - timedelta(hours=5))
    load = tracking.open_tracking_push(SHOP)
    tracking.fetch_results(SHOP, load)
    tracking.wait_for_held(load)

    assert waited == [tracking.run_of(load).settles.total_seconds()] * 2


@for_ci
def test_a_report_that_rms_is_slow_with_is_not_sent_again(lab: Lab):
    """Five reports of one parcel stood at RMS as five rows."""
    lab.rms.settings(async_delay_s=600)
    (number,) = imported(lab)
    kind, _ = lab.push()

    assert (kind, lab.states(), lab.calls()) == ("FAILED", {"sent": 1}, 1)
    lab.rms.clock(advance_s=600)
    assert (lab.push()[0], lab.calls()) == ("COMPLETED", 1)
    assert numbers_at_rms(lab, number) == [ONE]


@for_ci
def test_a_key_refused_stops_the_run_and_leaves_the_parcel_planned(lab: Lab):
    imported(lab)
    lab.rms.shop("demo", functions_off=[REPORT])
    with pytest.raises(CredentialsRefused, match="対処"):
        lab.push()

    assert lab.states() == {"planned": 1}
    lab.rms.shop("demo", functions_off=[])
    check_shop.fn(SHOP)
    lab.push()
    assert lab.states() == {"verified": 1}


@for_ci
def test_an_order_with_a_fault_of_form_does_not_hold_up_the_others(lab: Lab):
    _, good = sorted(imported(lab, 2))
    lab.ask(
        "UPDATE shipments SET carrier_code = '9999'"
        " WHERE order_number = (SELECT min(order_number) FROM shipments)"
    )
    kind, message = lab.push()

    assert kind == "FAILED"
    assert "拒否 1" in message
    assert lab.states() == {"refused": 1, "verified": 1}
    assert "ERROR_109" in lab.reasons()[0]
    assert numbers_at_rms(lab, good) == [TWO]


@for_ci
def test_an_order_that_cannot_be_read_is_not_reported_and_named(lab: Lab):
    hidden, good = imported(lab, 2)
    lab.rms.vanish(hidden)
    kind, _ = lab.push()

    assert kind == "FAILED"
    assert lab.report().unread == (hidden,)
    assert numbers_at_rms(lab, hidden, good) == [TWO]


def test_one_order_that_rms_refuses_as_a_bad_key_keeps_no_other_out(lab: Lab):
    """docs/rms/order-api.md §5.3: ES01-01 on a write though the key is fine."""
    numbers = imported(lab, 5)
    lab.rms.fault("ES01-01", function=REPORT, times=50, about=numbers[3])
    kind, _ = lab.push()
    calls = lab.calls()

    assert kind == "FAILED"
    assert lab.states() == {"verified": 4, "refused": 1}
    assert numbers_at_rms(lab, numbers[3]) == []
    assert lab.ask("SELECT * FROM shop_stops") == []
    assert lab.push()[0] == "COMPLETED"
    assert lab.calls() == calls
    lab.check()


def test_a_report_function_that_is_off_blames_no_order(lab: Lab):
    imported(lab, 3)
    lab.rms.shop("demo", functions_off=[REPORT])
    with pytest.raises(CredentialsRefused):
        lab.push()

    assert lab.states() == {"planned": 3}
