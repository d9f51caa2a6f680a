"""Shipments on their way to RMS: each row once, as the shop has it."""

from datetime import timedelta

from tasks import rms
from tasks.shipping import tracking
from tests.shipping.lab import REPORT, Lab, tracking_number
from tests.shipping.pushing import ONE, TWO, imported, numbers_at_rms, push_and
from tests.support.effort import for_ci


def test_an_imported_parcel_is_reported_and_seen_at_rms(lab: Lab):
    numbers = imported(lab, 3)
    kind, message = lab.push()

    assert kind == "COMPLETED"
    assert message.startswith("報告 3 / 確認済み 3 / 拒否 0 / 不明 0")
    assert numbers_at_rms(lab, *numbers) == [tracking_number(i) for i in range(3)]
    assert lab.states() == {"verified": 3}


def test_every_shipped_order_has_its_time_once_it_is_read_again(lab: Lab):
    numbers = imported(lab, 2)
    lab.push()
    lab.pass_days(2)  # a night moves what the day before it reported
    lab.read(numbers)
    rows = lab.ask("SELECT status, count(*), count(shipped_at) FROM orders GROUP BY 1")

    assert rows == [("出荷済", 2, 2)]


def test_pushing_again_asks_nothing_and_changes_nothing(lab: Lab):
    imported(lab)
    lab.push()
    before = lab.ask("FROM shipments"), lab.rms.journal()["counts"]

    assert lab.push()[1].startswith("報告 0 / 確認済み 0 /")
    assert (lab.ask("FROM shipments"), lab.rms.journal()["counts"]) == before


@for_ci
def test_a_hundred_orders_go_into_one_call(lab: Lab, monkeypatch):
    monkeypatch.setattr(tracking, "MOST_ORDERS", 3)
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


@for_ci
def test_a_row_left_empty_is_filled_and_none_is_added(lab: Lab):
    (number,) = lab.sell(1, "half_row")
    lab.parcels(lab.key(number))
    lab.push()

    assert numbers_at_rms(lab, number) == [ONE]


@for_ci
def test_a_row_that_stands_already_is_verified_without_a_report(lab: Lab):
    (number,) = imported(lab)
    lab.push()
    lab.ask("UPDATE shipments SET state = 'planned', sent_at = NULL, request_id = NULL")
    kind, message = lab.push()

    assert (kind, lab.calls()) == ("COMPLETED", 1)
    assert message.startswith("報告 0 / 確認済み 1")
    assert numbers_at_rms(lab, number) == [ONE]


def test_a_parcel_of_an_order_not_ready_waits_without_a_call(lab: Lab):
    (number,) = lab.sell(1, progress=100)
    lab.parcels(lab.key(number))
    kind, _ = lab.push()

    assert (kind, lab.calls()) == ("COMPLETED", 0)
    assert lab.states() == {"planned": 1}
    lab.rms.edit(number, orderProgress=300)
    lab.push()
    assert lab.states() == {"verified": 1}


def test_a_wrong_number_is_corrected_in_its_row(lab: Lab):
    (number,) = imported(lab)
    lab.push()
    lab.take(lab.correction(lab.key(number), TWO, wrong=ONE), "template")
    lab.push()

    assert numbers_at_rms(lab, number) == [TWO]
    assert lab.states() == {"verified": 1, "replaced": 1}


@for_ci
def test_a_number_corrected_while_its_report_is_on_its_way_stands_alone(lab: Lab):
    lab.rms.settings(async_delay_s=0.3)
    (number,) = imported(lab)
    lab.rms.fault("answer_lost", function=REPORT)
    path = lab.correction(lab.key(number), TWO, wrong=ONE)
    push_and(lambda: lab.take(path, "template"))

    assert numbers_at_rms(lab, number) == [TWO]


@for_ci
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


@for_ci
def test_the_next_day_the_order_is_closed_and_no_straggler_is_left(lab: Lab):
    (number,) = imported(lab)
    lab.push()
    lab.pass_days(2)
    kind, message = lab.push()

    assert lab.rms.orders()[number]["orderProgress"] == 500
    assert (kind, "報告済みで発送待ち 0" in message) == ("COMPLETED", True)


@for_ci
def test_a_wrong_number_is_corrected_after_the_order_is_closed(lab: Lab):
    (number,) = imported(lab)
    lab.push()
    lab.pass_days(2)
    assert lab.rms.orders()[number]["orderProgress"] == 500
    lab.take(lab.correction(lab.key(number), TWO, wrong=ONE), "template")
    kind, message = lab.push()

    assert (kind, message) == ("COMPLETED", message)
    assert numbers_at_rms(lab, number) == [TWO]
    assert lab.states() == {"verified": 1, "replaced": 1}


