"""Tracking numbers: one form, and what speaks against one (docs/order-files.md §10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.shipping.shipment import (
    DELIVERY_COMPANIES,
    JAPAN_POST,
    SAGAWA,
    YAMATO,
    company_code,
)
from data.model.shipping.tracking_number import (
    NumberFault,
    check_digit,
    normalised,
    parse_tracking_number,
    passes_7dr,
)
from tests.carriers.made import GOOD, ZEROS

bodies = st.text("0123456789", min_size=11, max_size=11)
CANNOT_BE_TOLD = 7
"""Digits that differ by seven are one to a check by seven."""


@pytest.mark.parametrize(
    "text",
    [
        "443212345671",
        "4432-1234-5671",
        "４４３２－１２３４－５６７１",
        " 4432 1234 5671 ",
        "4432ー1234‐5671",
        "'443212345671",
        '="443212345671"',
        "4432\u200b12345671",
    ],
)
def test_a_number_has_one_form_however_it_is_written(text):
    assert normalised(text) == GOOD


@pytest.mark.parametrize("company", [YAMATO, JAPAN_POST])
def test_a_number_in_groups_is_one_number(company):
    assert parse_tracking_number("4432 1234 5671", company) == (GOOD, None)


def test_leading_zeros_stay():
    assert parse_tracking_number("0032-1234-5673", YAMATO) == (ZEROS, None)


def test_letters_become_capitals():
    assert parse_tracking_number("ee123456789jp", JAPAN_POST) == ("EE123456789JP", None)


@given(body=bodies, place=st.integers(0, 11), digit=st.sampled_from("0123456789"))
def test_a_wrong_digit_is_found_unless_it_differs_by_seven(body, place, digit):
    right = body + check_digit(body)
    wrong = right[:place] + digit + right[place + 1 :]
    difference = abs(int(right[place]) - int(digit))

    is_found = not passes_7dr(wrong)

    assert is_found == (difference not in {0, CANNOT_BE_TOLD} or wrong[-1] in "789")


@given(body=bodies, place=st.integers(0, 9))
def test_a_swap_of_neighbours_is_found_unless_they_differ_by_seven(body, place):
    first, second = body[place], body[place + 1]
    swapped = body[:place] + second + first + body[place + 2 :]

    is_found = not passes_7dr(swapped + check_digit(body))

    assert is_found == (abs(int(first) - int(second)) not in {0, CANNOT_BE_TOLD})


@given(body=bodies)
def test_numbers_with_their_check_digit_pass(body):
    assert parse_tracking_number(body + check_digit(body), SAGAWA).fault is None


@pytest.mark.parametrize(
    ("text", "carrier", "fault"),
    [
        ("443212345672", YAMATO, NumberFault.CHECK_DIGIT),
        ("443212345672", SAGAWA, NumberFault.CHECK_DIGIT),
        ("443212345672", JAPAN_POST, None),
        ("4.43212E+11", YAMATO, NumberFault.DAMAGED),
        ("４.４３Ｅ＋１１", SAGAWA, NumberFault.DAMAGED),
        ("1.2E+12", JAPAN_POST, NumberFault.DAMAGED),
        ("3212345673", YAMATO, NumberFault.LOST_ZEROS),
        ("3212345674", YAMATO, NumberFault.WRONG_FORM),
        ("123456782", YAMATO, NumberFault.LOST_ZEROS),
        ("12345675", YAMATO, NumberFault.WRONG_FORM),
        ("4432123456711", YAMATO, NumberFault.WRONG_FORM),
        ("44321234567A", SAGAWA, NumberFault.WRONG_FORM),
        ("", YAMATO, NumberFault.BLANK),
        (" ー ", YAMATO, NumberFault.BLANK),
        ("443212345671 443212345682", YAMATO, NumberFault.SEVERAL),
        ("4432-1234-5671\n4432-1234-5682", JAPAN_POST, NumberFault.SEVERAL),
        ("12345", JAPAN_POST, NumberFault.UNREADABLE),
        ("ABCDEFGH", JAPAN_POST, NumberFault.UNREADABLE),
        ("引受前", JAPAN_POST, NumberFault.UNREADABLE),
        ("1" * 41, JAPAN_POST, NumberFault.UNREADABLE),
        ("1Z999AA10123456784", "1020", None),
        ("443212345671.0", YAMATO, NumberFault.WRONG_FORM),
    ],
)
def test_what_speaks_against_a_number(text, carrier, fault):
    assert parse_tracking_number(text, carrier).fault is fault


@given(text=st.text(max_size=30), carrier=st.sampled_from([YAMATO, SAGAWA, "1020"]))
def test_any_text_is_judged_and_a_kept_number_is_plain(text, carrier):
    number, fault = parse_tracking_number(text, carrier)

    assert fault is not None or (number.isascii() and number.isalnum())
    assert fault is not None or normalised(number) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1001", "1001"),
        ("１００２", "1002"),
        ("ヤマト運輸", "1001"),
        ("ﾔﾏﾄ運輸", "1001"),
        ("佐川", "1002"),
        ("日本郵便 楽天倉庫出荷", "1029"),
        ("fedex", "1019"),
        ("1099", "1099"),
        ("ヤマト運輸(ネコポス)", "1001"),
        ("ゆうパック（日本郵便）", "1003"),
        ("1002:佐川急便", "1002"),
        ("Yamato Transport", "1001"),
        ("JP Post", "1003"),
        ("福山通運株式会社", "1006"),
        ("クロネコゆうパケット", "1030"),
        ("ヤマト運輸(クロネコゆうパケット)", "1030"),
        ("日本郵便（楽天倉庫出荷）", "1029"),
        ("ヤマト運輸/佐川急便", None),
        ("2001", None),
        ("どこか", None),
        ("", None),
    ],
)
def test_a_company_by_code_or_name(text, code):
    assert company_code(text) == code


def test_every_company_is_found_by_its_own_name():
    assert {company_code(n): c for c, n in DELIVERY_COMPANIES.items()} == {
        code: code for code in DELIVERY_COMPANIES
    }
