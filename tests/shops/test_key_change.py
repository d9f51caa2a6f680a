"""Which of two keys a shop uses while the new one takes over."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from data.model.shops.connection import (
    ANSWERED,
    REFUSED,
    ConnectionStatus,
    Finding,
    KeyChoice,
    choose_key,
    needs_former_key,
    shop_in_use,
)
from data.model.shops.licence import key_fingerprint
from data.warehouse.shops import (
    key_facts,
    key_in_use,
    record_connection,
    record_key,
)
from tests.shops.life import FIRST_END
from tests.shops.made import SHOP, a_shop, at

STATUSES = st.sampled_from(ConnectionStatus)
ALSO_STATUSES_OR_NOT_TRIED = st.none() | STATUSES


def two_keys(new: str = "SL-new", former: str = "SL-former"):
    return a_shop(new).model_copy(update={"license_key_before": SecretStr(former)})


def chosen(new: ConnectionStatus, former: ConnectionStatus | None) -> KeyChoice:
    return choose_key(Finding(new), None if former is None else Finding(former))


@given(STATUSES, ALSO_STATUSES_OR_NOT_TRIED)
def test_the_former_key_is_chosen_only_if_it_answered_where_the_new_did_not(
    new: ConnectionStatus, former: ConnectionStatus | None
):
    if chosen(new, former) is KeyChoice.FORMER:
        assert former in ANSWERED
        assert new in REFUSED


@given(ALSO_STATUSES_OR_NOT_TRIED)
def test_a_new_key_that_answers_is_used(former: ConnectionStatus | None):
    assert chosen(ConnectionStatus.OK, former) is KeyChoice.NEW
    assert chosen(ConnectionStatus.FUNCTION, former) is KeyChoice.NEW


@given(ALSO_STATUSES_OR_NOT_TRIED)
def test_what_is_no_keys_fault_changes_no_key(former: ConnectionStatus | None):
    for status in (
        ConnectionStatus.NETWORK,
        ConnectionStatus.MAINTENANCE,
        ConnectionStatus.BUSY,
    ):
        assert chosen(status, former) is KeyChoice.AS_BEFORE
        assert not needs_former_key(Finding(status))


def test_of_two_refused_keys_the_new_one_is_put_right():
    assert (
        chosen(ConnectionStatus.KEY_OR_SECRET, ConnectionStatus.KEY_ENDED)
        is KeyChoice.NEW
    )


def test_every_status_is_known_to_be_an_answer_a_refusal_or_neither():
    assert not ANSWERED & REFUSED


def test_before_any_check_the_former_key_is_used():
    shop = shop_in_use(two_keys(), None)

    assert shop.license_key.get_secret_value() == "SL-former"
    assert shop.license_expires_on is None
    assert not shop.has_former_key


def test_what_prefects_page_shows_of_a_key_is_no_former_key():
    """Copied from there, it was tried in the place of the new key."""
    shop = shop_in_use(two_keys(former="********"), None)

    assert shop.license_key.get_secret_value() == "SL-new"


@pytest.mark.parametrize("in_use", ["SL-new", "SL-former"])
def test_the_key_kept_as_in_use_is_used(in_use: str):
    fingerprint = key_fingerprint(SecretStr(in_use))

    assert shop_in_use(two_keys(), fingerprint).license_key == SecretStr(in_use)


def test_a_shop_with_one_key_uses_it_whatever_was_seen_before():
    shop = a_shop("SL-only")

    assert shop_in_use(shop, key_fingerprint(SecretStr("SL-gone"))) is shop


def test_the_key_seen_last_is_the_one_in_use(con):
    shop = two_keys()
    none_yet = key_in_use(con, SHOP)
    record_key(con, shop.with_former_key(), at(-10))
    record_key(con, shop, at(0))
    record_connection(
        con, shop.with_former_key(), ConnectionStatus.OK, at(1), FIRST_END
    )

    assert none_yet is None
    assert key_in_use(con, SHOP) == key_fingerprint(shop.license_key_before)


def test_a_key_nobody_has_seen_is_of_now(con):
    facts = key_facts(con, a_shop(), at(5))

    assert facts.first_seen_at == at(5)
    assert facts.expires_at is not None


def test_what_is_told_of_a_keys_end_counts_before_what_is_kept(con):
    record_key(con, a_shop(), at(0), FIRST_END)
    later = FIRST_END + timedelta(days=3)

    assert key_facts(con, a_shop(), at(5)).expires_at == FIRST_END
    assert key_facts(con, a_shop(), at(5), later).expires_at == later
    assert key_facts(con, a_shop(), at(5)).first_seen_at == at(0)
