"""Where RMS lets nobody search for orders, stock goes on: numbers only go down."""

from typing import NoReturn

import pytest

from connectors.rms.errors import CredentialsRefused
from data.model.matter import MatterKind
from data.warehouse.house.incidents import record_incident
from data.warehouse.matters import dismiss_matter
from data.warehouse.session import warehouse
from tasks.rms import ShopStopped
from tasks.runs.limits import TurnNotCome, limit_name
from tasks.stock import look, push
from tests.stock.shop_of_flows import SHOP, WRITE, Shelf, shelf_with_bug
from tests.support.effort import first, for_ci

MUG = ("kakuu-mug", "kakuu-mug")
TEA = ("kakuu-tea", "kakuu-tea")
SEARCH, GET = "searchOrder", "getOrder"
UNSWEPT = look.UNSWEPT


def units_that_no_order_explains(shelf: Shelf, level: int = 1001) -> None:
    """The mall shows 998 of 1,000 mugs, we have others; tea has been sold out."""
    shelf.counted({MUG: 1000, TEA: 1000})
    shelf.push()
    shelf.mall.set_stock(*MUG, 998)
    shelf.counted({MUG: level, TEA: 0})


def is_away(shelf: Shelf, function: str) -> None:
    shelf.mall.fault("503", function=function, times=99)


def is_off(shelf: Shelf, function: str) -> None:
    shelf.mall.shop("demo", functions_off=[function])


def a_sold_out_sku_is_told(shelf: Shelf, stop) -> None:
    units_that_no_order_explains(shelf)
    stop(shelf, SEARCH)
    for _ in range(2):  # by then a refused function is not even called
        kind, message = shelf.push()

        assert kind == "FAILED"
        assert message.count(UNSWEPT) == message.count(SEARCH) == 1, message
        assert (shelf.units()[MUG], shelf.units()[TEA]) == (998, 0)


@first()
@pytest.mark.parametrize("stop", [is_away, is_off])
def test_one_sku_that_nothing_explains_keeps_no_sold_out_one_on_sale(shelf, stop):
    a_sold_out_sku_is_told(shelf, stop)


