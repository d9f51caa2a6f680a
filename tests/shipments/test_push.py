"""Shipments on their way to RMS: each row once, whatever happens on the way."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from connectors.rms.errors import CredentialsRefused
from tasks import rms, tracking, tracking_calls
from tests.shipments.lab import REPORT, SHOP, Lab, tracking_number

ONE, TWO = tracking_number(0), tracking_number(1)


def imported(lab: Lab, count: int = 1, shape: str = "plain") -> list[str]:
    """Orders at RMS, each with one parcel in the warehouse."""
    numbers = lab.sell(count, shape)
    lab.parcels(*(lab.key(number) for number in numbers))
    return numbers


def numbers_at_rms(lab: Lab, *orders: str) -> list[str | None]:
    return [number for *_, number in lab.rows_at_rms(*orders)]


def push_and(meanwhile: Callable[[], object]) -> None:
    """Push; right after the first round's calls, something happens elsewhere."""
    load = tracking.open_push(SHOP)
    for n, batches in enumerate(tracking.rounds(SHOP, load)):
        for batch in batches:
            tracking_calls.report_orders(SHOP, batch, load)
        if n == 0:
            meanwhile()


def test_an_imported_parcel_is_reported_and_seen_at_rms(lab: Lab):
    numbers = imported(lab, 3)
    kind, message = lab.push()

    assert kind == "COMPLETED"
    assert message.startswith("報告 3 / 確認済 3 / 拒否 0 / 不明 0")
    assert numbers_at_rms(lab, *numbers) == [tracking_number(i) for i in range(3)]
    assert lab.states() == {"verified": 3}


def test_pushing_again_asks_nothing_and_changes_nothing(lab: Lab):
    imported(lab)
    lab.push()
    before = lab.ask("FROM shipments"), lab.rms.journal()["counts"]

    assert lab.push()[1].startswith("報告 0 / 確認済 0 /")
    assert (lab.ask("FROM shipments"), lab.rms.journal()["counts"]) == before


def test_a_hundred_orders_go_into_one_call(lab: Lab, monkeypatch):
    monkeypatch.setattr(tracking, "ORDERS_A_CALL", 3)
    imported(lab, 7)
    lab.push()

    assert lab.calls() == 3
    assert lab.states() == {"verified": 7}


def test_every_package_and_every_parcel_has_its_row(lab: Lab):
    (number,) = lab.sell(1, "packages")
    first, second, *_ = lab.baskets(number)
    lab.parcels(lab.key(number, first), lab.key(number, first), lab.key(number, second))
    lab.push()

    assert lab.calls() == 1
    assert lab.rows_at_rms(number) == [
        (number, first, tracking_number(0)),
        (number, first, tracking_number(1)),
        (number, second, tracking_number(2)),
    ]


def test_a_row_left_empty_is_filled_and_none_is_added(lab: Lab):
    (number,) = lab.sell(1, "half_row")
    lab.parcels(lab.key(number))
    lab.push()

    assert numbers_at_rms(lab, number) == [ONE]


def test_a_row_that_stands_already_is_verified_without_a_report(lab: Lab):
    (number,) = imported(lab)
    lab.push()
    lab.ask("UPDATE shipments SET state = 'planned', sent_at = NULL, request_id = NULL")
    kind, message = lab.push()

    assert (kind, lab.calls()) == ("COMPLETED", 1)
    assert message.startswith("報告 0 / 確認済 1")
    assert numbers_at_rms(lab, number) == [ONE]


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
    monkeypatch.setattr(tracking_calls, "SETTLES", timedelta(seconds=10))
    lab.rms.settings(async_delay_s=1)
    cancelled, good = imported(lab, 2)
    push_and(lambda: lab.rms.cancel(cancelled))

    assert lab.states() == {"refused": 1, "verified": 1}
    (reason,) = lab.reasons()
    assert "UPDATE_ORDERSHIPPING_ERROR_102" in reason
    assert "キャンセル済みの注文" in reason
    assert numbers_at_rms(lab, cancelled, good) == [TWO]


def test_what_was_refused_yesterday_fails_no_run_today(lab: Lab):
    (number,) = imported(lab)
    lab.rms.cancel(number)

    assert [lab.push()[0], lab.push()[0]] == ["FAILED", "COMPLETED"]


def test_a_parcel_of_an_order_not_ready_waits_without_a_call(lab: Lab):
    (number,) = lab.sell(1, progress=100)
    lab.parcels(lab.key(number))
    kind, _ = lab.push()

    assert (kind, lab.calls()) == ("COMPLETED", 0)
    assert lab.states() == {"planned": 1}
    lab.rms.edit(number, orderProgress=300)
    lab.push()
    assert lab.states() == {"verified": 1}


@pytest.mark.parametrize("fault", ["answer_lost", "cut"])
def test_a_report_whose_answer_is_lost_is_read_back_and_not_sent_again(lab: Lab, fault):
    (number,) = imported(lab)
    lab.rms.fault(fault, function=REPORT)
    kind, _ = lab.push()

    assert (kind, lab.calls()) == ("COMPLETED", 1)
    assert numbers_at_rms(lab, number) == [ONE]


