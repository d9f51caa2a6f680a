"""Goods that left without a tracking number: from form or file to RMS's row."""

import pytest

from data.model.shipping.unnumbered import UnnumberedWay
from tasks import rms
from tasks.marks.numbers import NumbersRefused
from tasks.shipping import labels, tracking, unnumbered
from tests.carriers.made import TEMPLATE, csv_bytes
from tests.shipping.lab import SHOP, Lab
from tests.shipping.pushing import ONE, TWO, imported
from tests.support.effort import for_ci
from tests.support.without_prefect import without_prefect

OWN, POST, PICKUP = (
    UnnumberedWay.OWN_DELIVERY,
    UnnumberedWay.POST,
    UnnumberedWay.PICKUP,
)
WAITING = "SELECT order_number, what FROM needs_a_person WHERE kind = "


@pytest.fixture(autouse=True)
def _plain(monkeypatch):
    without_prefect(monkeypatch.setattr, (unnumbered,))


def by_form(*typed, way=POST, day=None):
    return unnumbered.store_unnumbered(SHOP, list(typed), way, day)


def rows_at_rms(lab: Lab, number):
    rows = lab.rms.orders()[number]["PackageModelList"][0]["ShippingModelList"] or ()
    return [
        (row["deliveryCompany"], row["shippingNumber"], bool(row["shippingDate"]))
        for row in rows
    ]


def test_the_form_reports_company_and_date_once(lab: Lab):
    mail, van, half = *lab.sell(2), *lab.sell(1, "half_row")
    by_form(mail, lab.key(half))
    report = by_form(f"{van}、{mail}", way=OWN)
    ended = lab.push(), lab.push()

    assert (report.created, report.changed) == (1, 1)
    assert [kind for kind, _ in ended] == ["COMPLETED", "COMPLETED"]
    assert [rows_at_rms(lab, number) for number in (mail, van, half)] == [
        [("1000", None, True)],
        [("1000", None, True)],
        [("1003", None, True)],
    ]
    assert (lab.calls(), lab.states()) == (1, {"verified": 3})
    assert lab.ask(f"{WAITING}'tracking_half_filled'") == []


def test_an_order_rms_leaves_open_is_told_with_what_to_do(lab: Lab):
    (number,) = lab.sell(1)
    by_form(number, way=PICKUP)
    lab.push()
    lab.pass_days(2)
    _, message = lab.push()
    (straggler,) = lab.report().stragglers

    assert "報告済みで発送待ち 1" in message
    assert (straggler.is_unnumbered, straggler.open_rows) == (True, ())
    ((told, what),) = lab.ask(f"{WAITING}'tracking_not_closed'")
    assert (told, "番号のない発送" in what) == (number, True)


def test_a_number_that_came_later_takes_the_row(lab: Lab):
    (number,) = lab.sell(1)
    by_form(number)
    lab.push()
    lab.parcels(lab.key(number))
    lab.push()

    assert rows_at_rms(lab, number) == [("1001", ONE, True)]
    assert lab.states() == {"verified": 1, "replaced": 1}


def test_a_package_with_a_number_is_left_as_it_is_unless_it_is_corrected(lab: Lab):
    (number,) = imported(lab)
    lab.push()
    aside = by_form(number)
    lab.push()
    assert (aside.created, len(aside.unmatched)) == (0, 1)
    assert rows_at_rms(lab, number) == [("1001", ONE, True)]

    cells = {
        "注文番号": number,
        "配送会社": "定形外",
        "伝票番号": "",
        "発送日": f"{rms.now():%Y/%m/%d}",
        "訂正前の伝票番号": ONE,
    }
    lab.take(lab.file(csv_bytes(TEMPLATE, [cells]), "template.csv"), "template")
    lab.push()

    assert rows_at_rms(lab, number) == [("1003", None, True)]


def test_a_package_that_left_without_a_number_gets_no_label(lab: Lab):
    sent, other = lab.sell(2)
    by_form(sent)

    load = tracking.open_tracking_push(SHOP)
    assert labels.orders_to_label(load, False) == [other]


def test_what_is_no_order_of_ours_is_told_by_its_place_only(lab: Lab):
    (number,) = lab.sell(1)
    report = by_form(number, "123456-20260101-0000000000")
    page = unnumbered.unnumbered_report(report)

    assert [one.row_number for one in report.unmatched] == [2]
    assert "この番号の注文がありません" in page
    assert "20260101" not in page
    with pytest.raises(NumbersRefused):
        by_form("")


@for_ci
def test_a_second_number_of_a_package_by_mail_is_added(lab: Lab):
    (number,) = lab.sell(1)
    by_form(number)
    lab.parcels(lab.key(number), lab.key(number))
    lab.push()

    assert [row[1] for row in rows_at_rms(lab, number)] == [ONE, TWO]