def test_a_turn_that_does_not_come_keeps_no_sold_out_one_on_sale(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    """A first ingest of two years, or a report that RMS is slow with, has the turn."""
    units_that_no_order_explains(shelf)

    def taken(shop: str) -> NoReturn:
        raise TurnNotCome(limit_name(shop))

    monkeypatch.setattr(look, "one_caller", taken)
    kind, message = shelf.push()

    assert (kind, message.count("rms-order-lab")) == ("FAILED", 1)
    assert (shelf.units()[MUG], shelf.units()[TEA]) == (998, 0)


def test_once_orders_can_be_searched_the_rest_is_raised(shelf: Shelf):
    units_that_no_order_explains(shelf)
    is_away(shelf, SEARCH)
    shelf.push()
    shelf.mall.no_faults()
    kind, message = shelf.push()

    assert kind == "COMPLETED"
    assert UNSWEPT not in message
    assert shelf.units() == shelf.units() | shelf.offers()


def test_a_failed_search_is_not_made_again_in_the_same_run(shelf: Shelf):
    units_that_no_order_explains(shelf)
    shelf.mall.fault("500", function=WRITE)  # so there is another round
    is_away(shelf, SEARCH)
    before = shelf.calls(SEARCH)
    shelf.push()

    assert shelf.calls(SEARCH) - before == 1
    assert shelf.units()[TEA] == 0


@first()
@pytest.mark.parametrize(("level", "shown"), [(990, 990), (998, 998)])
def test_fewer_than_the_mall_shows_are_told_and_the_same_number_proves_nothing(
    shelf: Shelf, level: int, shown: int
):
    units_that_no_order_explains(shelf, level)
    is_away(shelf, SEARCH)
    shelf.push()
    last = shelf.ask(
        "SELECT found_after FROM inventory_pushes WHERE manage_number = 'kakuu-mug'"
        " AND state = 'verified' ORDER BY verified_at DESC LIMIT 1"
    )

    assert shelf.units()[MUG] == shown
    assert last == [(990 if level == 990 else 1000,)]


def test_open_orders_that_cannot_be_read_keep_no_sold_out_one_on_sale(shelf: Shelf):
    shelf.mall.sell(1, over_days=0, progress=300)
    shelf.pass_time()
    shelf.sweep()
    units_that_no_order_explains(shelf)
    is_away(shelf, GET)
    kind, message = shelf.push()

    assert (kind, message.count(GET)) == ("FAILED", 1)
    assert (shelf.units()[MUG], shelf.units()[TEA]) == (998, 0)


def test_a_refused_key_stops_the_stock_too(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    units_that_no_order_explains(shelf)
    swept = look.sweep_for_news

    def sweeping(shop: str) -> None:
        shelf.mall.shop("demo", license_key="another-key")
        swept(shop)

    monkeypatch.setattr(look, "sweep_for_news", sweeping)
    with pytest.raises((CredentialsRefused, ShopStopped)):
        push.push_rounds(SHOP, push.open_stock_push(SHOP, full=False))

    assert shelf.units()[TEA] == 1000


def what_cannot_be_read_was_sold(shelf: Shelf) -> None:
    """The search lists an order; what is in it nobody knows yet."""
    shelf.counted({MUG: 5, TEA: 5})
    shelf.push()
    shelf.pass_time()
    line = {"manageNumber": MUG[0], "variantId": MUG[1], "units": 1}
    (number,) = shelf.mall.sell(1, over_days=0, progress=300, line=line)
    shelf.pass_time()
    shelf.mall.spoil(number, "goodsPrice", "abc")
    shelf.counted({TEA: 0})
    kind, message = shelf.push(full=True)

    assert (shelf.units()[MUG], shelf.units()[TEA]) == (4, 0)
    assert (kind, message.count(f"{look.UNREAD}{number}")) == ("FAILED", 1)
    truth = shelf.mall.orders()[number]["goodsPrice"]
    shelf.mall.spoil(number, "goodsPrice", truth)
    assert shelf.push(full=True)[0] == "COMPLETED"
    assert shelf.units()[MUG] == shelf.offers()[MUG] == 4


def test_what_an_order_sold_that_cannot_be_read_is_not_put_back_on_sale(shelf):
    what_cannot_be_read_was_sold(shelf)


@for_ci
def test_a_push_over_an_order_that_cannot_be_read_is_caught(sandbox, home):
    bug = 'if unread else ""', 'if False else ""'
    with shelf_with_bug(sandbox, home, *bug) as shelf:
        what_cannot_be_read_was_sold(shelf)


def numbers_go_down_only_after_a_restore(shelf: Shelf) -> None:
    """What was counted as sold out in the lost hours would be on sale again."""
    shelf.counted({MUG: 1000, TEA: 1000})
    shelf.push()
    shelf.mall.set_stock(*TEA, 0)
    with warehouse(shelf.path) as con:
        what = "復元しました。対処: 入力"
        record_incident(con, MatterKind.HOURS_LOST, "k", shelf.now(), what)
    shelf.counted({MUG: 990})
    planned = shelf.push(full=True, dry_run=True)[1]
    kind, message = shelf.push(full=True)

    assert "1件" in planned
    assert (kind, message.count(push.HOURS_LOST)) == ("FAILED", 1)
    assert (shelf.units()[MUG], shelf.units()[TEA]) == (990, 0)
    with warehouse(shelf.path) as con:
        given = {"who": "店長", "note": "入力済み", "at": shelf.now()}
        assert dismiss_matter(con, MatterKind.HOURS_LOST, "k", **given)
    assert shelf.push(full=True)[0] == "COMPLETED"
    assert shelf.units() == shelf.units() | shelf.offers()


def test_after_a_restore_numbers_go_down_only_until_its_hours_are_entered(shelf):
    numbers_go_down_only_after_a_restore(shelf)


PLANTED = {
    "a failed sweep ends the push": (
        "except (RmsTrouble, FunctionStopped, TurnNotCome) as trouble",
        "except ZeroDivisionError as trouble",
    ),
    "a failed sweep counts as one": (
        "return replace(left, may_raise=False,",
        "return replace(self, may_raise=True,",
    ),
}


@for_ci
def test_a_restore_that_nobody_asks_for_is_caught(sandbox, home):
    bug = 'HOURS_LOST if are_hours_lost(con) else ""', '""'
    with shelf_with_bug(sandbox, home, *bug) as shelf:
        numbers_go_down_only_after_a_restore(shelf)


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_each_planted_bug_is_caught(sandbox, home, bug):
    with shelf_with_bug(sandbox, home, *PLANTED[bug], Exception) as shelf:
        a_sold_out_sku_is_told(shelf, is_away)