@pytest.mark.parametrize("fault", ["503", "reset"])
def test_a_report_that_never_arrived_is_sent_again_when_that_is_sure(lab: Lab, fault):
    (number,) = imported(lab)
    lab.rms.fault(fault, function=REPORT)
    kind, _ = lab.push()

    assert (kind, lab.calls()) == ("COMPLETED", 2)
    assert numbers_at_rms(lab, number) == [ONE]


def test_a_call_made_too_soon_is_made_again_in_the_next_round(lab: Lab):
    (number,) = imported(lab)
    lab.rms.fault("429", function=REPORT)

    assert lab.push()[0] == "COMPLETED"
    assert numbers_at_rms(lab, number) == [ONE]


def test_a_report_that_takes_long_is_waited_for(lab: Lab):
    lab.rms.settings(async_delay_s=0.3)
    (number,) = imported(lab)
    lab.rms.fault("answer_lost", function=REPORT)
    lab.push()

    assert lab.calls() == 1
    assert numbers_at_rms(lab, number) == [ONE]


def test_a_key_refused_stops_the_run_and_leaves_the_parcel_planned(lab: Lab):
    imported(lab)
    lab.rms.shop("demo", functions_off=[REPORT])
    with pytest.raises(CredentialsRefused, match="対処"):
        lab.push()

    assert lab.states() == {"planned": 1}
    lab.rms.shop("demo", functions_off=[])
    lab.push()
    assert lab.states() == {"verified": 1}


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
    assert "ERROR_011" in lab.reasons()[0]
    assert numbers_at_rms(lab, good) == [TWO]


def test_a_wrong_number_is_corrected_in_its_row(lab: Lab):
    (number,) = imported(lab)
    lab.push()
    lab.take(lab.correction(lab.key(number), TWO, wrong=ONE), "template")
    lab.push()

    assert numbers_at_rms(lab, number) == [TWO]
    assert lab.states() == {"verified": 1, "replaced": 1}


def test_a_number_corrected_while_its_report_is_on_its_way_stands_alone(lab: Lab):
    lab.rms.settings(async_delay_s=0.3)
    (number,) = imported(lab)
    lab.rms.fault("answer_lost", function=REPORT)
    path = lab.correction(lab.key(number), TWO, wrong=ONE)
    push_and(lambda: lab.take(path, "template"))

    assert numbers_at_rms(lab, number) == [TWO]


def test_a_date_changed_by_a_later_file_changes_the_row(lab: Lab):
    (number,) = imported(lab)
    lab.push()
    tomorrow = rms.now().date() + timedelta(days=1)
    lab.take(lab.b2((lab.key(number), ONE), day=tomorrow))
    lab.push()
    (package,) = lab.rms.orders()[number]["PackageModelList"]

    assert [row["shippingDate"] for row in package["ShippingModelList"]] == [
        f"{tomorrow}"
    ]


def test_a_dry_run_sends_nothing_and_changes_no_shipment(lab: Lab):
    imported(lab, 2)
    before = lab.ask("FROM shipments")
    kind, message = lab.push(dry_run=True)

    assert (kind, lab.calls()) == ("COMPLETED", 0)
    assert message.startswith("試行: 注文 2 件の荷物 2 個")
    assert lab.ask("FROM shipments") == before


def test_the_next_day_the_order_is_closed_and_no_straggler_is_left(lab: Lab):
    (number,) = imported(lab)
    lab.push()
    lab.pass_days(2)
    kind, message = lab.push()

    assert lab.rms.orders()[number]["orderProgress"] == 500
    assert (kind, "報告済で発送待ち 0" in message) == ("COMPLETED", True)


def test_the_next_day_a_half_filled_row_that_keeps_an_order_open_is_named(lab: Lab):
    (number,) = imported(lab)
    lab.push()
    half = {"shippingDetailId": 999, "deliveryCompany": "1000", "shippingNumber": None}
    rows = lab.rms.orders()[number]["PackageModelList"][0]["ShippingModelList"]
    more = half | {"deliveryCompanyName": "その他", "shippingDate": None}
    lab.rms.edit_at(number, {"PackageModelList.0.ShippingModelList": [*rows, more]})
    lab.pass_days(2)
    _, message = lab.push()
    (straggler,) = lab.report().stragglers

    assert "報告済で発送待ち 1" in message
    assert straggler.order_number == number
    assert [row.missing for row in straggler.open_rows] == [
        ("お荷物伝票番号", "発送日")
    ]


def test_an_order_that_cannot_be_read_is_not_reported_and_named(lab: Lab):
    hidden, good = imported(lab, 2)
    lab.rms.vanish(hidden)
    kind, _ = lab.push()

    assert kind == "FAILED"
    assert lab.report().unread == (hidden,)
    assert numbers_at_rms(lab, hidden, good) == [TWO]


def test_a_row_a_person_took_away_is_told_and_not_sent_again(lab: Lab):
    (number,) = imported(lab)
    lab.push()
    lab.rms.edit_at(number, {"PackageModelList.0.ShippingModelList": []})
    lab.parcels(lab.key(number), first=5)
    lab.push()

    assert numbers_at_rms(lab, number) == [tracking_number(5)]
    assert "changed at the mall" in lab.reasons()[0]
