"""Sales, counts, CSVs, adjustments, losses and kills: the mall ends as we have it.

Whatever happens, after quiet runs the mall shows our level less safety stock, no older
level was written over a newer one, and no CSV moved anything.
"""

import contextlib
import importlib
import shutil
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.rms.stock import StockApi
from tasks import orders
from tasks.runs import loads
from tasks.stock import look as stock_look
from tasks.stock import push as inventory
from tests.stock.shop_of_flows import (
    OF_A_PUSH,
    SHOP,
    WRITE,
    Shelf,
    quick_shelf,
    source_of,
)
from tests.support.effort import examples, for_ci

SAFETY = 3
GOODS = [("kakuu-tea", "kakuu-tea"), ("kakuu-mug", "kakuu-mug"), ("kakuu-bag", "kb-1")]
LOSSES = ["answer_lost", "reset", "cut", "500"]
AFTER_A_KILL_S = 360

nth = st.integers(0, len(GOODS) - 1)
steps = st.lists(
    st.tuples(st.just("sell"), st.integers(1, 3))
    | st.tuples(st.just("cancel"), st.just(0))
    | st.tuples(st.just("notice"), st.just(0))
    | st.tuples(st.just("sweep"), st.just(0))
    | st.tuples(st.just("count"), st.tuples(nth, st.integers(0, 60)))
    | st.tuples(st.just("csv"), st.tuples(nth, st.integers(1, 4)))
    | st.tuples(st.just("adjust"), st.just(0))
    | st.tuples(st.just("push"), st.booleans())
    | st.tuples(st.just("lose"), st.sampled_from(LOSSES))
    | st.tuples(st.just("kill"), st.sampled_from(["before", "after"])),
    min_size=4,
    max_size=8,
)


class Killed(BaseException):
    """Stands for the end of the process: no `except Exception` survives it."""


