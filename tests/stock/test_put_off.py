"""A number planned before a long wait is not sent after it: the mall sold on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.rms.http import RmsHttp
from connectors.rms.stock import StockApi
from tasks.runs import retrying
from tasks.stock import push
from tests.stock.shop_of_flows import WRITE, Shelf, shelf_with_bug
from tests.support.effort import first, for_ci

MUG = ("kakuu-mug", "kakuu-mug")
TEA = ("kakuu-tea", "kakuu-tea")
BAG = ("kakuu-bag", "kb-1")
ITEMS = "items.bulk.get"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "PAUSES_S", (0.0, 0.0, 0.0))


def while_it_waits(
    monkeypatch: pytest.MonkeyPatch, happens: Callable[[float], Any]
) -> list[float]:
    """Let this happen instead of the first wait that RMS asks for; list all waits."""
    made, waits = RmsHttp.__init__, list[float]()

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 1:
            happens(seconds)

    def making(http: RmsHttp, *given: Any, **named: Any) -> None:
        made(http, *given, **named)
        http.sleep = wait

    monkeypatch.setattr(RmsHttp, "__init__", making)
    return waits


def sold_in_the_wait(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, key: tuple[str, str] = MUG
) -> list[float]:
    """Two pieces of a listing are sold, unseen, while a call waits."""
    line = {"manageNumber": key[0], "variantId": key[1], "units": 1}

    def happens(seconds: float) -> None:
        shelf.pass_time(seconds / 2)
        shelf.mall.sell(2, over_days=0, progress=300, line=line)
        shelf.pass_time(seconds / 2)

    return while_it_waits(monkeypatch, happens)


def counted_up(shelf: Shelf, *keys: tuple[str, str]) -> None:
    """The mall shows two of each; a count found four."""
    for key in keys:
        shelf.mall.set_stock(*key, 2)
    shelf.counted(dict.fromkeys(keys, 2))
    shelf.push()
    shelf.counted(dict.fromkeys(keys, 4))


def sent(shelf: Shelf, key: tuple[str, str]) -> list[int]:
    return [
        write["quantity"]
        for write in shelf.mall.stock_writes()
        if (write["manageNumber"], write["variantId"]) == key
    ]


def a_write_put_off(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    counted_up(shelf, MUG)
    waits = sold_in_the_wait(shelf, monkeypatch)
    shelf.mall.fault("ES01-04", function=WRITE)
    kind, _ = shelf.push()

    assert (kind, waits) == ("COMPLETED", [60.0])
    assert shelf.units()[MUG] == shelf.offers()[MUG] == 2
    assert sent(shelf, MUG) == [2]  # of four two were sold


def test_a_write_put_off_for_a_minute_is_planned_anew(shelf, monkeypatch):
    a_write_put_off(shelf, monkeypatch)


def the_calls_behind_it(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    counted_up(shelf, MUG, TEA, BAG)
    monkeypatch.setattr(push, "WRITE_AT_ONCE", 1)
    sold_in_the_wait(shelf, monkeypatch, TEA)
    shelf.mall.fault("ES01-04", function=WRITE)  # the first, which is the bag's
    kind, _ = shelf.push()

    assert kind == "COMPLETED"
    assert shelf.units()[TEA] == shelf.offers()[TEA] == 2
    assert sent(shelf, TEA) == [2]
    assert sent(shelf, MUG) == sent(shelf, BAG) == [4]


def test_what_stands_behind_a_write_put_off_is_planned_anew(shelf, monkeypatch):
    the_calls_behind_it(shelf, monkeypatch)


def a_long_look_up(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    counted_up(shelf, MUG)
    shelf.counted({("renamed-in-2023", "s-1"): 1})
    sold_in_the_wait(shelf, monkeypatch)
    shelf.mall.fault("ES01-04", function=ITEMS)
    shelf.push()

    assert shelf.calls(ITEMS) == 1
    assert shelf.units()[MUG] == shelf.offers()[MUG] == 2
    assert sent(shelf, MUG) == [2]


def test_a_long_look_up_of_items_makes_a_plan_old(shelf, monkeypatch):
    a_long_look_up(shelf, monkeypatch)


@first()
@pytest.mark.parametrize(("seconds", "rounds"), [(4, 1), (6, 2)])
def test_only_after_a_short_wait_the_same_write_follows_at_once(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, seconds: int, rounds: int
):
    counted_up(shelf, MUG)
    waits = while_it_waits(monkeypatch, shelf.pass_time)
    shelf.mall.fault("429", function=WRITE, retry_after=seconds)
    looks: list[int] = []
    look = push.look

    def looking(*given: Any, **named: Any) -> Any:
        looks.append(1)
        return look(*given, **named)

    monkeypatch.setattr(push, "look", looking)
    kind, _ = shelf.push()

    assert (kind, waits, shelf.units()[MUG]) == ("COMPLETED", [seconds], 4)
    assert len(looks) == rounds + 1  # the last one finds nothing to do


def test_a_shop_with_more_calls_than_fresh_ones_is_told_all(shelf, monkeypatch):
    """Two calls a plan, in more rounds than a run has for what is in vain."""
    shelf.counted(dict.fromkeys(shelf.units(), 60))
    monkeypatch.setattr(push, "WRITE_AT_ONCE", 1)
    monkeypatch.setattr(push, "FRESH_FOR", timedelta(seconds=30))
    write = StockApi._upsert

    def slowly(api: StockApi, levels: Any) -> Any:
        shelf.pass_time(20)
        return write(api, levels)

    monkeypatch.setattr(StockApi, "_upsert", slowly)
    kind, message = shelf.push()

    assert len(shelf.units()) > 2 * push.MOST_ROUNDS
    assert (kind, set(shelf.units().values())) == ("COMPLETED", {60}), message


def test_a_shop_that_is_put_off_each_time_ends(shelf, monkeypatch):
    counted_up(shelf, MUG)
    waits = while_it_waits(monkeypatch, lambda _: None)
    shelf.mall.fault("ES01-04", function=WRITE, times=99)
    kind, _ = shelf.push()

    assert (kind, len(waits), sent(shelf, MUG)) == ("FAILED", push.MOST_ROUNDS, [])


PLANTED = {
    "the same write follows any wait": (
        "repeat_undone(send, LONGEST_HINT_S)",
        "repeat_undone(send)",
        a_write_put_off,
    ),
    "an old plan is sent on": (
        "        if now() > fresh_until:\n            return False\n",
        "",
        the_calls_behind_it,
    ),
    "what never left is read back": (
        "and push.listing not in put_off",
        "",
        a_write_put_off,
    ),
    "a look-up takes no time": (
        "        if now() > fresh_until:\n            return False\n",
        "",
        a_long_look_up,
    ),
}


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_each_planted_oversale_is_caught(sandbox, home, bug):
    old, new, played = PLANTED[bug]
    with (
        shelf_with_bug(sandbox, home, old, new) as shelf,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(retrying, "PAUSES_S", (0.0, 0.0, 0.0))
        played(shelf, patch)
