"""Orders sold one by one in the background."""

import time

import pytest

PATIENCE_S = 30


def sold(sandbox, many: int) -> list[str]:
    """The keys of the notices once so many orders were sold and all of them taken."""
    end = time.monotonic() + PATIENCE_S
    while len(sandbox.notices()) < many and time.monotonic() < end:
        time.sleep(0.01)
    return [notice["key"] for notice in sandbox.notices(wait_s=PATIENCE_S)]


def test_orders_can_be_sold_one_by_one(sandbox, receiver):
    assert sandbox.sell(3, every_s=0.01) == []

    assert sold(sandbox, 3) == ["1", "2", "3"]
    assert len(sandbox.orders()) == 3
    assert len(receiver.received) == 3


def test_the_next_order_waits_for_its_moment(sandbox, receiver):
    sandbox.sell(3, every_s=600)

    assert sold(sandbox, 1) == ["1"]
    assert sandbox.orders_left() == 2
    assert len(sandbox.orders()) == 1


@pytest.mark.parametrize("end", [("DELETE", "sell"), ("POST", "reset")])
def test_a_gradual_sale_can_be_ended(sandbox, end):
    sandbox.sell(1000, every_s=60)

    sandbox.control(*end)

    assert sandbox.orders_left() == 0
    assert len(sandbox.orders()) <= 1