class Player:
    """Plays a history; every step of it is the flows' own code."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.sold: list[str] = []
        self.is_faulty = False
        self.csvs = 0
        self.counted = dict.fromkeys(shelf.units(), 50)
        shelf.counted(self.counted, SAFETY)
        shelf.push()

    def play(self, history: list[tuple[str, Any]]) -> None:
        for action, value in history:
            self.shelf.pass_time()
            getattr(self, action)(value)
        self.settle()

    def settle(self) -> None:
        """Quiet runs, once the dead are over: a run, and one for what it swept."""
        self.shelf.mall.no_faults()
        self.shelf.pass_time(AFTER_A_KILL_S)
        self.shelf.sweep()
        self.shelf.push()
        self.judge()

    def judge(self) -> None:
        shown = self.shelf.units()
        assert shown == self.shelf.offers()
        self.never_back()

    def never_back(self) -> None:
        """Every write the mall took was of a level no older than the one before."""
        rows = self.shelf.ask(
            "SELECT manage_number, variant_id, offered, level_seq, sent_at"
            " FROM inventory_pushes WHERE sent_at NOT NULL ORDER BY sent_at"
        )
        sent = defaultdict(list)
        for manage, variant, offered, seq, _ in rows:
            sent[manage, variant].append((offered, seq))
        taken = defaultdict(list)
        for write in self.shelf.mall.stock_writes():
            assert write["mode"] == "ABSOLUTE"
            taken[write["manageNumber"], write["variantId"]].append(write["quantity"])
        for key, quantities in taken.items():
            ours = iter(sent[key])  # what was taken is, in order, part of what was sent
            seqs = []
            for quantity in quantities:
                found = next((seq for units, seq in ours if units == quantity), None)
                assert found is not None, "the mall took what no plan had sent"
                seqs.append(found)
            assert seqs == sorted(seqs)

    def sell(self, many: int) -> None:
        self.sold += self.shelf.sell(many)

    def cancel(self, _: int) -> None:
        """The buyer cancels; RMS gives nothing back by itself unless told so."""
        if self.sold:
            self.shelf.mall.cancel(self.sold.pop())

    def notice(self, _: int) -> None:
        """A notice that came late brings one order in."""
        if self.sold:
            load = loads.open_sweep(SHOP, None, None)
            orders.take_orders(SHOP, [self.sold[-1]], load)

    def sweep(self, _: int) -> None:
        self.shelf.sweep()

    def count(self, what: tuple[int, int]) -> None:
        at, units = what
        self.shelf.sweep()  # as docs/stock.md says
        self.shelf.counted({GOODS[at]: units})

    def csv(self, what: tuple[int, int]) -> None:
        at, units = what
        self.csvs += 1
        before = self.shelf.offers(), self.shelf.units()
        self.shelf.csv(GOODS[at], [units], self.csvs)
        assert (self.shelf.offers(), self.shelf.units()) == before

    def adjust(self, _: int) -> None:
        if self.csvs and self.shelf.waiting():
            number = f"{self.shelf.shop_id}-20260701-{self.csvs:010}"
            self.shelf.adjust({"order_number": number})

    def push(self, full: bool) -> None:
        """Whatever the mall sold before this push is not put back on its shelf."""
        self.shelf.push(full=full)
        if full and not self.is_faulty:
            shown = self.shelf.units()
            self.shelf.sweep()
            assert shown == self.shelf.offers() | self.shelf.not_raised()

    def lose(self, fault: str) -> None:
        self.shelf.mall.fault(fault, function=WRITE)
        self.is_faulty = True

    def kill(self, when: str) -> None:
        """The process dies right before a write leaves, or right after it arrived."""
        self.is_faulty = True
        write = StockApi._upsert

        def dying(api: StockApi, levels: Any) -> Any:
            if when == "after":
                write(api, levels)
            raise Killed

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(StockApi, "_upsert", dying)
            patch.setattr(inventory, "record_lost", lambda *_: None)
            with contextlib.suppress(Killed):
                self.shelf.push()


PLANTED = {
    "a lost answer is sent again at once": (
        inventory,
        "    except (OutcomeUnknown, *NOTHING_HAPPENED) as trouble:\n",
        (
            "    except (OutcomeUnknown, *NOTHING_HAPPENED) as trouble:\n"
            "        with open_rms(shop) as rms:\n"
            "            list(rms.stock.write_chunks([_level(p) for p in started]))\n"
        ),
        [("count", (0, 20)), ("lose", "answer_lost"), ("push", False)],
    ),
    "a 204 is trusted": (
        inventory,
        "    found, _ = levels_at_mall(shop, listings, state)\n    with our",
        (
            "    found = {Listing(manage_number=p.manage_number, variant_id=p.variant_id):"  # noqa: E501 - the bug
            " p.offered for p in pushes}\n    with our"
        ),
        [("count", (0, 20)), ("lose", "500"), ("push", False)],
    ),
    "sales of the mall are not looked for": (
        stock_look,
        "    if not seen.unseen and not seen.raises:\n        return seen\n",
        "    return replace(seen, may_raise=True)\n",
        [("sell", 3), ("push", True)],
    ),
}


def test_a_history_never_leaves_the_mall_with_another_number(
    sandbox_process, tmp_path_factory, migrated
):
    @given(history=steps)
    @examples(3, derandomize=True)
    def played(history):
        sandbox_process.reset()
        home = tmp_path_factory.mktemp("history")
        shutil.copy(migrated, home)
        play(sandbox_process, home, history)

    played()


def play(sandbox, home: Path, history) -> None:
    with quick_shelf(sandbox, home) as shelf:
        Player(shelf).play(history)


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_the_history_that_would_show_a_bug_holds(sandbox, home, bug):
    play(sandbox, home, PLANTED[bug][3])


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_each_planted_bug_is_caught(sandbox, home, bug):
    module, right, wrong, history = PLANTED[bug]
    source = source_of(module)
    assert source.count(right) == 1
    exec(  # noqa: S102 - the bug
        compile(source.replace(right, wrong), str(module.__file__), "exec"),
        vars(module),
    )
    try:
        reload(*OF_A_PUSH[OF_A_PUSH.index(module) + 1 :])
        with pytest.raises(AssertionError):
            play(sandbox, home, history)
    finally:
        reload(*OF_A_PUSH)


def reload(*modules: ModuleType) -> None:
    for module in modules:
        importlib.reload(module)
