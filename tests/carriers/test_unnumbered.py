"""Parcels without a tracking number: how a file says so, and their row at RMS."""

import pytest

from data.model.shipping.open_order import OpenRow, doubled_rows, open_rows
from data.model.shipping.plan import plan_rows
from data.model.shipping.shipment import DELIVERY_COMPANIES, NO_NUMBER
from data.model.shipping.unnumbered import UnnumberedWay, unnumbered_way
from tests.carriers.made import DAY, GOOD, KEY, OTHER, TEMPLATE, YUPURI, csv_bytes
from tests.carriers.reading import numbers, set_aside
from tests.carriers.rows_at_mall import (
    LATER,
    applied,
    empty,
    ids,
    package,
    row,
    shipment,
)


def by_mail(**cells):
    """A parcel that went by ordinary mail."""
    return shipment(NO_NUMBER, **({"carrier_code": "1003"} | cells))


def a_row(company, number=""):
    return {
        "注文番号": KEY,
        "配送会社": company,
        "伝票番号": number,
        "発送日": "2026/11/24",
    }


@pytest.mark.parametrize(
    ("company", "number", "code"),
    [
        ("定形外郵便", "", "1003"),
        ("定形外", "なし", "1003"),
        ("スマートレター", "", "1003"),
        ("自社配送", "", "1000"),
        ("店頭受取", "番号なし", "1000"),
        ("発送なし", "", "1000"),
        ("発送を伴わない", "", "1000"),
        ("日本郵便", "なし", "1003"),
        ("1000", "お荷物伝票番号なし", "1000"),
        ("西濃", "無し", "1004"),
    ],
)
def test_the_template_says_in_words_that_there_is_no_number(
    read, company, number, code
):
    file = read(csv_bytes(TEMPLATE, [a_row(company, number)]), "template")

    assert (file.rejects, file.warnings) == ((), ())
    assert numbers(file) == [NO_NUMBER]
    assert file.rows[0].carrier_code == code


@pytest.mark.parametrize(
    ("company", "number"),
    [("日本郵便", ""), ("1000", ""), ("ヤマト運輸", "なし"), ("佐川", "無し")],
)
def test_a_blank_is_no_word_and_a_carrier_that_numbers_all_has_none_without(
    read, company, number
):
    file = read(csv_bytes(TEMPLATE, [a_row(company, number)]), "template")

    assert (file.rows, set_aside(file)) == ((), [(2, "伝票番号")])


def test_a_file_of_the_post_may_hold_ordinary_mail(read):
    cells = {
        "お客様側管理番号": KEY,
        "お問い合わせ番号": "なし",
        "仮引受確定作業年月日": "20261124",
    }
    file = read(csv_bytes(YUPURI, [cells]), "japanpost")

    assert numbers(file) == [NO_NUMBER]


def test_two_orders_by_mail_share_no_number(read):
    other = a_row("定形外") | {"注文番号": "123456-20261124-0000000002"}
    file = read(csv_bytes(TEMPLATE, [a_row("定形外"), other]), "template")

    assert (len(file.rows), file.warnings) == (2, ())


def test_a_wrong_number_is_corrected_to_none(read):
    cells = a_row("定形外") | {"訂正前の伝票番号": GOOD}
    file = read(csv_bytes(TEMPLATE, [cells]), "template")

    assert (numbers(file), file.rows[0].replaces) == ([NO_NUMBER], GOOD)


def test_every_way_has_a_company_of_rakutens_and_its_own_name():
    assert {way: unnumbered_way(way.value) for way in UnnumberedWay} == {
        way: way for way in UnnumberedWay
    }
    assert all(way.company in DELIVERY_COMPANIES for way in UnnumberedWay)


def test_a_row_without_a_number_is_filled_and_is_then_right():
    plan = plan_rows([package(empty("4"))], [by_mail()])

    assert ids(plan) == ["4"]
    after = applied([package(empty("4"))], plan.changes)
    assert plan_rows(after, [by_mail()]).changes == ()
    assert after[0].shipping_rows == (row("4", carrier="1003", number=None),)


def test_a_number_never_takes_the_row_of_a_parcel_that_has_none():
    there = package(row("1", carrier="1003", number=None))
    plan = plan_rows([there], [by_mail(), shipment()])

    assert ids(plan) == [None]
    assert [one.shipping_detail_id for one in plan.settled] == ["1"]


def test_a_number_that_came_later_takes_the_place_of_none():
    there = package(row("1", carrier="1003", number=None))
    plan = plan_rows([there], [shipment(replaces=NO_NUMBER)])

    assert ids(plan) == ["1"]


def test_a_wrong_number_is_erased_only_where_it_is_to_be_corrected():
    there = package(row("1", number=GOOD), row("2", number=OTHER))
    corrected = plan_rows([there], [by_mail(replaces=GOOD)])
    beside = plan_rows([there], [by_mail()])

    assert [(c.shipping_detail_id, c.erases_number) for c in corrected.changes] == [
        ("1", True)
    ]
    assert [(c.shipping_detail_id, c.erases_number) for c in beside.changes] == [
        (None, False)
    ]


def test_what_is_missing_in_a_row_without_a_number_is_its_date_and_no_number():
    there = package(empty("1", carrier="1003"), empty("2", day=DAY))

    assert open_rows([there], {"1"}) == (
        OpenRow("7", "1", ("発送日",)),
        OpenRow("7", "2", ("お荷物伝票番号",)),
    )
    assert doubled_rows([package(empty("1", day=DAY), empty("2", day=LATER))]) == ()
