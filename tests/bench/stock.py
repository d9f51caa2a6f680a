"""How long push-inventory takes at RMS's pace, and what is left of 5,000 changes.

`stock_bench`: 10,000 changed SKUs, the limit on; what did not change costs no write.
`stock_soak`: 5,000 changes on 200 SKUs with a fault in every tenth call.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random

from rich.console import Console

from tests.bench.rows import Row, at_most
from tests.stock.shop_of_flows import READ, WRITE, opened_shelf
from tests.support.sandbox import Sandbox

SKUS = 10_000
WRITE_S, READ_S = 1.0, 0.2
"""What one call takes at the pace RMS allows."""
LATE = 1.05
CHANGES, FEW, FAULTY = 5_000, 200, 0.1
FAULTS = ("answer_lost", "reset", "500", "cut")


def stock_bench(folder: Path, console: Console, skus: int = SKUS) -> Iterator[Row]:
    """Push so many changed SKUs to an RMS that counts, at RMS's own pace."""
    goods = {(f"item-{n}", "v"): n % 90 + 1 for n in range(skus)}
    folder.mkdir(parents=True, exist_ok=True)
    with Sandbox.start("--seed", "7") as mall, opened_shelf(mall, folder) as shelf:
        _put_on_sale(mall, goods)
        shelf.counted(goods)
        shelf.pace(1)
        began = time.perf_counter()
        shelf.push()
        seconds = time.perf_counter() - began
        reads, writes = shelf.calls(READ), shelf.calls(WRITE)
        shelf.push(full=True)
        idle = shelf.calls(WRITE) - writes
        shown = shelf.units()
        wrong = sum(shown[key] != units for key, units in goods.items())
        too_fast = mall.journal()["too_fast"]
    paced = writes * WRITE_S + reads * READ_S
    console.print(
        f"{skus:,} SKUs: {writes} writes, {reads} reads in {seconds:.1f} s"
        f" (at the pace: {paced:.1f} s), too fast: {too_fast}"
    )
    yield at_most("stock: time / (calls at RMS's pace)", seconds / paced, LATE)
    yield at_most("stock: writes for unchanged SKUs", idle, 0)
    yield at_most("stock: SKUs with another number", wrong, 0)


def stock_soak(
    folder: Path, console: Console, changes: int = CHANGES, seed: int = 7
) -> Iterator[Row]:
    """Change stock again and again while every tenth call of RMS goes wrong."""
    goods = {(f"item-{n}", "v"): 50 for n in range(FEW)}
    chance = Random(seed)  # noqa: S311 - chance must repeat with the seed
    folder.mkdir(parents=True, exist_ok=True)
    with (
        Sandbox.start("--seed", str(seed), "--no-rate-limit") as mall,
        opened_shelf(mall, folder) as shelf,
    ):
        _put_on_sale(mall, goods)
        done = 0
        while done < changes:
            changed = dict.fromkeys(chance.sample(list(goods), 50))
            goods |= {key: chance.randrange(1000) for key in changed}
            shelf.counted({key: goods[key] for key in changed})
            done += len(changed)
            if chance.random() < FAULTY:
                mall.fault(chance.choice(FAULTS), function=WRITE)
            shelf.push()
        mall.no_faults()
        shelf.push()
        shown = shelf.units()
        wrong = sum(shown[key] != units for key, units in goods.items())
        back = _went_back(mall, shelf.sent_versions())
    console.print(f"{done:,} changes on {FEW} SKUs: {wrong} wrong, {back} went back")
    yield at_most("stock: wrong after faults", wrong, 0)
    yield at_most("stock: older levels over newer ones", back, 0)


def _put_on_sale(mall: Sandbox, goods: dict[tuple[str, str], int]) -> None:
    mall.set_stocks(
        [
            {"manageNumber": manage, "variantId": variant, "quantity": 0, "known": True}
            for manage, variant in goods
        ]
    )


def _went_back(mall: Sandbox, sent: dict[tuple[str, str], list[int]]) -> int:
    """Count the writes that the mall took out of the order in which levels arose."""
    taken = defaultdict(list)
    for write in mall.stock_writes():
        taken[write["manageNumber"], write["variantId"]].append(write["quantity"])
    back = 0
    for key, quantities in taken.items():
        ours = iter(sent[key])
        back += sum(quantity not in ours for quantity in quantities)
    return back
