"""`make cluster`, `make cluster-test`, `make bench-cluster`: many homes, one machine.

    python -m tests.cluster show|faults|bench [--homes N] [--shops N] [--orders N]

Ends with 1 when something was lost, doubled or too fast. Needs PostgreSQL, Redis and
the extra `cluster`.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from prefect.client.schemas.objects import FlowRun
from rich.console import Console
from rich.table import Table

from tests.cluster.bed import Bed, open_bed

console = Console(soft_wrap=True)
KNOWN_DEAD_S = 120.0


class Page:
    """What was measured, and whether all of it is as it has to be."""

    def __init__(self) -> None:
        self._table = Table("what", "measured", "target", "", title="juchu cluster")
        self._good = True

    def row(self, what: str, measured: str, target: str, *, met: bool) -> None:
        self._table.add_row(what, measured, target, "ok" if met else "NO")
        self._good &= met
        console.print(f"  {what}: {measured}")

    def end(self) -> int:
        console.print(self._table)
        return 0 if self._good else 1


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.cluster")
    asked.add_argument("part", choices=["show", "faults", "bench"])
    asked.add_argument("--homes", type=int, default=5)
    asked.add_argument("--shops", type=int, default=4, help="of each home")
    asked.add_argument("--orders", type=int, default=20, help="of each shop")
    given = asked.parse_args()
    page = Page()
    for hosts in (1, 2) if given.part == "bench" else (2,):
        with tempfile.TemporaryDirectory(prefix="juchu-cluster-") as name:
            folder = Path(name)
            console.print(f"{hosts} hosts: {folder}")
            with open_bed(
                folder,
                hosts,
                given.homes,
                given.shops,
                lambda s: console.print(f"  {s}"),
            ) as bed:
                took = morning(bed, page, given.orders)
                page.row(f"09:00 on {hosts} hosts", f"{took:.0f} s", "", met=True)
                costs(bed, page)
                if given.part == "faults":
                    faults(bed, page, given.orders)
    return page.end()


def told(what: str) -> None:
    console.print(f"  {what}")


def sell(bed: Bed, orders: int) -> dict[str, list[str]]:
    """Sell at every shop; return by home what was sold."""
    sold: dict[str, list[str]] = {home: [] for home in bed.homes}
    for shop, home in bed.shops.items():
        sold[home] += bed.sandbox.sell(orders, shop=shop)
    return sold


def morning(bed: Bed, page: Page, orders: int) -> float:
    """Run 09:00 for every home at once and judge it; return the seconds."""
    sold = sell(bed, orders)
    begun = time.monotonic()
    runs = bed.ended(bed.mornings())
    took = time.monotonic() - begun
    judge(bed, page, "09:00", runs, sold)
    return took


def judge(
    bed: Bed,
    page: Page,
    what: str,
    runs: dict[str, FlowRun],
    sold: dict[str, list[str]],
) -> None:
    """Compare what each home has stored with what was sold at its shops."""
    bad = sorted(home for home, run in runs.items() if not _is_good(run))
    stored = {home: bed.stored(home) for home in bed.homes}
    lost = sum(len(set(sold[h]) - set(stored[h])) for h in bed.homes)
    doubled = sum(len(s) - len(set(s)) for s in stored.values())
    foreign = sum(len(set(stored[h]) - set(sold[h])) for h in bed.homes)
    all_sold = sum(map(len, sold.values()))
    too_fast = bed.sandbox.journal()["too_fast"]
    page.row(
        f"{what}: mornings completed", f"{len(runs) - len(bad)}", "all", met=not bad
    )
    counts = f"{lost} lost, {doubled} doubled, {foreign} of another home"
    met = not (lost or doubled or foreign)
    page.row(f"{what}: of {all_sold} orders", counts, "0", met=met)
    page.row(f"{what}: requests too fast", f"{too_fast}", "0", met=not too_fast)


def costs(bed: Bed, page: Page) -> None:
    for name in ("api-0", "api-1", "services", *bed.hosts):
        figures = f"{bed.cpu_s(name):.0f} s of CPU, {bed.memory_mb(name):.0f} MB"
        page.row(name, figures, "", met=True)


def faults(bed: Bed, page: Page, orders: int) -> None:
    """Kill a host within 09:00, then begin again; restart API, services, Redis."""
    sold = {home: bed.stored(home) for home in bed.homes}
    for home, numbers in sell(bed, orders).items():
        sold[home] = sorted({*sold[home], *numbers})
    runs = bed.mornings()
    victim = bed.hosts[-1]
    theirs = [home for home in bed.homes if bed.host_of(home) == victim]
    while not all(_runs(bed, runs[home]) for home in theirs[:1]):
        time.sleep(0.5)
    time.sleep(5)
    bed.kill(victim)
    begun = time.monotonic()
    at_work = {home: runs[home] for home in theirs if _runs(bed, runs[home])}
    others = bed.ended({h: r for h, r in runs.items() if h not in theirs})
    dead = bed.ended(at_work, within_s=600)
    known_s = time.monotonic() - begun
    how = {run.state_name for run in dead.values()}
    page.row(
        f"{victim} killed: runs known dead",
        f"{sorted(map(str, how))} after at most {known_s:.0f} s",
        f"{KNOWN_DEAD_S:.0f} s",
        met=known_s <= KNOWN_DEAD_S or how == {"Completed"},
    )
    good = all(map(_is_good, others.values()))
    page.row(f"{victim} killed: others", f"{len(others)} ended", "untouched", met=good)
    bed.start_again(victim)
    judge(bed, page, f"{victim} again", bed.ended(bed.mornings(theirs)) | others, sold)

    for what in ("api-0", "services", "redis"):
        for home, numbers in sell(bed, 3).items():
            sold[home] = sorted({*sold[home], *numbers})
        runs = bed.mornings()
        time.sleep(8)
        bed.kill(what)
        time.sleep(3)
        bed.start_again(what)
        ended = bed.ended(runs)
        if any(not (r.state and r.state.is_completed()) for r in ended.values()):
            ended |= bed.ended(
                bed.mornings(
                    [h for h, r in ended.items() if not r.state.is_completed()]
                )
            )
            console.print(f"  {what} restarted: some mornings had to be begun again")
        judge(bed, page, f"{what} restarted", ended, sold)


def _runs(bed: Bed, run: FlowRun) -> bool:
    now = bed.seen(run)
    return bool(now.state and now.state.is_running())


def _is_good(run: FlowRun) -> bool:
    return bool(run.state and run.state.is_completed())


if __name__ == "__main__":
    sys.exit(main())
