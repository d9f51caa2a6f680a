"""A carrier's file becomes shipments: each parcel at its package, none twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.carriers import CsvRefused
from data.model.csv_file import RowRemark
from data.model.order import Mall
from data.model.shipping.shipment import NO_NUMBER, Carrier, ReportFault
from data.model.shipping.short_key import PackageRef, Unmatched, short_key
from data.warehouse.orders.store import store_orders
from data.warehouse.shipping import shipments
from data.warehouse.shipping.shipments import (
    BESIDE,
    CORRECTED,
    DELETED,
    DELETED_TOO_LATE,
    FURTHER,
    NOT_THERE,
    NUMBERED,
    OTHER_ORDER,
    TOO_SOON,
    VAIN,
    import_shipments,
)
from tasks.shipping.shipments import (
    import_shipment_file,
    shipments_outcome,
    shipments_report,
)
from tests.carriers.made import B2, DAY, GOOD, OTHER, csv_bytes
from tests.order_files.store.made import MadeFile, MadeRules, store
from tests.order_files.store.made import a_row as a_csv_row
from tests.shipping.lab import SHOP, Lab, tracking_number
from tests.shipping.parcels import a_file, a_row
from tests.support.orders import SHOP_ID, a_package, an_order, at, order_number

ONE = order_number(1)
THIRD = tracking_number(3)


@pytest.fixture
def known(con):
    """One order of one package, one of two."""
    orders = [an_order(1), an_order(2, packages=[a_package("1"), a_package("2")])]
    store_orders(con, orders, source="api", stored_at=at(9), load_id="l")
    return con


def take(con, file, minute=10):
    given = {"import_id": f"i{minute}", "imported_at": at(minute)}
    return import_shipments(con, file, shop_id=SHOP_ID, **given)


def contents(con):
    rows = con.execute(
        "SELECT order_number, basket_id, tracking_number, state FROM shipments"
        " ORDER BY ALL"
    )
    return rows.fetchall()


def states(con, order=ONE):
    return {number: state for o, _, number, state in contents(con) if o == order}


def test_a_parcel_is_found_by_short_key_and_by_order_number(known):
    key = short_key(PackageRef("rakuten", SHOP_ID, order_number(2), "2"))
    report = take(known, a_file(a_row(ONE), a_row(key, OTHER)))

    assert report.created == 2
    assert contents(known) == [
        (ONE, "1", GOOD, "planned"),
        (order_number(2), "2", OTHER, "planned"),
    ]


def test_an_order_of_two_packages_needs_more_than_its_number(known):
    report = take(known, a_file(a_row(order_number(2), row=7)))

    assert [one.row_number for one in report.unmatched] == [7]
    assert contents(known) == []


def test_parcels_of_another_shop_in_the_carriers_file_wait_for_nobody(known):
    """A file of B2 has all malls: every day it left a matter that nobody could end."""
    key = short_key(PackageRef("yahoo", "mihon", "mihon-1", "1"))
    known.execute(
        """INSERT INTO shipping_labels BY NAME SELECT
            'yahoo' AS mall, 'mihon' AS shop_id, 'mihon-1' AS order_number,
            '1' AS basket_id, $1 AS short_key, 'yamato' AS carrier,
            $2 AS exported_at""",
        [key, at(9)],
    )
    matters = "SELECT what FROM needs_a_person WHERE kind = 'shipment_reject'"
    report = take(known, a_file(a_row(ONE), a_row(key, row=3)))

    assert [one.reason for one in report.unmatched] == [Unmatched.ELSEWHERE]
    assert known.execute(matters).fetchall() == []
    known.execute("UPDATE shipment_rejects SET reason = '別の店の荷物です。'")
    assert known.execute(matters).fetchall() == []  # told by a column, not by words
    take(known, a_file(a_row(key, row=3), a_row("mihon-9", row=4), sha="b"), minute=20)
    ((what,),) = known.execute(matters).fetchall()
    assert "1行を取り込めませんでした(4行目" in what


def test_a_short_number_of_another_shops_order_may_be_of_one_still_to_come(known):
    """Two shops number from 1001: the parcel waits here for its order, and is told."""
    store(known, file=MadeFile([a_csv_row("1001")], layout=MadeRules(Mall.SHOPIFY)))
    report = take(known, a_file(a_row("1001")))

    assert [one.reason for one in report.unmatched] == [Unmatched.NO_ORDER]


def test_a_parcel_of_an_order_without_a_day_is_matched(con):
    """Not every file tells when an order was placed; then its import counts."""
    store(con, a_csv_row(ONE))

    assert take(con, a_file(a_row(ONE))).created == 1


def test_rows_set_aside_are_kept_with_row_column_and_reason_and_no_cell(known):
    file = replace(
        a_file(a_row("山田様 090-0000-0000", row=3)),
        rejects=(RowRemark(2, "伝票番号", "空欄です。"),),
    )
    take(known, file)
    kept = known.execute("FROM shipment_rejects ORDER BY row_number").fetchall()

    assert [row[1:4] for row in kept] == [
        (2, "rejected", "伝票番号"),
        (3, "unmatched", "お客様管理番号"),
    ]
    assert "山田" not in str(kept)


def test_a_number_whose_slip_is_deleted_before_the_report_is_not_reported(known):
    """The carrier's later file marks it; it was reported beside the new label's."""
    take(known, a_file(a_row(ONE)))
    later = replace(a_file(a_row(ONE, OTHER), sha="b"), deleted=(a_row(ONE, row=3),))
    report = take(known, later, minute=20)
    take(known, a_file(a_row(ONE)), minute=30)

    assert contents(known) == [
        (ONE, "1", GOOD, "replaced"),
        (ONE, "1", OTHER, "planned"),
    ]
    assert [(one.row_number, one.reason) for one in report.warnings] == [(3, DELETED)]


def test_a_number_whose_slip_is_deleted_after_the_report_is_told_to_be_corrected(known):
    take(known, a_file(a_row(ONE)))
    known.execute("UPDATE shipments SET state = 'unknown', sent_at = $1", [at(15)])
    deleted = replace(a_file(sha="b"), deleted=(a_row(ONE, row=3),))
    report = take(known, deleted, minute=20)

    assert contents(known) == [(ONE, "1", GOOD, "unknown")]
    assert [one.reason for one in report.warnings] == [DELETED_TOO_LATE]


def test_a_number_that_was_reported_is_told_whatever_changed_of_it_since(known):
    take(known, a_file(a_row(ONE)))
    known.execute(
        "UPDATE shipments SET state = 'verified', verified_at = $1,"
        " shipping_detail_id = '77'",
        [at(15)],
    )
    take(known, a_file(a_row(ONE, day=DAY + timedelta(days=1)), sha="b"), minute=20)
    gone = replace(a_file(sha="c"), deleted=(a_row(ONE, row=3),))
    report = take(known, gone, minute=30)

    assert [row[3] for row in contents(known)] == ["planned"]
    assert [one.reason for one in report.warnings] == [DELETED_TOO_LATE]


def test_a_number_that_no_file_had_room_for_was_told_to_no_mall(known):
    """Its slip is deleted: it is not to be typed in any more, nor corrected there."""
    take(known, a_file(a_row(ONE)))
    known.execute(
        """INSERT INTO tracking_exports BY NAME
        SELECT mall, shop_id, order_number, basket_id, tracking_number, carrier_code,
            shipping_date, changed_at AS exported_at, '' AS file_name,
            '1件しか登録できません。' AS reason
        FROM shipments"""
    )
    gone = replace(a_file(sha="c"), deleted=(a_row(ONE, row=3),))
    report = take(known, gone, minute=30)

    assert [row[3] for row in contents(known)] == ["replaced"]
    assert [one.reason for one in report.warnings] == [DELETED]


def test_a_package_whose_number_was_taken_back_can_leave_without_one(known):
    known.execute("UPDATE order_packages SET shipping_rows = []")
    take(known, a_file(a_row(ONE)))
    gone = replace(a_file(sha="b"), deleted=(a_row(ONE, row=3),))
    take(known, gone, minute=20)
    report = take(known, a_file(a_row(ONE, NO_NUMBER), sha="c"), minute=30)

    assert (report.created, report.unmatched) == (1, ())


def test_a_number_that_a_person_takes_back_is_not_reported(known):
    """A label that B2 deleted left a number that nobody could withdraw."""
    take(known, a_file(a_row(ONE), a_row(ONE, OTHER, row=3)))
    back = replace(
        a_file(sha="b"),
        carrier=Carrier.TEMPLATE,
        deleted=(a_row(ONE), a_row(ONE, THIRD, row=3), a_row("1-2", row=4)),
    )
    report = take(known, back, minute=20)
    take(known, a_file(a_row(ONE)), minute=30)

    assert [row[2:] for row in contents(known)] == [
        (GOOD, "replaced"),
        (OTHER, "planned"),
    ]
    assert [(one.row_number, one.reason) for one in report.warnings] == [
        (2, DELETED),
        (3, NOT_THERE),
        (4, NOT_THERE),
    ]


def test_a_number_that_goes_to_its_right_order_is_not_told_as_that_of_two(known):
    other = short_key(PackageRef("rakuten", SHOP_ID, order_number(2), "2"))
    take(known, a_file(a_row(ONE)))
    moved = replace(
        a_file(a_row(other, row=3), sha="b"),
        carrier=Carrier.TEMPLATE,
        deleted=(a_row(ONE),),
    )
    report = take(known, moved, minute=20)

    assert [(one.row_number, one.reason) for one in report.warnings] == [(2, DELETED)]


def test_the_same_file_again_changes_nothing(known):
    take(known, a_file(a_row(ONE)))
    before = known.execute("FROM shipments").fetchall()
    again = take(known, a_file(a_row(ONE)), minute=20)

    assert again.is_same_file
    assert known.execute("FROM shipments").fetchall() == before


def test_a_file_taken_again_after_its_orders_came_brings_what_was_unmatched(con):
    first = take(con, a_file(a_row(ONE)))
    store_orders(con, [an_order(1)], source="api", stored_at=at(15), load_id="l")
    again = take(con, a_file(a_row(ONE)), minute=20)

    assert (len(first.unmatched), again.created, again.is_same_file) == (1, 1, False)


def test_two_rows_of_one_parcel_are_one_shipment_the_later_one(known):
    key = short_key(PackageRef("rakuten", SHOP_ID, ONE, "1"))
    later = a_row(ONE, row=3, day=DAY + timedelta(days=1))
    report = take(known, a_file(a_row(key), later))

    assert (report.created, [one.row_number for one in report.warnings]) == (1, [2])
    assert known.execute("SELECT shipping_date FROM shipments").fetchall() == [
        (DAY + timedelta(days=1),)
    ]


def test_a_number_that_another_order_has_is_worth_a_look_in_a_later_file_too(
    lab: Lab,
):
    first, second = lab.sell(2)
    lab.parcels(lab.key(first))
    (number,) = [n for (n,) in lab.ask("SELECT tracking_number FROM shipments")]
    again = lab.take(lab.b2((lab.key(second), number)))
    known = lab.take(lab.b2((lab.key(second), number)))

    assert [(one.row_number, one.reason) for one in again.warnings] == [
        (2, OTHER_ORDER)
    ]
    assert (again.created, known.warnings) == (1, ())


@pytest.mark.parametrize(
    ("company", "days", "told"),
    [("1001", 92, [OTHER_ORDER]), ("1001", 93, []), ("1003", 0, [])],
)
def test_a_number_is_anothers_for_three_months_and_of_its_own_company(
    known, company, days, told
):
    take(known, a_file(a_row(ONE)))
    later = a_row(order_number(2), day=DAY + timedelta(days=days))
    later = later._replace(carrier_code=company, package_ref="1")
    report = take(known, a_file(later, sha="b"), minute=20)

    assert [one.reason for one in report.warnings] == told


def test_a_number_that_was_another_orders_by_mistake_is_nobodys_any_more(known):
    take(known, a_file(a_row(ONE)))
    take(known, a_file(a_row(ONE, OTHER, replaces=GOOD), sha="b"), minute=20)
    right = a_row(order_number(2))._replace(package_ref="1")
    report = take(known, a_file(right, sha="c"), minute=30)

    assert (report.created, report.warnings) == (1, ())


def test_a_correction_sets_the_wrong_number_aside_and_no_old_file_brings_it_back(known):
    take(known, a_file(a_row(ONE)))
    take(known, a_file(a_row(ONE, OTHER, replaces=GOOD), sha="b"), minute=20)
    take(known, a_file(a_row(ONE), sha="c"), minute=30)

    assert contents(known) == [
        (ONE, "1", GOOD, "replaced"),
        (ONE, "1", OTHER, "planned"),
    ]
    assert CORRECTED in str(known.execute("SELECT reason FROM shipments").fetchall())


def test_a_correction_can_be_corrected_back(known):
    take(known, a_file(a_row(ONE)))
    take(known, a_file(a_row(ONE, OTHER, replaces=GOOD), sha="b"), minute=20)
    take(known, a_file(a_row(ONE, GOOD, replaces=OTHER), sha="c"), minute=30)
    take(known, a_file(a_row(ONE, OTHER, replaces=GOOD), sha="b"), minute=40)

    assert [row[2:] for row in contents(known)] == [
        (GOOD, "planned"),
        (OTHER, "replaced"),
    ]


def test_a_sheet_with_a_number_and_its_corrections_brings_the_last_one(known):
    """All three were reported: the wrong ones were not stored yet when replaced."""
    known.execute("UPDATE order_packages SET shipping_rows = []")
    sheet = a_file(
        a_row(ONE),
        a_row(ONE, OTHER, row=3, replaces=GOOD),
        a_row(ONE, THIRD, row=4, replaces=OTHER),
    )
    report = take(known, sheet)

    assert report.warnings == ()
    assert states(known) == {GOOD: "replaced", OTHER: "replaced", THIRD: "planned"}


def test_a_number_that_its_own_file_corrects_is_not_planned_again(known):
    """RMS had refused it; the sheet that corrects it has its row still."""
    take(known, a_file(a_row(ONE)))
    known.execute("UPDATE shipments SET state = 'refused', reason = 'x'")
    sheet = a_file(a_row(ONE), a_row(ONE, OTHER, row=3, replaces=GOOD), sha="b")
    take(known, sheet, minute=20)

    assert states(known) == {GOOD: "replaced", OTHER: "planned"}


def test_of_two_corrections_of_a_file_the_later_row_counts(known):
    there = a_row(ONE, OTHER, row=3, replaces=GOOD)
    take(known, a_file(there, a_row(ONE, row=4, replaces=OTHER)))

    assert states(known) == {GOOD: "planned", OTHER: "replaced"}


def test_a_sheet_that_grows_brings_no_number_back_that_was_corrected_twice(known):
    """The second correction was undone by the first one's row, in a file of its own."""
    first = a_row(ONE, OTHER, replaces=GOOD)
    second = a_row(ONE, THIRD, row=3, replaces=OTHER)
    more = a_row(short_key(PackageRef("rakuten", SHOP_ID, order_number(2), "2")), row=4)
    take(known, a_file(a_row(ONE)))
    for minute, sheet in enumerate([[first], [first, second], [first, second, more]]):
        take(known, a_file(*sheet, sha=f"sheet{minute}"), minute=20 + minute)
    take(known, a_file(first, sha="in another encoding"), minute=40)

    assert states(known, ONE) == {GOOD: "replaced", OTHER: "replaced", THIRD: "planned"}


