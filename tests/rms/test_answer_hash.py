"""An answer read before is recognised and not read again."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.rms import fetch
from connectors.rms.client import RmsClient
from connectors.rms.fetch import answer_hash
from connectors.rms.http import RmsHttp
from connectors.rms.pace import unlimited
from data.model.japan_time import JST
from data.model.shops.shop import Shop
from tests.rms.order_json import order_json


@pytest.fixture
def rms(sandbox):
    keys = sandbox.shops["demo"]
    shop = Shop(
        handle="demo",
        mall="rakuten",
        shop_id=keys.shop_id,
        service_secret=keys.service_secret,
        license_key=keys.license_key,
    )
    http = RmsHttp(shop, sandbox.url, unlimited, lambda: datetime.now(JST))
    with RmsClient(http) as client:
        yield client


def told(known):
    """What the warehouse tells of answers that it has."""
    return lambda number, seen: known.get(number) == seen


def hashes(orders) -> dict[str, str]:
    return {order.order_number: order.answer_hash for order in orders}


@given(st.permutations(list(order_json())))
def test_the_order_of_keys_means_nothing(keys):
    turned = {key: order_json()[key] for key in keys}

    assert answer_hash(turned) == answer_hash(order_json())


@given(st.sampled_from(sorted(order_json())))
def test_any_other_value_is_another_answer(key):
    assert answer_hash(order_json() | {key: "other"}) != answer_hash(order_json())


def test_another_version_of_the_reader_knows_no_answer(monkeypatch):
    before = answer_hash(order_json())
    monkeypatch.setattr(fetch, "READER_VERSION", b"another")

    assert answer_hash(order_json()) != before


def test_a_known_answer_is_the_same_and_seen_when_asked(sandbox, rms):
    numbers = sandbox.sell(150, "mixed")
    known = hashes(rms.orders.get(numbers).orders)
    began = datetime.now(JST)
    read = rms.orders.get(numbers, told(known))

    assert [same.order_number for same in read.same] == numbers
    assert all(
        began <= same.observed_at <= began + timedelta(minutes=1) for same in read.same
    )
    assert (read.orders, read.refused) == ([], [])


def test_an_order_that_changed_is_read(sandbox, rms):
    numbers = sandbox.sell(3)
    known = hashes(rms.orders.get(numbers).orders)
    sandbox.cancel(numbers[0])
    read = rms.orders.get(numbers, told(known))

    assert [order.order_number for order in read.orders] == numbers[:1]
    assert len(read.same) == 2


def test_a_hash_of_another_order_does_not_count(sandbox, rms):
    one, two = sandbox.sell(2)
    known = hashes(rms.orders.get([one]).orders)
    read = rms.orders.get([two], told({two: known[one]}))

    assert [order.order_number for order in read.orders] == [two]
