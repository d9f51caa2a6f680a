"""Minutes of sales with faults and kills: nothing lost, and nothing grows."""

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
from rich.console import Console

from tests.bench.rows import Row, at_least, at_most
from tests.soak.shop import Shop, open_shop, shown

EVERY_S = 0.05
RECEIVER_LIVES_S = 20.0
KILLED = 0.15
"""How many drains are killed, and how many meet an RMS that stumbles."""
CHANCES = {"notify_duplicate": 0.1, "notify_reorder": 0.2, "notify_loss": 0.02}
GROWTH = 1.1


class Size(NamedTuple):
    """What a process holds."""

    rss_mb: float
    descriptors: int


def endure(folder: Path, console: Console, minutes: float) -> Iterator[Row]:
    """Kill receivers in the first half, watch one in the second; kill drains always."""
    dice = random.Random(20261124)  # noqa: S311 - a fixed seed, no secret
    with open_shop(folder / "endure", **CHANCES) as shop:
        shop.rms.sell(int(minutes * 60 / EVERY_S), "plain", every_s=EVERY_S)
        half, end = (time.monotonic() + minutes * 60 * n / 2 for n in (1, 2))
        receivers, drains = _kill_receivers(shop, dice, half)
        drains += _work(shop, dice, half + (end - half) / 4)
        early = _size(shop)
        drains += _work(shop, dice, end)
        while shop.rms.orders_left() or shop.rms.notice_counts()["waiting"]:
            shop.work("drain")
        late = _size(shop)
        shop.work("drain")
        shop.work("sweep")
        counts = shop.counts()
    console.print(
        f"{minutes:g} min, {receivers} receivers and {drains} drains killed:"
        f" {shown(counts)}; receiver {early} → {late}"
    )
    wrong = (counts.lost, counts.duplicated, counts.unexpected, counts.regressed)
    yield at_most("soak: lost or wrong", sum(wrong), 0)
    yield at_most("soak: still waiting", counts.waiting, 0)
    yield at_least("soak: stored / announced", counts.stored / counts.attempted, 1)
    yield at_most(
        "soak: receiver's memory, late / early", late.rss_mb / early.rss_mb, GROWTH
    )
    yield at_most(
        "soak: receiver's descriptors, late − early",
        late.descriptors - early.descriptors,
        0,
    )


def _kill_receivers(shop: Shop, dice: random.Random, until: float) -> tuple[int, int]:
    """Work on, killing a receiver every twenty seconds; say how many of each died."""
    receivers = drains = 0
    while time.monotonic() < until:
        drains += _work(shop, dice, min(until, time.monotonic() + RECEIVER_LIVES_S))
        shop.receiver.stop(signal.SIGKILL)
        shop.restart()
        receivers += 1
    return receivers, drains


def _work(shop: Shop, dice: random.Random, until: float) -> int:
    """Drain again and again; say how many were killed."""
    killed = 0
    while time.monotonic() < until:
        if dice.random() < KILLED:
            shop.rms.fault("503", function="getOrder", times=1)
        kill_after_s = dice.uniform(0.1, 0.6) if dice.random() < KILLED else None
        killed += not _tried(shop, kill_after_s)
    return killed


def _tried(shop: Shop, kill_after_s: float | None) -> bool:
    try:
        return shop.work("drain", kill_after_s)
    except AssertionError:  # RMS stumbled: in production Prefect tries again
        return True


def _size(shop: Shop) -> Size:
    process = psutil.Process(shop.receiver.process.pid)
    return Size(process.memory_info().rss / 1e6, process.num_fds())
