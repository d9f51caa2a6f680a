"""Nothing is raised at the mall before what it sold unseen has been looked for."""

import pytest

from data.model.stock import raises
from tasks.stock import look
from tests.stock.made import a_count, count
from tests.stock.pushing import A_TEA, plan, to_push
from tests.stock.shop_of_flows import WRITE, Shelf, shelf_with_bug
from tests.support.effort import first, for_ci
from tests.support.planted import caught, planted_sql

MUG = ("kakuu-mug", "kakuu-mug")
TEA = ("kakuu-tea", "kakuu-tea")
SEARCH = "searchOrder"


def sell(shelf: Shelf, key: tuple[str, str] = MUG) -> str:
    """Sell one piece of a listing, unseen by us."""
    line = {"manageNumber": key[0], "variantId": key[1], "units": 1}
    shelf.pass_time()
    (number,) = shelf.mall.sell(1, over_days=0, progress=300, line=line)
    shelf.pass_time()
    return str(number)


def a_sale_given_back(shelf: Shelf) -> None:
    """Of five one was sold, cancelled and given back by RMS; we know all of it."""
    shelf.mall.set_stock(*MUG, 5, restores=True)
    shelf.counted({MUG: 5})
    shelf.push()
    number = sell(shelf)
    shelf.sweep()
    shelf.push()
    shelf.mall.cancel(number)
    shelf.pass_time()
    shelf.sweep()
    assert shelf.units()[MUG] == shelf.offers()[MUG] == 5


def test_a_cancellation_given_back_hides_no_unseen_sale(shelf: Shelf):
    a_sale_given_back(shelf)
    sell(shelf)  # the mall shows four, as it did before the cancellation
    kind, _ = shelf.push()

    assert kind == "COMPLETED"
    assert shelf.units()[MUG] == shelf.offers()[MUG] == 4
    assert [w for w in shelf.mall.stock_writes() if w["quantity"] > 4] == []


def test_a_sale_behind_the_sweep_waits_for_the_next_round(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    """The raise that another listing swept for is seen only after the sweep."""
    a_sale_given_back(shelf)
    shelf.counted({TEA: shelf.units()[TEA] + 1})
    swept = look.sweep_for_news
    sold: list[str] = []

    def sweeping(shop: str) -> None:
        swept(shop)
        if not sold:
            sold.append(sell(shelf))

    monkeypatch.setattr(look, "sweep_for_news", sweeping)
    shelf.push()

    assert shelf.units()[MUG] == 4
    assert [w for w in shelf.mall.stock_writes() if w["quantity"] == 5] == []
    assert shelf.units()[TEA] == shelf.offers()[TEA]


def test_a_listing_that_goes_on_selling_is_lowered_all_the_same(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    """Six of ten are gone elsewhere; the mall sells one more behind each sweep."""
    shelf.counted({MUG: 10})
    shelf.push()
    shelf.counted({MUG: 4})
    sell(shelf)
    swept = look.sweep_for_news

    def sweeping(shop: str) -> None:
        swept(shop)
        sell(shelf)

    monkeypatch.setattr(look, "sweep_for_news", sweeping)
    before = shelf.calls(WRITE)
    shelf.push()

    assert shelf.units()[MUG] <= 4
    assert shelf.calls(WRITE) == before + 1


def test_a_run_that_raises_searches_once_and_one_that_lowers_never(shelf: Shelf):
    searched = []
    for units in (50, 60, 40):
        shelf.counted(dict.fromkeys(shelf.units(), units))
        before = shelf.calls(SEARCH)
        shelf.push()
        searched.append(shelf.calls(SEARCH) - before)

    assert searched[1:] == [1, 0]
    assert set(shelf.units().values()) == {40}


def test_a_listing_that_waits_for_a_person_costs_no_search(shelf: Shelf):
    shelf.counted({MUG: 5})
    shelf.push()
    shelf.csv(MUG, [1], 1)
    shelf.mall.set_stock(*MUG, 4)
    shelf.push(full=True)  # four are fewer than expected
    before = shelf.calls(SEARCH), shelf.calls(WRITE)
    shelf.counted({TEA: 0})
    shelf.push()

    assert (shelf.calls(SEARCH), shelf.calls(WRITE) - before[1]) == (before[0], 1)
    assert shelf.not_raised() == {MUG: 4}


@first(2)
@pytest.mark.parametrize("found", [9, 10, 11, 0, None])
def test_a_plan_whose_sales_nobody_looked_for_raises_nothing(counted, found):
    made = plan(counted, {A_TEA: found}, 10, may_raise=False)

    assert made.held == raises(10, found)
    assert [push.offered for push in made.to_send] == ([10] if found == 11 else [])


def test_a_level_that_rises_after_the_reading_is_not_raised_by_it(counted):
    plan(counted, {A_TEA: 10}, 10)
    count(counted, a_count(12), minute=11)  # after the mall was read
    made = plan(counted, {A_TEA: 10}, 12, may_raise=False)

    assert (made.to_send, made.held) == ((), 1)
    assert len(to_push(counted)) == 1


PLANTED = {
    "only fewer than expected is looked into": (
        "if not seen.unseen and not seen.raises:",
        "if not seen.unseen:",
        test_a_cancellation_given_back_hides_no_unseen_sale,
    ),
    "what was sold behind the sweep is raised": (
        "| _raised_further(seen, after)",
        "| set()",
        test_a_sale_behind_the_sweep_waits_for_the_next_round,
    ),
    "what goes on selling is never lowered": (
        "sold - after.lowered()",
        "sold",
        test_a_listing_that_goes_on_selling_is_lowered_all_the_same,
    ),
}


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_each_planted_oversale_is_caught(sandbox, home, bug):
    old, new, test = PLANTED[bug]
    with (
        shelf_with_bug(sandbox, home, old, new) as shelf,
        pytest.MonkeyPatch.context() as patch,
    ):
        patched = bug != "only fewer than expected is looked into"
        test(shelf, **({"monkeypatch": patch} if patched else {}))


@for_ci
def test_a_plan_that_raises_unasked_is_caught(counted):
    line = "WHEN NOT $may_raise AND coalesce(f.found, 0) < l.offered THEN 'held'"
    with planted_sql("judge_inventory_levels", line, ""), caught():
        test_a_level_that_rises_after_the_reading_is_not_raised_by_it(counted)
