"""`make cluster`, `make cluster-test`, `make bench-cluster`: many homes, one machine.

    python -m tests.cluster show|faults|bench [--homes N] [--shops N] [--orders N]
        [--only FAULT …] [--away SECONDS] [--workers N] [--pause SECONDS]

Ends with 1 when something was lost, doubled or too fast. Needs PostgreSQL, Redis and
the extra `cluster`.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.cluster.apart import host_cut_off, host_frozen
from tests.cluster.bed import Bed
from tests.cluster.costs import Costs
from tests.cluster.faults import AWAY_S, Sold, begun_again, host_killed
from tests.cluster.mornings import begin, ended, sell
from tests.cluster.opened import open_bed
from tests.cluster.page import Page, console, judge, told

SCALES = 1.8
PAUSE_S = 15.0
"""Between two calls for a shop in the bench: hosts then wait, and do not share the
cores of one machine. RMS asks for a second."""
MORNING_S, BENCH_S = 1800.0, 4 * 3600.0
"""How long 09:00 may take; a bench of 200 shops that wait takes hours."""
FAULTS = (
    "killed",
    "frozen",
    "cut-off",
    "api-0",
    "services",
    "redis",
    "redis-emptied",
)


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.cluster")
    asked.add_argument("part", choices=["show", "faults", "bench"])
    asked.add_argument("--homes", type=int, default=4)
    asked.add_argument("--shops", type=int, default=2, help="of each home")
    asked.add_argument("--orders", type=int, default=20, help="of each shop")
    asked.add_argument(
        "--workers", type=int, default=1, help="of each host, in the bench"
    )
    asked.add_argument("--only", nargs="+", choices=FAULTS, default=FAULTS)
    asked.add_argument(
        "--pause", type=float, default=PAUSE_S, help="seconds of a call, in the bench"
    )
    asked.add_argument(
        "--away", type=float, default=AWAY_S, help="seconds that a server is away"
    )
    given = asked.parse_args()
    page = Page()
    is_bench = given.part == "bench"
    took = {n: part(given, page, n) for n in ((1, 2) if is_bench else (2,))}
    if is_bench:
        times = took[1] / took[2]
        page.row("two hosts", f"{times:.2f} x", f"{SCALES} x", met=times >= SCALES)
    return page.end()


def part(given: argparse.Namespace, page: Page, hosts: int) -> float:
    """Open a cluster, run its 09:00 and what was asked for; return 09:00's seconds."""
    is_bench = given.part == "bench"
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="juchu-cluster-") as name:
        workers = given.workers if is_bench else 1
        bed = Bed(Path(name), hosts, given.homes, given.shops, workers)
        worker = ("--limit", "1") if is_bench else ()
        if is_bench:
            bed.env["JUCHU_RMS_REQUESTS_PER_SECOND"] = f"{1 / given.pause}"
        console.print(f"{hosts} hosts: {name}")
        with open_bed(bed, told, days_only=given.part != "show", worker=worker):
            sold = sell(bed, given.orders)
            took = morning(bed, page, sold, BENCH_S if is_bench else MORNING_S)
            if given.part == "faults":
                for one in given.only:
                    fault(bed, page, sold, given, one)
    page.row(f"all of it with {hosts} hosts", f"{time.monotonic() - began:.0f} s")
    return took


def fault(
    bed: Bed, page: Page, sold: Sold, given: argparse.Namespace, name: str
) -> None:
    """Do one thing to the cluster that it has to bear, and judge what came of it."""
    bed.sandbox.empty_journal()  # what was too fast is this fault's
    orders, away_s = given.orders, given.away
    match name:
        case "killed":
            host_killed(bed, page, sold, orders)
        case "frozen":
            host_frozen(bed, page, sold, orders)
        case "cut-off":
            host_cut_off(bed, page, sold, orders)
        case "redis-emptied":
            begun_again(bed, page, "redis", sold, away_s, empty=True)
        case _:
            begun_again(bed, page, name, sold, away_s)


def morning(bed: Bed, page: Page, sold: Sold, within_s: float) -> float:
    """Run 09:00 for every home at once and judge it; return the seconds."""
    costs = Costs(bed)
    began = time.monotonic()
    runs = ended(bed, begin(bed, bed.homes), within_s, costs.look)
    took = time.monotonic() - began
    what = f"09:00 of {len(bed.homes)} homes, {len(bed.hosts)} hosts"
    judge(bed, page, what, runs, sold)
    page.row(what, f"{took:.0f} s")
    costs.told(page, took)
    return took


if __name__ == "__main__":
    sys.exit(main())
