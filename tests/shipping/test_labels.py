"""Labels: only what is safe to pack, each package once, for its owner's eyes only."""

import csv
import errno
import re
import stat
from pathlib import Path

import pytest

from connectors.carriers import write_b2_labels
from connectors.durable_write import write_new
from connectors.settings.fields import Settings
from connectors.settings.reading import NEEDED, SettingsProblem, sender_of
from data.model.matter import MatterKind
from data.model.order import TaxSummary
from data.model.shipping.label import LabelFault, ParcelOrder, parcel_of
from data.model.shipping.order_file_label import COD
from data.warehouse.house.incidents import record_incident
from data.warehouse.session import warehouse
from flows.export_shipping_labels import export_shipping_labels
from tasks.shipping import labels
from tasks.shipping.labels import labels_report
from tests.carriers.parcels_to_label import SENDER, rows
from tests.shipping.lab import SHOP, Lab, tracking_number
from tests.support.effort import first, for_ci
from tests.support.orders import a_package, a_person, an_order, at

DAY = at(0).date()


@pytest.fixture
def desk(lab: Lab, monkeypatch) -> Lab:
    """A shop that says who sends."""
    for name, value in NEEDED.items():
        monkeypatch.setenv(f"JUCHU_SENDER_{name.upper()}", value)
    monkeypatch.setenv("JUCHU_SENDER_BILLING_CODE", "030000000000")
    return lab


def export(lab: Lab, carrier: str = "yamato", **given) -> str:
    return export_shipping_labels.fn(carrier, SHOP, **given).message


def files(lab: Lab) -> list[Path]:
    return sorted((lab.home / "labels").glob("*.csv"))


def keys(path: Path, column: str = "お客様管理番号") -> list[str]:
    text = path.read_bytes().decode("cp932")
    return [row[column] for row in csv.DictReader(text.splitlines())]