def test_a_further_number_in_a_later_file_may_be_a_second_label(known):
    """The parcel had one label, the buyer two numbers, and one of them never moved."""
    both = take(known, a_file(a_row(ONE), a_row(ONE, OTHER, row=3)))
    later = a_file(a_row(ONE), a_row(ONE, THIRD, row=3), sha="b")
    third, again = take(known, later, minute=20), take(known, later, minute=30)

    assert (both.warnings, again.warnings) == ((), ())
    assert [(one.row_number, one.reason) for one in third.warnings] == [(3, FURTHER)]


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"status": "200"}, [TOO_SOON]),
        ({"status": "400"}, [TOO_SOON]),
        ({"status": "800"}, [ReportFault.CANCELLED]),
        ({"status": "900"}, [ReportFault.CANCELLED]),
        ({"status": "300"}, []),
        ({"status": "500"}, []),
    ],
)
def test_a_parcel_of_an_order_that_is_not_to_be_sent_is_told_at_once(con, order, told):
    """It was on its way unpaid, and said so in a list below the next push only."""
    store_orders(
        con, [an_order(1, **order)], source="api", stored_at=at(9), load_id="l"
    )
    first, again = take(con, a_file(a_row(ONE))), take(con, a_file(a_row(ONE)), 20)

    assert [one.reason for one in first.warnings] == told
    assert again.warnings == ()


