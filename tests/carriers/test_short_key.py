"""The short key, and which package a reference means."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from data.model.shipping.short_key import (
    ALPHABET,
    LENGTH,
    KnownPackages,
    PackageRef,
    Unmatched,
    looks_like_key,
    match_reference,
    read_short_key,
    short_key,
)
from tests.carriers.made import KEY, ORDER, PACKAGE

packages = st.builds(
    PackageRef,
    st.sampled_from(["rakuten", "yahoo"]),
    st.text("0123456789", min_size=5, max_size=6),
    st.from_regex(r"[0-9]{6}-20[0-9]{6}-[0-9]{10}", fullmatch=True),
    st.text("0123456789", min_size=1, max_size=10),
)
SECOND = PACKAGE._replace(basket_id="8")
ELSEWHERE = PACKAGE._replace(order_number="123456-20261124-0000000002")
KNOWN = KnownPackages([PACKAGE, ELSEWHERE])
TWO = KnownPackages([PACKAGE, SECOND, ELSEWHERE])
NARROWEST_FIELD = 15
"""ゆうパックプリントR's お客様側管理番号, in bytes."""


@given(package=packages)
def test_a_key_fits_every_carrier_and_reads_as_itself(package):
    key = short_key(package)

    assert len(key.encode()) == LENGTH <= NARROWEST_FIELD
    assert key.isascii()
    assert key.isalnum()
    assert read_short_key(key) == key


def test_a_key_never_changes():
    assert KEY == "J0H94DN948D0D"


@given(package=packages)
def test_no_key_holds_a_sign_that_makes_words_or_powers(package):
    assert re.search(r"[AEIOULS]", short_key(package)) is None


@given(one=packages, other=packages)
def test_other_packages_have_other_keys(one, other):
    assume(one != other)

    assert short_key(one) != short_key(other)


def test_each_destination_of_an_order_has_its_own_key():
    assert short_key(PACKAGE) != short_key(SECOND)


@given(
    package=packages, place=st.integers(1, LENGTH - 1), sign=st.sampled_from(ALPHABET)
)
def test_a_wrong_sign_is_always_found(package, place, sign):
    key = short_key(package)
    wrong = key[:place] + sign + key[place + 1 :]

    assert (read_short_key(wrong) is None) == (wrong != key)


@given(package=packages, at=st.integers(1, LENGTH - 1), to=st.integers(1, LENGTH - 1))
def test_two_signs_swapped_are_always_found(package, at, to):
    key = list(short_key(package))
    key[at], key[to] = key[to], key[at]
    swapped = "".join(key)

    assert (read_short_key(swapped) is None) == (swapped != short_key(package))


@pytest.mark.parametrize(
    "written",
    [
        KEY.lower(),
        f" {KEY} ",
        "Ｊ０Ｈ９４ＤＮ９４８Ｄ０Ｄ",
        "J0H94-DN948-D0D",
        "JOH94DN948DOD",
    ],
)
def test_a_key_is_read_however_it_is_written(written):
    assert read_short_key(written) == KEY


@pytest.mark.parametrize("text", ["", "J", ORDER, KEY[:-1], f"{KEY}0", f"K{KEY[1:]}"])
def test_what_is_no_key_is_not_read_as_one(text):
    assert read_short_key(text) is None


@given(text=st.text(max_size=20))
def test_any_text_is_a_key_or_none(text):
    key = read_short_key(text)

    assert key is None or (read_short_key(key) == key and looks_like_key(key))


@pytest.mark.parametrize("reference", [KEY, KEY.lower(), ORDER, f" {ORDER}　"])
def test_a_package_is_found_by_its_key_or_its_order_number(reference):
    assert match_reference(reference, None, KNOWN) == PACKAGE


@pytest.mark.parametrize("reference", [ORDER[:-1], f"{ORDER}0", KEY[:-1], "1", ""])
def test_the_beginning_of_a_reference_matches_nothing(reference):
    assert match_reference(reference, None, KNOWN) is Unmatched.NO_ORDER


def test_a_key_written_wrong_is_called_that():
    wrong = KEY[:-1] + ("0" if KEY[-1] != "0" else "1")

    assert match_reference(wrong, None, KNOWN) is Unmatched.WRONG_CHECK


def test_another_shops_key_matches_nothing():
    other = short_key(PACKAGE._replace(shop_id="654321"))

    assert match_reference(other, None, KNOWN) is Unmatched.NO_ORDER


def test_an_order_of_two_packages_needs_to_say_which():
    assert match_reference(ORDER, None, TWO) is Unmatched.SEVERAL_PACKAGES
    assert match_reference(ORDER, "8", TWO) == SECOND
    assert match_reference(ORDER, "0000000008", TWO) == SECOND
    assert match_reference(short_key(SECOND), None, TWO) == SECOND


def test_a_destination_the_order_does_not_have_matches_nothing():
    assert match_reference(ORDER, "9", TWO) is Unmatched.NO_PACKAGE


def test_an_order_number_that_looks_like_a_key_still_counts():
    odd = PACKAGE._replace(order_number=short_key(SECOND))

    assert match_reference(odd.order_number, None, KnownPackages([odd])) == odd


def test_two_packages_that_share_a_key_are_matched_by_neither():
    shared = KnownPackages([PACKAGE, ELSEWHERE])
    shared._by_key[KEY] = [PACKAGE, ELSEWHERE]

    assert match_reference(KEY, None, shared) is Unmatched.SHARED_KEY
    assert shared.shared_keys == (KEY,)
