"""Text on labels: what CP932 lacks is never a `?`, what is long is never cut off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.carriers import write_b2_labels
from connectors.carriers.labels.text import (
    cut,
    lacking,
    plain_text,
    starts_formula,
    width,
)
from tests.carriers.made import ORDER
from tests.carriers.parcels_to_label import SENDER, both, parcel, rows
from tests.support.effort import first

EXPORTABLE = st.characters(
    codec="cp932",
    exclude_categories=("Cc", "Co", "Cs", "Zs"),
    exclude_characters="¢£¬‖−〜",
)


@both
@pytest.mark.parametrize(
    ("char", "written"),
    [("—", "―"), ("〜", "～"), ("−", "－"), ("–", "‐"), ("\xa0", " "), ("¥", "￥")],
)
def test_a_look_alike_stands_for_what_cp932_lacks(write, char, written):
    row = rows(write([parcel(recipient_name=f"見本{char}商会")], SENDER))[0]

    assert f"見本{written}商会" in row.values()


@both
@pytest.mark.parametrize(
    ("char", "code"),
    [
        ("𠮷", "U+20BB7"),
        ("🎁", "U+1F381"),
        ("é", "U+00E9"),
        ("\x80", "U+0080"),
        ("\ue000", "U+E000"),
        ("\uf8f0", "U+F8F0"),
    ],
)
@pytest.mark.parametrize("field", ["recipient_name", "street", "contents"])
def test_a_character_cp932_lacks_refuses_its_order_by_name(write, char, code, field):
    other = parcel(order_number="123456-20261124-0000000002")
    made = write([parcel(**{field: f"見本{char}野"}), other], SENDER)

    assert made.written == (other.order_number,)
    assert made.refused[0].order_number == ORDER
    assert code in made.refused[0].reason
    assert "野" not in made.refused[0].reason
    assert b"?" not in made.content


def test_a_voicing_mark_typed_apart_is_joined():
    row = rows(write_b2_labels([parcel(recipient_name="みか\u3099み")], SENDER))[0]

    assert row["お届け先名"] == "みがみ"


def test_a_line_break_becomes_a_space():
    row = rows(write_b2_labels([parcel(street="表町1\r\n見本荘")], SENDER))[0]

    assert row["お届け先住所"] == "架空県見本市表町1 見本荘"


@both
@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", " =", "\t@"]
)
def test_what_a_spreadsheet_would_run_is_refused_not_altered(write, sign):
    made = write([parcel(recipient_name=f"{sign}見本")], SENDER)

    assert made.written == ()
    assert "数式" in made.refused[0].reason


@both
@pytest.mark.parametrize(
    "cells",
    [
        {"recipient_name": "見" * 33},
        {"street": "町" * 60},
        {"contents": "品" * 33},
        {"short_key": "J" * 21},
        {"phone": "電話なし"},
        {"phone": "0" * 16},
        {"phone": "9012345678"},
        {"zip": "12345"},
        {"zip": "入力待ち"},
        {"recipient_name": " "},
        {"contents": " "},
    ],
)
def test_what_does_not_fit_its_field_is_refused(write, cells):
    made = write([parcel(**cells)], SENDER)

    assert made.written == ()
    assert len(made.refused) == 1


def test_a_long_address_goes_on_in_the_building_field():
    street = "表町一丁目字見本台架空団地前１２番地の３４ 見本ハイツ南棟１０２号室"
    row = rows(write_b2_labels([parcel(street=street)], SENDER))[0]

    assert row["お届け先住所"] == "架空県見本市表町一丁目字見本台架空団地前１２"
    assert row["お届け先住所（アパートマンション名）"] == "番地の３４"
    assert row["お届け先会社・部門名１"] == "見本ハイツ南棟１０２号室"


@first()
@both
@given(name=st.text(max_size=10), street=st.text(max_size=40))
def test_whatever_an_order_says_no_sign_becomes_a_question_mark(write, name, street):
    order = parcel(recipient_name=f"見{name}", street=f"町{street}")
    made = write([order], SENDER)
    asked = plain_text(order.recipient_name + order.street).count("?")

    assert len(made.written) + len(made.refused) == 1
    assert made.content.decode("cp932").count("?") == asked * len(made.written)


@given(text=st.text(max_size=30))
def test_what_cp932_is_said_to_hold_comes_back_as_it_was(text):
    plain = plain_text(text)
    is_whole = lacking(plain) is None

    assert not is_whole or plain.encode("cp932").decode("cp932") == plain


lines = st.text(EXPORTABLE | st.sampled_from(" 　-－0９"), max_size=60)


@given(text=lines, widths=st.lists(st.integers(2, 40), min_size=1, max_size=3))
def test_lines_are_narrow_enough_and_leave_nothing_out(text, widths):
    made = cut(text, widths)
    kept = [line for line in made or [] if line]

    assert all(
        width(one) <= most for one, most in zip(made or [], widths, strict=False)
    )
    assert made is None or squeezed("".join(made)) == squeezed(text)
    assert not any(map(starts_formula, kept[1:]))


def squeezed(text):
    return text.replace(" ", "").replace("　", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("表町12-34 見本荘", ["表町12-34", "見本荘"]),
        ("大字見本字表12-345", ["大字見本字表", "12-345"]),
        ("あいうえおかきくけこ", ["あいうえおかき", "くけこ"]),
    ],
)
def test_an_address_is_cut_where_a_person_would(text, expected):
    assert cut(text, (14, 14)) == expected


def test_no_voicing_mark_is_cut_off_its_letter():
    assert cut("見本ﾊﾟﾚｽ", (5, 5)) == ["見本", "ﾊﾟﾚｽ"]


@pytest.mark.parametrize("hyphen", ["-", "－", "‐", "―", "ー"])
def test_no_house_number_is_cut_after_its_hyphen(hyphen):
    """The first line has room up to the hyphen: 「12-」「3」 would be another house."""
    room = width(f"大字見本字12{hyphen}")

    assert cut(f"大字見本字12{hyphen}3", (room, room)) == [
        "大字見本字",
        f"12{hyphen}3",
    ]
