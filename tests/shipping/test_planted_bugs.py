"""The mistakes that report a parcel twice, and that these tests see each of them."""

from collections import Counter
from datetime import timedelta

import pytest

from connectors.rms.errors import OutcomeUnknown
from connectors.rms.shipping import ShippingApi
from data.model import shipping_plan as shipping_decision
from data.warehouse.shipping import tracking as judging
from tasks.shipping import tracking as tracking_calls
from tests.crash.work import Bug
from tests.shipping.lab import REPORT, Lab, tracking_number
from tests.shipping.work import POINTS, Push
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
    patch.setattr(tracking_calls, "SETTLES", timedelta(seconds=10))
    patch.setattr(judging, "may_send", lambda *_: True)


def added_instead_of_changed(patch):
    plan = shipping_decision.plan_rows

    def adding(packages, shipments):
        made = plan(packages, shipments)
        rows = [row.model_copy(update={"shipping_detail_id": None}) for row in made[0]]
        return made._replace(changes=tuple(rows))

    patch.setattr(shipping_decision, "plan_rows", adding)


def answer_lost(lab: Lab) -> Counter:
    lab.rms.settings(async_delay_s=1.5)
    (number,) = lab.sell()
    lab.parcels(lab.key(number))
    lab.rms.fault("answer_lost", function=REPORT)
    lab.push()
    lab.rms.clock(advance_s=5)
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


@pytest.mark.parametrize(
    ("plant", "day", "right"),
    [
        (resent_on_time_out, answer_lost, {ONE: 1}),
        (resent_before_it_is_certain, answer_lost, {ONE: 1}),
        (added_instead_of_changed, corrected, {TWO: 1}),
        (added_instead_of_changed, half_filled, {ONE: 1}),
    ],
)
def test_a_planted_bug_changes_what_stands_at_rms(
    bare_lab: Lab, monkeypatch, plant, day, right
):
    plant(monkeypatch)

    assert day(bare_lab) != right


def test_a_push_that_stores_its_intent_too_late_loses_sight_of_a_report(bare_lab: Lab):
    bare_lab.rms.settings(async_delay_s=3)
    (number,) = bare_lab.sell()
    bare_lab.parcels(bare_lab.key(number))
    env = lab_settings(bare_lab.rms, bare_lab.home)
    point = POINTS["report.answered"]
    assert not Push(env, 100, point, INTENT_AFTERWARDS).done()
    bare_lab.push()
    bare_lab.rms.clock(advance_s=5)

    assert numbers(bare_lab)[ONE] > 1