def test_an_order_cancelled_after_its_number_was_reported_is_told_by_name(lab: Lab):
    number, other = imported(lab, 2)
    lab.push()
    lab.rms.cancel(number)
    lab.read([number, other])

    asked = "SELECT order_number, what FROM needs_a_person WHERE kind = "
    ((told, what),) = lab.ask(f"{asked}'parcel_to_stop'")
    assert told == number
    assert "荷物を止めてください" in what


def test_the_push_after_a_cancellation_needs_attention_once(lab: Lab):
    number, _ = imported(lab, 2)
    lab.push()
    lab.rms.cancel(number)
    lab.pass_days(1)  # also as the order is read by the push itself
    kind, message = lab.push()
    stopped = lab.report().to_stop

    assert (kind, "止める荷物のある注文 1" in message) == ("FAILED", True)
    assert [(told, "荷物を止めてください" in what) for told, what in stopped] == [
        (number, True)
    ]
    assert lab.push()[0] == "COMPLETED"


def test_a_half_filled_row_beside_a_number_is_told_the_same_day(lab: Lab):
    (number,) = imported(lab)
    half = {"shippingNumber": None, "shippingDate": None}
    half |= {"deliveryCompany": "1000", "deliveryCompanyName": "その他"}
    rows = [{"shippingDetailId": one} | half for one in (991, 992)]
    lab.rms.edit_at(number, {"PackageModelList.0.ShippingModelList": rows})
    lab.push()

    asked = "SELECT order_number, what FROM needs_a_person WHERE kind = "
    ((told, what),) = lab.ask(f"{asked}'tracking_half_filled'")
    assert numbers_at_rms(lab, number) == [ONE, None]
    assert (told, "空欄" in what) == (number, True)


def add_half_row(lab: Lab, number: str) -> None:
    """Another tool adds a row without number and date; RMS closes no such order."""
    half = {"shippingDetailId": 999, "deliveryCompany": "1000", "shippingNumber": None}
    rows = lab.rms.orders()[number]["PackageModelList"][0]["ShippingModelList"]
    more = half | {"deliveryCompanyName": "その他", "shippingDate": None}
    lab.rms.edit_at(number, {"PackageModelList.0.ShippingModelList": [*rows, more]})


@for_ci
def test_the_next_day_a_half_filled_row_that_keeps_an_order_open_is_named(lab: Lab):
    (number,) = imported(lab)
    lab.push()
    add_half_row(lab, number)
    lab.pass_days(2)
    _, message = lab.push()
    (straggler,) = lab.report().stragglers

    assert "報告済みで発送待ち 1" in message
    assert straggler.order_number == number
    assert [row.missing for row in straggler.open_rows] == [
        ("お荷物伝票番号", "発送日")
    ]


def test_a_parcel_that_leaves_after_the_weekend_keeps_no_order_open_before(lab: Lab):
    """Each weekend staff were told of rows missing in every order of Friday's."""
    (number,) = lab.sell()
    monday = rms.now().date() + timedelta(days=3)
    lab.take(lab.b2((lab.key(number), ONE), day=monday))
    lab.push()
    add_half_row(lab, number)
    asked = "SELECT order_number FROM needs_a_person WHERE kind = 'tracking_not_closed'"
    lab.pass_days(2)
    before = lab.push()[1], lab.ask(asked)
    lab.pass_days(3)  # over is the night in which RMS closes, whatever the hour
    after = lab.push()[1], lab.ask(asked)

    assert ("報告済みで発送待ち 0" in before[0], before[1]) == (True, [])
    assert ("報告済みで発送待ち 1" in after[0], after[1]) == (True, [(number,)])


def test_a_destination_that_is_sent_later_is_no_missing_row(lab: Lab):
    """Staff were told to type a row at RMS, of goods that had not left."""
    (number,) = lab.sell(1, "packages")
    first, second = lab.baskets(number)
    lab.parcels(lab.key(number, first))
    lab.push()
    lab.pass_days(2)
    lab.push()
    asked = "SELECT what FROM needs_a_person WHERE kind = 'tracking_not_closed'"
    ((what,),) = lab.ask(asked)
    (straggler,) = lab.report().stragglers

    assert "出荷してから送り状番号を取り込んで" in what
    assert [row.basket_id for row in straggler.open_rows] == [second]


@for_ci
def test_a_row_a_person_took_away_is_told_and_not_sent_again(lab: Lab):
    (number,) = imported(lab)
    lab.push()
    lab.rms.edit_at(number, {"PackageModelList.0.ShippingModelList": []})
    lab.parcels(lab.key(number), first=5)
    lab.push()

    assert numbers_at_rms(lab, number) == [tracking_number(5)]
    assert "変更または削除されています" in lab.reasons()[0]
