"""How orders move the mall's stock by themselves (docs/rms/order-api.md §3.8, §4.7)."""

from collections import Counter

import pytest

from tests.sandbox.caller import codes
from tests.support.sandbox import Sandbox

START = 1000


def levels(sandbox, shop="demo"):
    return {
        (row["manageNumber"], row["variantId"]): row["quantity"]
        for row in sandbox.stock(shop)
    }


def bought(sandbox, shop="demo"):
    """Units per SKU over all orders of a shop."""
    units = Counter()
    for order in sandbox.orders(shop).values():
        for package in order["PackageModelList"]:
            for line in package["ItemModelList"]:
                sku = line["manageNumber"], line["SkuModelList"][0]["variantId"]
                units[sku] += line["units"]
    return units


def gone(sandbox):
    """What each SKU has less than at the start."""
    return {sku: START - left for sku, left in levels(sandbox).items() if left < START}


def test_a_sale_lowers_the_stock_by_what_was_bought(sandbox):
    sandbox.sell(5, "several_items")
    sandbox.sell(5, "packages")

    assert gone(sandbox) == bought(sandbox)
    assert set(levels(sandbox, "demo2").values()) == {START}


def test_stock_never_falls_below_nothing(sandbox):
    before = sandbox.orders()
    sandbox.control("POST", "stock", {"quantity": 1})

    sandbox.sell(100, "several_items")

    assert before == {}
    assert set(levels(sandbox).values()) == {0}
    assert len(sandbox.orders()) == 100


def test_orders_are_the_same_whatever_the_stock_is():
    with Sandbox.start("--clock", "2026-05-01T12:00:00", "--stock", "0") as own:
        own.sell(20, "mixed")
        without = own.orders()
        own.reset()
        own.control("POST", "stock", {"quantity": 500})
        own.sell(20, "mixed")

        assert own.orders() == without


def test_an_item_without_stock_of_its_own_takes_none(sandbox):
    sandbox.sell(1, "before_sku")

    assert gone(sandbox) == {}


def test_an_order_that_came_cancelled_leaves_the_stock_as_it_was(sandbox):
    sandbox.sell(5, "cancelled")

    assert gone(sandbox) == {}


def test_an_order_whose_cancel_waits_still_holds_its_stock(sandbox):
    (number,) = sandbox.sell(1, "cancel_pending")
    assert gone(sandbox) == bought(sandbox)

    sandbox.edit(number, orderProgress=900)

    assert gone(sandbox) == {}


def cancel(rms, number, restore_type):
    body = {"orderNumber": number, "inventoryRestoreType": restore_type}
    answer = rms.ask("cancelOrder", body | {"changeReasonDetailApply": 8})
    assert codes(answer) == ["CANCEL_ORDER_INFO_101"]


@pytest.mark.parametrize(
    ("restore_type", "setting", "of_item", "back"),
    [
        (0, True, None, True),
        (0, False, None, False),
        (0, False, True, True),
        (0, True, False, False),
        (1, False, False, True),
        (2, True, True, False),
    ],
)
def test_a_cancel_gives_back_as_the_shop_wishes_else_as_the_item_says(
    rms, sandbox, restore_type, setting, of_item, back
):
    sandbox.settings(restore_on_cancel=setting)
    sandbox.control("POST", "stock", {"restores": of_item})
    (number,) = sandbox.sell(1, progress=300)
    taken = bought(sandbox)

    cancel(rms, number, restore_type)

    assert gone(sandbox) == ({} if back else taken)


@pytest.mark.parametrize(("flag", "back"), [(1, True), (2, False)])
def test_a_line_can_be_linked_to_the_stock_or_not(sandbox, flag, back):
    sandbox.settings(restore_on_cancel=not back)
    (number,) = sandbox.sell(1, progress=300)
    taken = bought(sandbox)
    path = "PackageModelList.0.ItemModelList.0.restoreInventoryFlag"
    sandbox.edit_at(number, {path: flag})

    sandbox.cancel(number)

    assert gone(sandbox) == ({} if back else taken)


