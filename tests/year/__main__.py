"""Live through a year, print it month by month, and compare all books at its end.

`python -m tests.year` is 365 days with 200,000 orders; `python -m tests.year 7` a week
with as many a day. Ends with 1 when anything differs, is unexplained or grows beyond
its plan.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from rich.console import Console

from tests.year.books import Verdict, compare, mall_books
from tests.year.calendar import A_YEAR, Plan, usual
from tests.year.growth import Month, beyond_plan, header, line
from tests.year.machine import machine
from tests.year.year import Year

ORDERS: Final = 200_000
SHOWN: Final = 20
"""Of the differences."""
console = Console(soft_wrap=True, highlight=False)


def main() -> int:
    """Run as asked on the command line."""
    asked = argparse.ArgumentParser(prog="python -m tests.year")
    asked.add_argument("days", type=int, nargs="?", default=A_YEAR)
    asked.add_argument("orders", type=int, nargs="?")
    asked.add_argument("--seed", type=int, default=7)
    given = asked.parse_args()
    orders = given.orders or max(20, ORDERS * given.days // A_YEAR)
    with tempfile.TemporaryDirectory(prefix="juchu-year-") as folder:
        wrong = live(Path(folder), usual(given.days, orders), given.seed, console)
    for each in wrong[:SHOWN]:
        console.print(f"NO  {each}")
    if len(wrong) > SHOWN:
        console.print(f"NO  and {len(wrong) - SHOWN:,} more")
    return 1 if wrong else 0


def live(folder: Path, plan: Plan, seed: int, shown: Console) -> list[str]:
    """Live through the plan and return what differs."""
    began = time.monotonic()
    shown.print(f"{plan.days} days, {plan.orders:,} orders\n{header()}")
    months: list[Month] = []
    with machine(folder, seed, opens_once=plan.is_long) as ours:
        year = Year(ours, plan)
        year.begin()
        if (
            year.wrong
        ):  # nothing is planned for the eve: each run to come would fail, too
            return year.wrong
        for nth in range(plan.days):
            year.day(nth)
            if plan.ends_a_row(nth):
                before = months[-1] if months else None
                months.append(Month.of(year, nth, time.monotonic() - began))
                shown.print(line(months[-1], before))
        year.settle()
        cpu_s, kills = ours.cpu_s(), ours.clerk.kills
        ours.clerk.end()
        books = mall_books(ours.books)
        verdict = compare(books, ours.home, ours.shop.shop_id, plan, year.shelf)
    wrong = [*year.wrong, *verdict.differences, *beyond_plan(months)]
    if kills != len(plan.kills):
        wrong.append(f"{kills} kills, {len(plan.kills)} were planned")
    _conclude(shown, plan, year, verdict, time.monotonic() - began, cpu_s)
    return wrong


def _conclude(
    shown: Console,
    plan: Plan,
    year: Year,
    verdict: Verdict,
    seconds: float,
    cpu_s: dict[str, float],
) -> None:
    """Print what was lived through, and what a whole year takes at that rate."""
    shown.print(
        f"orders {verdict.orders:,} of {year.sold:,} · tracking rows"
        f" {verdict.parcels:,} of {year.packed:,} parcels · kills {len(plan.kills)}"
        f" · keys {len(plan.keys)} · storms {len(plan.storms)}"
    )
    gaps = ", ".join(f"{c}: {n:,}" for c, n in verdict.gaps_by_cause.items())
    longest = max((g.known_at - g.ordered_at for g in verdict.gaps), default=None)
    shown.print(f"gaps explained by {gaps or 'none'}; the longest {longest}")
    shown.print(f"notices {dict(year.notices)}; runs failed by {dict(year.failed)}")
    flows = ", ".join(f"{f} {s:,.0f}" for f, s in year.cpu_s.most_common())
    rest = ", ".join(f"{p} {s:,.0f}" for p, s in cpu_s.items())
    shown.print(f"seconds of CPU: {flows}; processes: {rest}")
    shown.print(f"the slowest run by RMS's pace: {year.slowest}")
    all_s = sum(year.cpu_s.values()) + cpu_s["receiver"] + cpu_s["mall"]
    shown.print(
        f"{seconds / 60:.1f} min here, {all_s / 60:.1f} min of CPU:"
        f" {1000 * all_s / year.sold:.0f} ms an order, {all_s / plan.days:.1f} s a day;"
        f" a year at this rate: {seconds / 60 * A_YEAR / plan.days:.0f} min"
    )


if __name__ == "__main__":
    sys.exit(main())