def test_a_correction_of_a_number_that_is_not_there_is_told(known):
    """A slip in the old number added a row, and the wrong one stood beside it."""
    take(known, a_file(a_row(ONE)))
    vain = take(known, a_file(a_row(ONE, OTHER, replaces=THIRD), sha="b"), minute=20)
    right = take(known, a_file(a_row(ONE, OTHER, replaces=GOOD), sha="c"), minute=30)
    again = take(known, a_file(a_row(ONE, OTHER, replaces=GOOD), sha="c"), minute=40)
    stale = take(known, a_file(a_row(ONE, THIRD, replaces=GOOD), sha="d"), minute=50)

    assert [(one.row_number, one.reason) for one in vain.warnings] == [(2, VAIN)]
    assert (right.warnings, again.warnings) == ((), ())
    assert [one.reason for one in stale.warnings] == [VAIN]  # OTHER has its place


def test_a_number_that_a_person_wrote_at_the_mall_can_be_corrected(con):
    order = an_order(1, packages=[a_package("1", tracking="4000-0000-0005")])
    store_orders(con, [order], source="api", stored_at=at(9), load_id="l")
    report = take(con, a_file(a_row(ONE, OTHER, replaces="400000000005")))

    assert report.warnings == ()


@pytest.mark.parametrize(("typed", "told"), [("4000-0000-0005", [NUMBERED]), ("", [])])
def test_a_package_with_a_number_at_the_mall_is_not_sent_without_one(con, typed, told):
    """An empty row came beside it, and RMS never closed the order."""
    order = an_order(1, packages=[a_package("1", tracking=typed)])
    store_orders(con, [order], source="api", stored_at=at(9), load_id="l")
    report = take(con, a_file(a_row(ONE, NO_NUMBER)))

    assert [one.reason for one in report.unmatched] == told
    assert len(contents(con)) == 1 - len(told)