@first()
@pytest.mark.parametrize("carrier", ["yamato", "sagawa"])
def test_a_waiting_order_gets_a_label_with_its_short_key(desk: Lab, carrier):
    (number,) = desk.sell()
    message = export(desk, carrier)
    (path,) = files(desk)

    assert message.startswith("送り状 1 件 / 出力しなかった送付先 0 件")
    assert keys(path) == [desk.key(number)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_label_is_not_exported_twice_unless_asked_for(desk: Lab):
    desk.sell()
    said = [export(desk), export(desk), export(desk, again=True)]

    assert [message.partition(" /")[0] for message in said] == [
        "送り状 1 件",
        "送り状 0 件",
        "送り状 1 件",
    ]


def test_labels_that_could_not_be_recorded_leave_no_file_to_print(
    desk: Lab, monkeypatch
):
    """The next file has the same parcels: printed from both, they are sent twice."""
    desk.sell()
    with monkeypatch.context() as patch:
        patch.setattr(labels, "record_labels", disk_is_full)
        with pytest.raises(OSError, match="No space left"):
            export(desk)

    assert files(desk) == []
    assert export(desk).startswith("送り状 1 件")
    assert len(files(desk)) == 1


def disk_is_full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_label_of_an_order_for_the_letter_box_is_told(desk: Lab, monkeypatch):
    """It is a label of 宅急便, at several times what the buyer paid to have it sent."""
    letter, _ = desk.sell(2)
    desk.rms.edit_at(letter, {"DeliveryModel.deliveryName": "メール便"})
    made = []
    monkeypatch.setattr("tasks.shipping.labels.labels_report", made.append)
    told = export(desk)

    assert told.startswith("送り状 2 件")
    assert " / 配送方法がメール便などの送付先 1 件: " in told
    (basket,) = desk.baskets(letter)
    assert f"| {letter} | {basket} | メール便 |" in labels_report(made[0])


@for_ci
def test_after_a_restore_labels_that_may_have_been_printed_are_told(
    desk: Lab, monkeypatch
):
    made = []
    monkeypatch.setattr("tasks.shipping.labels.labels_report", made.append)
    desk.sell()
    quiet = export(desk)
    with warehouse(desk.home / "juchu.duckdb") as con:
        record_incident(con, MatterKind.HOURS_LOST, "k", at(0), "復元しました。")
    told = export(desk, again=True)

    assert (labels.MAYBE_TWICE in quiet, labels.MAYBE_TWICE in told) == (False, True)
    assert [labels.LOOK_FIRST in labels_report(one) for one in made] == [False, True]


def test_a_package_with_a_parcel_gets_no_second_label(desk: Lab):
    (number,) = desk.sell()
    desk.parcels(desk.key(number))

    assert export(desk, again=True).startswith("送り状 0 件")


def test_an_order_cancelled_after_its_label_was_printed_is_told_until_it_is_shipped(
    desk: Lab,
):
    gone, kept = desk.sell(2)
    export(desk)
    desk.rms.cancel(gone)
    desk.read([gone, kept])

    asked = "SELECT order_number, what FROM needs_a_person WHERE kind = "
    ((told, what),) = desk.ask(f"{asked}'parcel_to_stop'")
    assert told == gone
    assert desk.key(gone) in what
    assert "荷物を止めてください" in what


@for_ci
def test_an_address_changed_after_its_label_was_printed_is_told_until_a_new_one_is(
    desk: Lab,
):
    """The parcel went to the old address, and nobody was told."""
    moved, written_otherwise, kept = numbers = desk.sell(3)
    export(desk)
    sender = "PackageModelList.0.SenderModel"
    street = desk.rms.orders()[written_otherwise]["PackageModelList"][0]["SenderModel"]
    spaced = f" {street['subAddress']} "
    desk.rms.edit_at(moved, {f"{sender}.subAddress": "見本町9-9-9"})
    desk.rms.edit_at(written_otherwise, {f"{sender}.subAddress": spaced})
    desk.rms.edit_at(kept, {"memo": "ひとこと"})
    desk.read(numbers)

    asked = "SELECT order_number, what FROM needs_a_person"
    ((told, what),) = desk.ask(asked)
    assert told == moved
    assert f"短縮キー {desk.key(moved)}" in what
    assert "送り状を破棄" in what
    ended = [desk.push() for _ in range(2)]
    assert [kind for kind, _ in ended] == ["FAILED", "COMPLETED"]
    assert "止める荷物のある注文 1" in ended[0][1]
    assert export(desk, again=True).startswith("送り状 3 件")
    assert desk.ask(asked) == []


@first()
@pytest.mark.parametrize(
    ("edit", "is_told"),
    [
        ({"deliveryDate": "2099-12-24"}, True),
        ({"shippingTerm": 1416}, True),
        ({"DeliveryModel.deliveryClass": 3}, True),
        ({"DeliveryModel.deliveryName": "クール便(冷凍)"}, True),
        ({"DeliveryModel.deliveryName": "メール便"}, False),
        ({"shippingTerm": 0}, False),
    ],
)
def test_a_wish_changed_after_its_label_was_printed_is_told(desk: Lab, edit, is_told):
    """The parcel came on the old day, or thawed."""
    (number,) = desk.sell()
    export(desk)
    desk.rms.edit_at(number, edit)
    desk.read([number])
    told = desk.ask("SELECT order_number FROM needs_a_person")

    assert told == ([(number,)] if is_told else [])


def test_an_order_that_rms_does_not_hand_out_is_told_as_one_without_label(desk: Lab):
    """The report said that nothing was left out, and nobody packed it."""
    hidden, _ = desk.sell(2)
    desk.rms.vanish(hidden)
    told = export(desk)

    assert told.startswith("送り状 1 件 / 出力しなかった送付先 1 件")


def test_an_order_cancelled_since_it_was_read_gets_no_label(desk: Lab):
    bad, good = desk.sell(2)
    desk.rms.cancel(bad)
    export(desk)
    (path,) = files(desk)

    assert keys(path) == [desk.key(good)]


@first()
@pytest.mark.parametrize("shape", ["under_review", "odd_text", "convenience_store"])
def test_what_is_not_safe_or_cannot_be_written_is_told_without_its_people(
    desk: Lab, shape, monkeypatch
):
    told = []
    monkeypatch.setattr(
        "tasks.shipping.labels.create_markdown_artifact",
        lambda **given: told.append(given["markdown"]),
    )
    (number,) = desk.sell(1, shape)
    message = export(desk)
    people = desk.ask("SELECT unnest([family_name, street, phone]) FROM order_people")

    assert "出力しなかった送付先 1 件" in message
    assert f"| {number} |" in told[0]
    assert not [name for (name,) in people if name and name in told[0]]
    assert files(desk) == []


def test_the_setting_a_yamato_label_lacks_is_named_and_setting_it_helps(
    desk: Lab, monkeypatch
):
    told = []
    monkeypatch.setattr(
        "tasks.shipping.labels.create_markdown_artifact",
        lambda **given: told.append(given["markdown"]),
    )
    monkeypatch.setenv("JUCHU_SENDER_BILLING_CODE", "")
    desk.sell()
    without = export(desk)
    (setting,) = re.findall(r"対処: \.env の (JUCHU_\w+)", told[0])
    monkeypatch.setenv(setting, "030000000000")

    assert without.startswith("送り状 0 件 / 出力しなかった送付先 1 件")
    assert export(desk).startswith("送り状 1 件 / 出力しなかった送付先 0 件")


def test_a_missing_sender_is_named_before_any_call(lab: Lab):
    lab.sell()
    before = lab.calls("getOrder")
    with pytest.raises(SettingsProblem, match=r"JUCHU_SENDER_NAME.*例"):
        export(lab)

    assert lab.calls("getOrder") == before


def test_every_missing_part_of_the_sender_is_named():
    with pytest.raises(SettingsProblem) as problem:
        sender_of(Settings(sender_name="見本商店", sender_zip=" "))

    assert [
        name for name in NEEDED if f"SENDER_{name.upper()}" in f"{problem.value}"
    ] == [
        "zip",
        "address",
        "phone",
    ]


def test_a_label_file_is_never_written_over_another(tmp_path):
    write_new(tmp_path / "a.csv", [b"first"])
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "a.csv", [b"second"])

    assert (tmp_path / "a.csv").read_bytes() == b"first"


