"""Orders sold one by one in the background."""

import time

import pytest

QUIET_S = 5


def test_orders_can_be_sold_one_by_one(sandbox, receiver):
    assert sandbox.sell(3, every_s=0.15) == []

    end = time.monotonic() + QUIET_S
    while sandbox.orders_left() and time.monotonic() < end:
        time.sleep(0.01)

    assert len(sandbox.orders()) == 3
    assert [e["key"] for e in sandbox.notices(wait_s=QUIET_S)] == ["1", "2", "3"]
    at = [r.at for r in receiver.received]
    assert max(at) - min(at) > 0.15


@pytest.mark.parametrize("end", [("DELETE", "sell"), ("POST", "reset")])
def test_a_gradual_sale_can_be_ended(sandbox, end):
    sandbox.sell(1000, every_s=60)

    sandbox.control(*end)

    assert sandbox.orders_left() == 0
    assert len(sandbox.orders()) <= 1