def test_a_correction_to_a_number_that_has_its_own_row_is_told(known):
    """Nothing deletes a row: the wrong number stayed there, and nobody knew."""
    take(known, a_file(a_row(ONE), a_row(ONE, OTHER, row=3)))
    known.execute("UPDATE shipments SET state = 'sent', sent_at = $1", [at(15)])
    corrected = a_file(a_row(ONE, OTHER, replaces=GOOD), sha="b")
    report = take(known, corrected, minute=20)
    again = take(known, corrected, minute=30)

    assert [(one.row_number, one.reason) for one in report.warnings] == [(2, BESIDE)]
    assert again.warnings == ()


def test_a_row_named_by_its_detail_id_replaces_the_shipment_that_stands_in_it(known):
    take(known, a_file(a_row(ONE)))
    known.execute("UPDATE shipments SET shipping_detail_id = '5'")
    row = a_row(ONE, OTHER)._replace(shipping_detail_id="5")
    take(known, a_file(row, sha="b"), minute=20)

    assert [row[2:] for row in contents(known)] == [
        (GOOD, "replaced"),
        (OTHER, "planned"),
    ]


@pytest.mark.parametrize("state", ["refused", "cancelled"])
def test_a_parcel_that_was_refused_is_planned_again_when_a_file_names_it(known, state):
    take(known, a_file(a_row(ONE)))
    known.execute("UPDATE shipments SET state = ?, reason = 'x'", [state])
    report = take(known, a_file(a_row(ONE)), minute=20)

    assert (report.changed, report.is_same_file) == (1, False)
    assert contents(known) == [(ONE, "1", GOOD, "planned")]
    assert known.sql("SELECT reason FROM shipments").fetchall() == [(None,)]