def test_a_wish_is_kept_while_the_cancel_waits(rms, sandbox):
    sandbox.settings(cancel_goes_to=800, restore_on_cancel=True)
    (number,) = sandbox.sell(1, progress=300)
    cancel(rms, number, 2)

    sandbox.edit(number, orderProgress=900)

    assert gone(sandbox) == bought(sandbox)


@pytest.mark.parametrize("by", ["buyer", "rakuten"])
def test_others_cancels_follow_the_setting(sandbox, by):
    (number,) = sandbox.sell(1, progress=300)

    if by == "buyer":
        sandbox.cancel(number)
    else:
        sandbox.edit(number, orderProgress=900)

    assert gone(sandbox) == {}


def test_a_cancel_gives_back_no_more_than_the_order_took(sandbox):
    sandbox.control("POST", "stock", {"quantity": 1})
    sold = sandbox.sell(30, progress=300)
    assert max(bought(sandbox).values()) > 1

    for number in sold:
        sandbox.cancel(number)

    assert set(levels(sandbox).values()) == {1}


def test_a_cancel_gives_back_once(sandbox):
    (number,) = sandbox.sell(1, progress=300)
    sandbox.cancel(number)
    sandbox.control("POST", "stock", {"quantity": 50})

    sandbox.cancel(number)
    sandbox.edit(number, orderProgress=900)

    assert set(levels(sandbox).values()) == {50}


def test_a_cancel_adds_to_the_level_of_the_moment(rms, sandbox):
    (number,) = sandbox.sell(1, progress=300)
    ((sku, units),) = bought(sandbox).items()
    sandbox.set_stock(*sku, 7)

    cancel(rms, number, 1)

    assert levels(sandbox)[sku] == 7 + units


def test_stock_survives_a_restart_with_its_journal_and_is_not_refilled(tmp_path):
    options = ("--state", str(tmp_path / "state.db"), "--stock", "30")
    with Sandbox.start(*options) as before:
        before.sell(3)
        before.set_stock("mihon-shirt", "ms-1", 4)
        stock = before.stock()
    with Sandbox.start(*options) as after:
        assert after.stock() == stock
        assert after.stock_writes() == []
        after.reset()
        assert set(levels(after).values()) == {30}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"shop": "x"}, "shop must be one of"),
        ({"quantity": -1}, "quantity must be a number"),
        ({"quantity": 100_000}, "quantity must be a number"),
        ({"manageNumber": "x"}, "together"),
        ({"colour": 1}, "unknown"),
        ({"known": "yes"}, "known must be"),
        ({"items": [{"quantity": 5}, {"quantity": -1}]}, "quantity must be a number"),
        ({"items": [], "quantity": 5}, "stand alone"),
    ],
)
def test_a_stock_that_cannot_be_is_refused(sandbox, body, reason):
    with pytest.raises(ValueError, match=reason):
        sandbox.control("POST", "stock", body)

    assert set(levels(sandbox).values()) == {START}


LAMP = {"manageNumber": "lamp", "variantId": "red", "units": 2}


def test_any_sku_on_sale_can_be_bought_and_no_other(sandbox):
    sandbox.set_stock("lamp", "red", 3)
    sandbox.sell(1, line=LAMP)

    assert levels(sandbox)["lamp", "red"] == 1
    with pytest.raises(ValueError, match="not on sale: lamp/red"):
        sandbox.sell(1, shop="demo2", line=LAMP)


def test_who_finds_less_at_the_mall_than_he_wants_buys_nothing(sandbox):
    sandbox.set_stock("lamp", "red", 5)

    assert len(sandbox.sell(4, line=LAMP, only_shown=True)) == 2
    assert levels(sandbox)["lamp", "red"] == 1
    assert len(sandbox.orders()) == 2
