"""Which shop a message speaks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from connectors.notices.keys import HashedKey, KnownShop, speaker
from tests.notices.conftest import known, shop_keys
from tests.support.notices import (
    CONTRACT,
    KEY,
    SHOP_URL,
    auth_xml,
    order_xml,
    read_message,
)


def message(key: str = KEY, shop_url: str = SHOP_URL, contract: str = CONTRACT):
    return read_message(order_xml("123456-1", auth=auth_xml(key, shop_url, contract)))


def handle(shops, told) -> str | None:
    shop = speaker(shops, told)
    return shop and shop.handle


def test_the_key_of_a_shop_lets_its_message_in():
    assert handle([known()], message()) == "demo"


@pytest.mark.parametrize("key", ["wrong", KEY[:-1], f"{KEY}x", KEY.lower(), "ｋｅｙ"])
def test_any_other_key_does_not(key):
    assert speaker([known()], message(key)) is None


@pytest.mark.parametrize("mask", ["********", " * "])
def test_what_a_page_shows_in_place_of_a_key_is_none(mask: str):
    """Copied as the former key, it let in whoever sends eight asterisks."""
    assert handle([known(KEY, mask)], message(KEY)) == "demo"
    assert handle([known(KEY, mask)], message(mask.strip())) is None


@pytest.mark.parametrize("key", [KEY, "the-new-one"])
def test_both_keys_fit_while_one_replaces_the_other(key):
    assert handle([known(KEY, "the-new-one")], message(key)) == "demo"


def test_a_third_key_is_refused():
    with pytest.raises(ValidationError) as caught:
        shop_keys("1-canary", "2-canary", "3-canary")

    assert "canary" not in str(caught.value)


def test_a_shop_without_a_key_accepts_nothing():
    keyless = KnownShop.of(shop_keys("", "  "))

    assert keyless.keys == ()
    assert speaker([keyless], message("x")) is None
    assert speaker([], message()) is None


@pytest.mark.parametrize(
    "told",
    [message(shop_url="other-shop"), message(contract="C9"), message(shop_url="")],
)
def test_the_right_key_with_the_wrong_shop_or_contract_is_refused(told):
    assert speaker([known()], told) is None


@pytest.mark.parametrize(
    "told",
    [
        message(shop_url="https://www.rakuten.co.jp/demo-shop/"),
        message(shop_url=" Demo-Shop/ "),
    ],
)
def test_the_shop_may_be_named_by_its_whole_address(told):
    assert handle([known()], told) == "demo"


@pytest.mark.parametrize(
    "typed",
    [
        "www.rakuten.co.jp/demo-shop/",
        "https://www.rakuten.co.jp/demo-shop/?l-id=shop_header_logo",
        "https://www.rakuten.co.jp/demo-shop/index.html",
        "https://www.rakuten.ne.jp/gold/demo-shop/",
        "https://item.rakuten.co.jp/demo-shop/ringo-5kg/",
        "ｄｅｍｏ－ｓｈｏｐ",
    ],
)
def test_a_shop_is_known_however_staff_typed_its_address(typed):
    assert handle([known(shop_url=typed)], message()) == "demo"
    assert speaker([known(shop_url=typed)], message(shop_url="other-shop")) is None


def test_what_we_do_not_know_of_a_shop_is_not_asked_for():
    shop = known(shop_url="", contract_id="")

    assert handle([shop], message(shop_url="any", contract="any")) == "demo"


def test_a_key_shared_by_two_shops_counts_for_the_one_the_message_names():
    shops = [
        known(handle="one", shop_id="1", shop_url="shop-one"),
        known(handle="two", shop_id="2", shop_url="shop-two"),
    ]

    assert handle(shops, message(shop_url="shop-two")) == "two"


def test_a_key_that_fits_two_shops_alike_counts_for_neither():
    shops = [
        known(handle="one", shop_id="1", shop_url=""),
        known(handle="two", shop_id="2", shop_url=""),
    ]

    assert speaker(shops, message()) is None


def test_a_shop_known_twice_is_one_shop():
    assert handle([known("old"), known(KEY)], message()) == "demo"


def test_every_known_key_is_compared_whichever_fits(monkeypatch):
    compared = []
    fits = HashedKey.fits
    monkeypatch.setattr(
        HashedKey, "fits", lambda hashed, key: compared.append(1) or fits(hashed, key)
    )
    shops = [known(KEY, "b"), known("c", "d", handle="other", shop_id="9")]

    for key in (KEY, "b", "c", "none"):
        speaker(shops, message(key))

    assert len(compared) == 4 * 4


def test_a_hash_does_not_show_the_key_and_no_two_are_alike():
    one, two = (HashedKey.of(SecretStr(KEY)) for _ in range(2))

    assert one != two
    assert KEY not in one.model_dump_json()
    assert KEY not in repr(shop_keys())


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_hash_fits_its_key_and_no_other(one, two):
    hashed = HashedKey.of(SecretStr(one))

    assert hashed.fits(SecretStr(two)) == (one.strip() == two.strip())
