"""As of when a reading of the mall counts, and what is read after a lost answer."""

import pytest

from connectors.rms.stock import StockApi
from tasks import orders
from tasks.stock import look, push
from tests.stock.shop_of_flows import SHOP, WRITE, Shelf

TEA = ("kakuu-tea", "kakuu-tea")
SEARCH = "searchOrder"


class Killed(Exception):
    """The process dies here."""


def test_a_sale_during_the_read_back_is_expected_by_the_next_push(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    shelf.counted({key: units + 1 for key, units in shelf.units().items()})
    read = StockApi.read
    sold: list[str] = []

    def reading(api, listings):
        found = read(api, listings)
        if shelf.mall.stock_writes() and not sold:  # the proof of what was sent
            shelf.pass_time()
            sold.extend(shelf.sell(1))
            shelf.pass_time()
        return found

    monkeypatch.setattr(StockApi, "read", reading)
    shelf.push()
    orders.take_orders(SHOP, sold, look.open_sweep(SHOP, None, None))
    shelf.pass_time()
    searched = shelf.calls(SEARCH)
    kind, _ = shelf.push()

    assert kind == "COMPLETED"
    assert shelf.units() == shelf.offers()
    assert shelf.calls(SEARCH) == searched  # nothing was missing, so nothing was sought


def test_a_lost_answer_is_read_at_once_by_the_run_after_a_kill(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    def dies(*_):
        raise Killed

    shelf.counted({TEA: 12})
    shelf.mall.fault("500", function=WRITE)
    with monkeypatch.context() as patch:
        patch.setattr(push, "read_again", dies)
        with pytest.raises(Killed):
            shelf.push()
    shelf.pass_time()
    kind, _ = shelf.push()

    assert kind == "COMPLETED"
    assert shelf.units()[TEA] == 12