def test_a_parcel_under_way_stays_under_way_when_its_date_changes(known):
    take(known, a_file(a_row(ONE)))
    known.execute("UPDATE shipments SET state = 'unknown', sent_at = imported_at")
    later = a_row(ONE, day=DAY + timedelta(days=1))
    take(known, a_file(later, sha="b"), minute=20)

    assert contents(known) == [(ONE, "1", GOOD, "unknown")]


def test_a_package_of_another_shop_is_not_matched(known):
    other = a_file(a_row(ONE))
    report = import_shipments(
        known, other, import_id="i", shop_id="654321", imported_at=at(10)
    )

    assert (report.created, len(report.unmatched)) == (0, 1)


def test_an_order_of_more_than_a_year_ago_is_not_matched(known):
    long_after = shipments.OLDEST + timedelta(days=1)
    report = import_shipments(
        known,
        a_file(a_row(ONE)),
        import_id="i",
        shop_id=SHOP_ID,
        imported_at=at(0) + long_after,
    )

    assert report.created == 0


def test_a_file_of_b2_is_imported_and_reported_in_japanese(lab: Lab):
    (number,) = lab.sell()
    path = lab.b2(
        (lab.key(number), tracking_number(1)), ("山田 太郎", tracking_number(2))
    )
    imported = import_shipment_file.fn(path, "yamato", SHOP)
    text = shipments_report(imported)

    assert imported.report.created == 1
    assert "| 新規の荷物 | 1 |" in text
    assert "| 3 | お客様管理番号 |" in text
    assert "山田" not in text


