"""What Rakuten does by itself: payment, and the job at 00:05.

From docs/rms/order-api.md §4.2, §6.
"""

from datetime import timedelta

import pytest


def at(rms, sandbox, days, time):
    day = rms.now().date() + timedelta(days=days)
    sandbox.clock(set=f"{day}T{time}")


def row(day):
    return {
        "deliveryCompany": "1001",
        "shippingNumber": "4000",
        "shippingDate": day.isoformat(),
    }


@pytest.fixture
def today(rms, sandbox):
    """Noon of some day."""
    at(rms, sandbox, 1, "12:00:00")
    return rms.now().date()


def test_a_complete_row_closes_the_order_at_0005_of_the_next_day(rms, sandbox, today):
    (number,) = sandbox.sell(1, progress=300)
    rms.report(number, row(today))

    at(rms, sandbox, 1, "00:05:01")

    order = rms.order(number)
    night = f"{today + timedelta(days=1)}T00:05:00+0900"
    assert (order["orderProgress"], order["shippingCmplRptDatetime"]) == (500, night)


def test_until_0005_the_order_stays_open(rms, sandbox, today):
    (number,) = sandbox.sell(1, progress=300)
    rms.report(number, row(today))

    at(rms, sandbox, 1, "00:04:30")

    assert rms.order(number)["orderProgress"] == 300


@pytest.mark.parametrize("missing", ["shippingNumber", "shippingDate"])
def test_a_gap_in_any_row_keeps_the_order_open(rms, sandbox, today, missing):
    (number,) = sandbox.sell(1, progress=300)
    rms.report(number, row(today), row(today) | {missing: ""})

    at(rms, sandbox, 2, "12:00:00")

    assert rms.order(number)["orderProgress"] == 300


def test_a_destination_without_rows_keeps_the_order_open(rms, sandbox, today):
    (number,) = sandbox.sell(1, "packages", progress=300)
    rms.report(number, row(today))

    at(rms, sandbox, 2, "12:00:00")

    assert rms.order(number)["orderProgress"] == 300


def test_a_planned_date_closes_in_the_night_after_it(rms, sandbox, today):
    (number,) = sandbox.sell(1, progress=300)
    rms.report(number, row(today + timedelta(days=2)))

    at(rms, sandbox, 2, "12:00:00")
    before = rms.order(number)["orderProgress"]
    at(rms, sandbox, 1, "12:00:00")

    assert (before, rms.order(number)["orderProgress"]) == (300, 500)


def test_a_long_leap_does_every_night_on_its_own_day(rms, sandbox, today):
    first, second = sandbox.sell(2, progress=300)
    rms.report(first, row(today))
    rms.report(second, row(today + timedelta(days=3)))

    sandbox.clock(advance_s=20 * 86_400)

    assert rms.order(first)["shippingCmplRptDatetime"][:10] == str(
        today + timedelta(days=1)
    )
    assert rms.order(second)["shippingCmplRptDatetime"][:10] == str(
        today + timedelta(days=4)
    )


@pytest.mark.parametrize("state", [100, 200, 900])
def test_only_orders_at_300_are_closed(rms, sandbox, today, state):
    (number,) = sandbox.sell(1, progress=300)
    rms.report(number, row(today))
    sandbox.edit(number, orderProgress=state)

    at(rms, sandbox, 1, "12:00:00")

    assert rms.order(number)["orderProgress"] == state


def test_a_confirmed_order_reaches_300_after_some_minutes(rms, sandbox):
    (number,) = sandbox.sell(1, progress=100)
    rms.ask("confirmOrder", {"orderNumberList": [number]})
    before = rms.order(number)["orderProgress"]

    sandbox.clock(advance_s=181)

    order = rms.order(number)
    assert (before, order["orderProgress"]) == (200, 300)
    assert order["orderFixDatetime"] == order["shippingInstDatetime"] is not None


def test_moving_on_after_confirmation_can_be_switched_off(rms, sandbox):
    (number,) = sandbox.sell(1, progress=100)
    sandbox.settings(payment_delay_s=None)
    rms.ask("confirmOrder", {"orderNumberList": [number]})

    sandbox.clock(advance_s=86_400)

    assert rms.order(number)["orderProgress"] == 200


def test_an_order_cancelled_while_paying_stays_cancelled(rms, sandbox):
    (number,) = sandbox.sell(1, progress=100)
    rms.ask("confirmOrder", {"orderNumberList": [number]})
    sandbox.cancel(number)

    sandbox.clock(advance_s=600)

    assert rms.order(number)["orderProgress"] == 900


def test_a_bank_transfer_waits_until_it_is_paid(rms, sandbox):
    (number,) = sandbox.sell(1, "bank_transfer")

    sandbox.clock(advance_s=86_400)

    assert rms.order(number)["orderProgress"] == 200


def test_a_clock_set_back_runs_its_nights_again(rms, sandbox):
    sandbox.clock(set="2026-02-01T12:00:00", hold=True)
    (number,) = sandbox.sell(1, progress=300)
    rms.report(number, row(rms.now().date()))

    sandbox.clock(advance_s=86_400)

    assert rms.order(number)["orderProgress"] == 500


def test_what_was_shipped_is_paid_so_many_days_later(rms, sandbox, today):
    sandbox.settings(settles_after_days=3)
    (number,) = sandbox.sell(1, progress=300)
    rms.report(number, row(today))
    at(rms, sandbox, 1, "12:00:00")
    at(rms, sandbox, 2, "12:00:00")
    before = rms.order(number)["orderProgress"]

    at(rms, sandbox, 1, "12:00:00")

    assert (before, rms.order(number)["orderProgress"]) == (500, 700)


def test_without_the_setting_it_stays_shipped(rms, sandbox, today):
    (number,) = sandbox.sell(1, progress=300)
    rms.report(number, row(today))

    at(rms, sandbox, 60, "12:00:00")

    assert rms.order(number)["orderProgress"] == 500
