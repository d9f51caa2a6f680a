"""What becomes of each row of a carrier's file: kept, left out or set aside."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.carriers.layout import read_day
from connectors.carriers.layouts.yamato_b2 import COLUMNS as B2
from data.model.shipping.short_key import PackageRef, short_key
from tests.carriers.made import (
    DAY,
    EHIDEN2,
    GOOD,
    KEY,
    ORDER,
    OTHER,
    RAKUTEN,
    TEMPLATE,
    YUPURI,
    b2,
    b2_file,
    csv_bytes,
    ehiden2,
    number,
    rakuten,
    template,
    yupuri,
)
from tests.carriers.reading import numbers, set_aside

NO_DIGIT = PackageRef("rakuten", "123456", "123456-20270101-0200000074", "1000000740")
"""One package of 160 has such a key: (19/29)¹²."""


def test_a_number_whose_check_digit_is_wrong_is_kept_with_a_warning(read):
    wrong = GOOD[:-1] + str((int(GOOD[-1]) + 1) % 7)
    file = read(b2_file(b2(伝票番号=wrong)))

    assert numbers(file) == [wrong]
    assert [(one.row_number, one.column_name) for one in file.warnings] == [
        (2, "伝票番号")
    ]


def test_a_key_without_a_digit_is_a_reference_like_any_other(read):
    key = short_key(NO_DIGIT)
    file = read(
        b2_file(b2(お客様管理番号=key), b2(お客様管理番号=key.lower(), 伝票番号=OTHER))
    )

    assert not any(each.isdigit() for each in key)
    assert set_aside(file) == []
    assert [row.order_ref for row in file.rows] == [key, key]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"お客様管理番号": ""}, "お客様管理番号"),
        ({"お客様管理番号": "見本様の分"}, "お客様管理番号"),
        ({"伝票番号": ""}, "伝票番号"),
        ({"伝票番号": "1234"}, "伝票番号"),
        ({"出荷予定日": ""}, "出荷予定日"),
        ({"出荷予定日": "26/11/24"}, "出荷予定日"),
        ({"出荷予定日": "2026/02/30"}, "出荷予定日"),
    ],
)
def test_a_bad_row_is_set_aside_and_the_others_kept(read, cells, column):
    file = read(b2_file(b2(**cells), b2(伝票番号=OTHER)))

    assert set_aside(file) == [(2, column)]
    assert numbers(file) == [OTHER]


@pytest.mark.parametrize("reference", ["09000000000", "03-0000-0000", "見本 花子"])
def test_a_reject_never_shows_a_name_or_a_phone_number(read, reference):
    file = read(b2_file(b2(お客様管理番号=reference, 伝票番号="")))

    assert set_aside(file) == [
        (2, "お客様管理番号" if " " in reference else "伝票番号")
    ]
    assert reference not in repr(file.rejects)


def test_a_short_row_without_a_number_is_set_aside_and_a_wide_one_too(read):
    wide = b"x," * 200 + b"\r\n"
    content = b2_file(b2(), quoted=False) + b"x,0,0\r\n" + wide.replace(b",", b",x")

    file = read(content)

    assert set_aside(file) == [(3, "お客様管理番号"), (4, None)]
    assert "3 行目" in " ".join(file.notices)


def test_an_undefined_byte_in_an_address_loses_no_number(read):
    content = b2_file(b2(お届け先住所="XX")).replace(b"XX", b"\xeb\x9f")

    file = read(content)

    assert numbers(file) == [GOOD]
    assert "使用できない文字" in " ".join(file.notices)


@pytest.mark.parametrize("column", ["取消", "訂正前の伝票番号", "送付先ID", "伝票番号"])
def test_an_undefined_byte_in_a_cell_that_is_read_sets_its_row_aside(read, column):
    """A number taken back would have been reported, for the mark read as blank."""
    header = [*TEMPLATE, "取消"]
    content = csv_bytes(header, [template(**{column: "XX"}), template(伝票番号=OTHER)])

    file = read(content.replace(b"XX", b"\xeb\x9f"), "template")

    assert set_aside(file) == [(2, column)]
    assert numbers(file) == [OTHER]


def test_a_quote_in_a_file_of_tabs_is_text(read):
    rows = [b2(記事='25" の箱'), b2(伝票番号=OTHER)]
    content = csv_bytes(B2, rows, quoted=False).replace(b",", b"\t")

    assert numbers(read(content)) == [GOOD, OTHER]


def test_several_parcels_of_one_package_are_all_kept(read):
    assert numbers(read(b2_file(b2(), b2(伝票番号=OTHER)))) == [GOOD, OTHER]


def test_a_row_that_comes_again_counts_once(read):
    file = read(b2_file(b2(), b2(), b2(お客様管理番号=KEY.lower())))

    assert numbers(file) == [GOOD]
    assert file.left_out == 2
    assert file.warnings == ()


def test_the_later_of_two_rows_of_one_parcel_wins_with_a_warning(read):
    file = read(b2_file(b2(), b2(出荷予定日="2026/11/25")))

    assert [row.shipping_date for row in file.rows] == [date(2026, 11, 25)]
    assert [one.row_number for one in file.warnings] == [3]


def test_one_number_on_two_orders_is_worth_a_look(read):
    file = read(b2_file(b2(), b2(お客様管理番号=ORDER)))

    assert len(file.rows) == 2
    assert "別の注文" in file.warnings[0].reason


@pytest.mark.parametrize("mark", ["1", "削除", "9"])
def test_a_cancelled_slip_is_left_out_and_told(read, mark):
    rows = [ehiden2(削除区分=mark), ehiden2(お問合せ送り状No=OTHER)]
    file = read(csv_bytes(EHIDEN2, rows), "sagawa")

    assert numbers(file) == [OTHER]
    assert [row.tracking_number for row in file.deleted] == [GOOD]
    assert file.left_out == 1
    assert any("削除" in notice for notice in file.notices)


def test_a_slip_that_stands_there_undeleted_as_well_is_a_parcel(read):
    file = read(csv_bytes(EHIDEN2, [ehiden2(削除区分="1"), ehiden2()]), "sagawa")

    assert (numbers(file), file.deleted) == ([GOOD], ())


def test_a_number_is_taken_back_by_a_later_row_of_the_template(read):
    rows = [template(), template(取消="1"), template(伝票番号="", 取消="1")]
    file = read(csv_bytes([*TEMPLATE, "取消"], rows), "template")

    assert (numbers(file), [one.row_number for one in file.deleted]) == ([], [3])
    assert [one.row_number for one in file.rejects] == [4]  # a person is told
    assert file.left_out == 2


def test_a_damaged_number_of_a_deleted_slip_refuses_no_file(read):
    bad = ehiden2(削除区分="1", お問合せ送り状No="4.43212E+11")

    assert numbers(read(csv_bytes(EHIDEN2, [bad, ehiden2()]), "sagawa")) == [GOOD]


def test_a_parcel_the_post_office_has_not_taken_yet_waits(read):
    content = csv_bytes(YUPURI, [yupuri(仮引受確定作業年月日="")])
    file = read(content, "japanpost")

    assert file.rows == ()
    assert "引受されていない" in file.rejects[0].reason


def test_rakutens_own_file_names_destination_company_and_row(read):
    row = rakuten(発送明細ID="800000000012", 配送会社="1003")
    file = read(csv_bytes(RAKUTEN, [row]), "rakuten")
    made = file.rows[0]

    assert (made.package_ref, made.carrier_code) == ("0000000007", "1003")
    assert made.shipping_detail_id == "800000000012"


@pytest.mark.parametrize(("written", "known"), [("000000000012", "12"), ("0", None)])
def test_a_row_of_rakutens_has_its_id_as_rms_answers_have_it(read, written, known):
    """With zeros before it no row was found: a second one was added."""
    file = read(csv_bytes(RAKUTEN, [rakuten(発送明細ID=written)]), "rakuten")

    assert file.rows[0].shipping_detail_id == known


def test_the_template_can_correct_a_number(read):
    row = template(伝票番号=OTHER, 訂正前の伝票番号="4432-1234-5671")
    file = read(csv_bytes(TEMPLATE, [row]), "template")

    assert (file.rows[0].tracking_number, file.rows[0].replaces) == (OTHER, GOOD)


def test_rows_are_conserved(read):
    rows = [b2(), b2(), b2(伝票番号=""), b2(伝票番号=OTHER)]
    file = read(b2_file(*rows) + b"\r\n")

    assert file.rows_read == len(file.rows) + len(file.rejects) + file.left_out


@pytest.mark.parametrize(
    "text",
    [
        "2026/11/24",
        "2026-11-24",
        "20261124",
        "2026年11月24日",
        "2026/11/24(火)",
        "2026/11/24 9:05",
        "20261124 0905",
        "20261124090500",
        "11/24/2026",
        "２０２６／１１／２４",
    ],
)
def test_a_day_in_every_usual_form(text):
    assert read_day(text) == DAY


@given(text=st.text(max_size=20))
def test_any_text_is_a_day_or_none(text):
    assert read_day(text) is None or isinstance(read_day(text), date)


@given(day=st.dates(date(1990, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_as_itself(day):
    assert read_day(f"{day:%Y/%m/%d}") == read_day(f"{day:%Y%m%d}") == day


def test_a_number_of_eleven_digits_that_proves_nothing_sets_the_row_aside(read):
    short = next(
        body
        for body in ("44321234567", "44321234568", "44321234569")
        if number(f"0{body[:-1]}")[-1] != body[-1]
    )

    assert set_aside(read(b2_file(b2(伝票番号=short)))) == [(2, "伝票番号")]
