"""Units the mall sold unseen: a few calls find them, however many orders are open."""

from tasks import orders
from tasks.stock import look
from tests.stock.shop_of_flows import SHOP, Shelf

READ = "getOrder"
SEARCH = "searchOrder"


def test_only_orders_nobody_told_of_are_read(shelf: Shelf):
    shelf.sell(250)
    shelf.sweep()
    shelf.counted(dict.fromkeys(shelf.units(), 50))
    shelf.push()
    shelf.pass_time()
    before = shelf.calls(READ), shelf.calls(SEARCH)
    shelf.sell(3)
    shelf.pass_time()
    kind, _ = shelf.push(full=True)

    assert kind == "COMPLETED"
    assert shelf.units() == shelf.offers()
    after = shelf.calls(READ), shelf.calls(SEARCH)
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1]


def test_an_order_whose_notice_was_lost_an_hour_ago_is_found_as_well(shelf: Shelf):
    shelf.counted(dict.fromkeys(shelf.units(), 50))
    shelf.sweep()
    shelf.push()
    shelf.pass_time()
    shelf.sell(1)
    shelf.pass_time(5400)
    told = shelf.sell(1)
    load = look.open_sweep(SHOP, None, None)
    orders.take_orders(SHOP, told, load)
    shelf.pass_time()
    shelf.push(full=True)

    assert shelf.units() == shelf.offers()
    assert len(shelf.ask("FROM orders")) == 2


def test_a_listing_sold_while_we_look_is_not_raised(shelf: Shelf, monkeypatch):
    """A sale after the sweep has another number than ours: it waits for a round."""
    shelf.counted(dict.fromkeys(shelf.units(), 50))
    shelf.push()
    shelf.pass_time()
    shelf.sell(1)
    read, sales = look.read_mall, []

    def reading(*given, **more):
        if 1 <= len(sales) < 3:
            shelf.pass_time()
            shelf.sell(1)
            shelf.pass_time()
        sales.append(1)
        return read(*given, **more)

    monkeypatch.setattr(look, "read_mall", reading)
    shelf.pass_time()
    shelf.push(full=True)

    assert shelf.units() == shelf.offers()
    raised = [w for w in shelf.mall.stock_writes() if w["quantity"] > 50]
    assert raised == []