def test_a_shop_s_own_column_of_references_is_read_in_its_carrier_s_files(
    lab: Lab, monkeypatch
):
    (number,) = lab.sell()
    monkeypatch.setenv("JUCHU_SHIPMENT_KEY_COLUMNS", "yamato=荷扱い１, sagawa=x")
    row = {
        "荷扱い１": lab.key(number),
        "お客様管理番号": "社内メモ",
        "伝票番号": tracking_number(1),
        "出荷予定日": "2026/11/24",
    }
    b2 = import_shipment_file.fn(lab.file(csv_bytes(B2, [row])), "yamato", SHOP)
    corrected = lab.correction(number, tracking_number(2), tracking_number(1))
    template = import_shipment_file.fn(corrected, "template", SHOP)

    assert b2.report.created == 1
    assert not template.report.rejected + template.report.unmatched


def test_the_report_of_a_trial_tells_of_no_parcel_as_stored(lab: Lab):
    """Whoever reads that it is stored would not import it, and RMS be told of none."""
    path = lab.b2(*((lab.key(number), tracking_number(1)) for number in lab.sell(2)))
    tried = import_shipment_file.fn(path, "yamato", SHOP, dry_run=True)
    text = shipments_report(tried)

    assert "## 警告" in text
    assert "取り込みますが、内容を確認してください。" in text
    assert "取り込み済みです" not in text


def test_a_trial_names_each_row_left_out_and_stores_no_parcel(lab: Lab):
    (number,) = lab.sell()
    path = lab.b2((lab.key(number), tracking_number(1)), ("nobody", tracking_number(2)))
    tried = shipments_outcome(
        import_shipment_file.fn(path, "yamato", SHOP, dry_run=True)
    )
    (unmatched,) = tried.left_out

    assert tried.is_trial
    assert tried.counts["新規の荷物"] == 1
    assert [(one.row, one.column) for one in unmatched.remarks] == [
        (3, "お客様管理番号")
    ]
    assert "nobody" not in tried.model_dump_json()
    assert lab.ask("FROM shipments") == lab.ask("FROM shipment_imports") == []


def test_a_refused_file_leaves_nothing(lab: Lab):
    (number,) = lab.sell()
    with pytest.raises(CsvRefused, match="対処"):
        lab.take(lab.b2((lab.key(number), "4.43212E+11")))

    assert lab.ask("FROM shipments") == lab.ask("FROM shipment_imports") == []


def test_a_file_of_another_carrier_than_picked_is_refused(lab: Lab):
    (number,) = lab.sell()
    with pytest.raises(CsvRefused):
        lab.take(lab.b2((lab.key(number), tracking_number(1))), "sagawa")


def test_a_file_of_nothing_read_is_told_whole(known):
    assert take(known, a_file()).created == 0