def cod(**changes):
    return an_order().model_copy(update={"payment_code": 2} | changes)


def test_cash_on_delivery_collects_what_is_billed():
    parcel = parcel_of(cod(), "1", "茶", DAY)

    assert isinstance(parcel, ParcelOrder)
    assert (parcel.cod_total, parcel.cod_tax) == (2710, 200)
    assert "楽天" not in repr(parcel)


def test_a_collect_label_asks_for_what_points_and_coupons_leave_and_for_both_taxes():
    """The goods at 8 %, the postage at 10 %: 2,730 yen, of which 550 are paid."""
    order = cod(
        goods_total=2180,
        postage_total=550,
        order_total=2730,
        point_used=300,
        coupon_total=250,
        request_total=2180,
        tax_summaries=(
            TaxSummary(rate=0.08, billed=1680, tax=124),
            TaxSummary(rate=0.10, billed=500, tax=45),
        ),
    )
    parcel = parcel_of(order, "1", "茶", DAY)
    assert isinstance(parcel, ParcelOrder)
    (on_label,) = rows(write_b2_labels([parcel], SENDER))

    assert (parcel.cod_total, parcel.cod_tax) == (2180, 169)
    assert on_label["コレクト代金引換額（税込）"] == "2180"
    assert on_label["コレクト内消費税額等"] == "169"


@pytest.mark.parametrize(
    ("paid_by", "is_cod"),
    [
        ("宅急便コレクト", True),
        ("e-collect", True),
        ("(COD)", True),
        ("クロネコwebコレクト", False),
        ("クロネコ Ｗｅｂ　コレクト", False),
    ],
)
def test_the_warehouse_takes_the_same_words_for_cash_on_delivery(con, paid_by, is_cod):
    asked = con.execute("SELECT regexp_matches($1, $2)", [paid_by, COD.pattern])

    assert asked.fetchall() == [(is_cod,)]
    assert (COD.search(paid_by) is not None) is is_cod


def test_cash_on_delivery_of_two_packages_is_left_to_a_person():
    packages = (a_package("1"), a_package("2"))
    people = (a_person(), a_person("1"), a_person("2"))

    assert parcel_of(cod(packages=packages, people=people), "1", "茶", DAY) == (
        LabelFault.SEVERAL_PACKAGES,
    )


def test_a_paid_order_collects_nothing():
    parcel = parcel_of(an_order(), "1", "茶", DAY)

    assert isinstance(parcel, ParcelOrder)
    assert (parcel.cod_total, parcel.recipient_name) == (None, "楽天 花子")


@pytest.mark.parametrize(
    ("gaps", "faults"),
    [
        ({"zip": None}, (LabelFault.NO_ZIP,)),
        ({"street": None}, (LabelFault.NO_STREET,)),
        ({"phone": ""}, (LabelFault.NO_PHONE,)),
        (
            {"family_name": None, "first_name": None, "phone": None},
            (LabelFault.NO_NAME, LabelFault.NO_PHONE),
        ),
    ],
)
def test_a_recipient_with_gaps_is_left_to_a_person_with_every_gap(gaps, faults):
    nobody = a_person("1").model_copy(update=gaps)

    assert parcel_of(an_order(people=[nobody]), "1", "茶", DAY) == faults


def test_a_package_that_is_not_there_has_no_parcel():
    assert parcel_of(an_order(), "9", "茶", DAY) == (LabelFault.NO_RECIPIENT,)


def test_the_report_says_to_delete_the_file(desk: Lab, monkeypatch):
    made = []
    monkeypatch.setattr("tasks.shipping.labels.labels_report", made.append)
    desk.sell()
    export(desk)

    assert "削除してください" in labels_report(made[0])
    assert tracking_number(0) not in labels_report(made[0])
