"""Ten thousand notices, some doubled, late or lost: how soon they are orders."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console

from tests.bench.rows import Row, at_least, at_most
from tests.soak.shop import Shop, open_shop, shown

SOLD, CANCELLED = 9_500, 500
SECONDS = 120.0
CHANCES = {"notify_duplicate": 0.2, "notify_reorder": 0.3, "notify_loss": 0.02}


def arrive(folder: Path, console: Console) -> Iterator[Row]:
    """Sell and cancel while drains run one after the other; then sweep once."""
    with open_shop(folder / "arrive", **CHANCES) as shop:
        began = time.monotonic()
        with ThreadPoolExecutor(1) as market:
            sales = market.submit(_sell_and_cancel, shop)
            while not sales.done() or shop.rms.notice_counts()["waiting"]:
                shop.work("drain")
            sent_s = time.monotonic() - began
        while (counts := shop.counts()).waiting:
            shop.work("drain")
        drained_s, sent = time.monotonic() - began, shop.rms.notice_counts()
        console.print(f"taken after {sent_s:.0f} s; {sent}")
        console.print(f"drained after {drained_s:.0f} s; {shown(counts)}")
        yield at_most("10,000 notices: acknowledged and lost", counts.lost, 0)
        shop.work("sweep")
        swept_s, counts = time.monotonic() - began, shop.counts()
        console.print(f"swept after {swept_s:.0f} s; {shown(counts)}")
    yield at_least("10,000 notices: made", sent["made"], SOLD + CANCELLED)
    yield at_most("10,000 notices: to orders (s)", drained_s, SECONDS)
    yield at_most("10,000 notices: with the sweep (s)", swept_s, SECONDS)
    yield at_least("10,000 notices: orders", counts.stored, SOLD)
    wrong = (counts.lost, counts.duplicated, counts.unexpected, counts.regressed)
    yield at_most("10,000 notices: lost or wrong", sum(wrong), 0)


def _sell_and_cancel(shop: Shop) -> None:
    numbers = shop.rms.sell(SOLD, "plain", over_days=0)
    for number in numbers[:CANCELLED]:
        shop.rms.cancel(number)
