"""Lines and wrappings of an order are its goods, in every shape the sandbox sells."""

from datetime import UTC, datetime

import pytest

from connectors.rms import translate
from connectors.rms.order_wire import RmsOrder
from data.warehouse.invariants import violations
from data.warehouse.orders.store import store_orders
from tests.rms.order_json import ITEM, PACKAGE, order_json
from tests.support.planted import caught

SEEN = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
RULE = "lines_and_wrappings_are_the_goods"


def broken(con, models) -> int:
    """Store RMS's orders; return how many break the rule."""
    orders = [
        translate.order_of(RmsOrder.model_validate(model), "123456", SEEN)
        for model in models
    ]
    store_orders(con, orders, source="api", stored_at=SEEN, load_id="l")
    return sum(found.count for found in violations(con, [RULE]))


def test_what_the_sandbox_sells_adds_up(con, sandbox):
    sandbox.sell(60, "mixed")
    sandbox.sell(5, "wrapping")

    assert broken(con, sandbox.orders().values()) == 0


@pytest.mark.parametrize(
    ("goods", "wrong"),
    [(2 * 3240, 0), (2 * 3000, 0), (2 * 3240 + 1, 1), (-9999, 0)],
    ids=["with tax", "before tax", "a yen too much", "open"],
)
def test_prices_without_tax_may_make_goods_without_tax(undone, goods, wrong):
    item = ITEM | {"price": 3000, "includeTaxFlag": 0, "priceTaxIncl": 3240}
    package = PACKAGE | {"ItemModelList": [item]}
    model = order_json(goodsPrice=goods, PackageModelList=[package])

    assert broken(undone, [model]) == wrong


def test_a_wrapping_left_out_is_caught(undone, sandbox, monkeypatch):
    sandbox.sell(2, "wrapping")
    monkeypatch.setattr(translate, "_wrappings", lambda _: [])

    with caught():
        assert broken(undone, sandbox.orders().values()) == 0
