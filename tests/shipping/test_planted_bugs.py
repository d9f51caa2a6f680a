"""The mistakes that report a parcel twice, and that these tests see each of them."""

from collections import Counter

import pytest

from connectors.rms.errors import OutcomeUnknown
from connectors.rms.shipping import ShippingApi
from data.model.shipping import plan as shipping_plan
from data.model.shipping.plan import SETTLES_AFTER
from data.warehouse.shipping import tracking as stored_tracking
from tasks.shipping import tracking
from tests.crash.work import Bug
from tests.shipping.lab import REPORT, Lab, tracking_number
from tests.shipping.work import POINTS, SHOP, Push
from tests.support.effort import first, for_ci
from tests.support.planted import caught
from tests.support.sandbox import lab_settings

ONE, TWO = tracking_number(0), tracking_number(1)
INTENT_AFTERWARDS = Bug(
    "tasks/shipping/tracking.py",
    "        begin_reports(con, run, reports, sent_at=sent.at)\n",
    "        pass\n",
)


def resent_on_time_out(patch):
    once = ShippingApi.report

    def twice(self, reports):
        try:
            return once(self, reports)
        except OutcomeUnknown:
            return once(self, reports)

    patch.setattr(ShippingApi, "report", twice)


def resent_before_it_is_certain(patch):
    patch.setattr(stored_tracking, "may_send", lambda *_: True)


def added_instead_of_changed(patch):
    plan = shipping_plan.plan_rows

    def adding(packages, shipments):
        made = plan(packages, shipments)
        rows = [row.model_copy(update={"shipping_detail_id": None}) for row in made[0]]
        return made._replace(changes=tuple(rows))

    patch.setattr(shipping_plan, "plan_rows", adding)


def answer_lost(lab: Lab) -> Counter:
    """The answer to a report is lost; a push looks again before it has to show."""
    lab.rms.settings(async_delay_s=60)
    (number,) = lab.sell()
    lab.parcels(lab.key(number))
    lab.rms.fault("answer_lost", function=REPORT)
    load = tracking.open_tracking_push(SHOP)
    for _ in range(2):
        tracking.read_orders(SHOP, load)
        if due := tracking.due_orders(load).numbers:
            tracking.report_orders(SHOP, due, load)
    lab.rms.clock(advance_s=60)
    return numbers(lab)


def corrected(lab: Lab) -> Counter:
    (number,) = lab.sell()
    lab.parcels(lab.key(number))
    lab.push()
    lab.take(lab.correction(lab.key(number), TWO, wrong=ONE), "template")
    lab.push()
    return numbers(lab)


def half_filled(lab: Lab) -> Counter:
    (number,) = lab.sell(1, "half_row")
    lab.parcels(lab.key(number))
    lab.push()
    return numbers(lab)


def numbers(lab: Lab) -> Counter:
    return Counter(number for *_, number in lab.rows_at_rms())


RIGHT = {answer_lost: {ONE: 1}, corrected: {TWO: 1}, half_filled: {ONE: 1}}


@pytest.fixture
def patient_lab(bare_lab: Lab, monkeypatch) -> Lab:
    """A shop that waits for a report as long as one may take, three minutes."""
    monkeypatch.setattr(tracking, "SETTLES_AFTER", SETTLES_AFTER)
    return bare_lab


@first()
@pytest.mark.parametrize("day", RIGHT)
def test_the_day_that_would_show_a_bug_ends_right(patient_lab: Lab, day):
    assert day(patient_lab) == RIGHT[day]


@pytest.mark.parametrize(
    ("plant", "day"),
    [
        (resent_on_time_out, answer_lost),
        pytest.param(resent_before_it_is_certain, answer_lost, marks=for_ci),
        pytest.param(added_instead_of_changed, corrected, marks=for_ci),
        pytest.param(added_instead_of_changed, half_filled, marks=for_ci),
    ],
)
def test_a_planted_bug_changes_what_stands_at_rms(
    patient_lab: Lab, monkeypatch, plant, day
):
    plant(monkeypatch)

    with caught():
        assert day(patient_lab) == RIGHT[day]


def due_after_a_kill(lab: Lab, bug: Bug | None = None) -> tuple[int, int]:
    """How many orders a push would report or hold back after one died on its way.

    RMS took the report and does not show it yet, nor has the time come when it must.
    """
    lab.rms.settings(async_delay_s=3600)
    (number,) = lab.sell()
    lab.parcels(lab.key(number))
    env = lab_settings(lab.rms, lab.home)
    assert not Push(env, 100, POINTS["report.answered"], bug).done()
    load = tracking.open_tracking_push(SHOP)
    tracking.read_orders(SHOP, load)
    due = tracking.due_orders(load)
    assert {*due.numbers, *due.held} == {number}
    return len(due.numbers), len(due.held)


@for_ci
def test_an_order_whose_push_died_is_held_until_it_must_show(
    patient_lab: Lab,
):
    assert due_after_a_kill(patient_lab) == (0, 1)


@for_ci
def test_a_push_that_stores_its_intent_too_late_loses_sight_of_a_report(
    patient_lab: Lab,
):
    assert due_after_a_kill(patient_lab, INTENT_AFTERWARDS) == (1, 0)
