"""What a cluster has to bear: a host that dies, a server that is begun again."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from prefect.client.schemas.objects import FlowRun

from tasks.setup.services import ROOT
from tests.cluster.bed import Bed
from tests.cluster.engines import until_api
from tests.cluster.mornings import (
    begin,
    ended,
    is_good,
    is_running,
    latest,
    seen,
    sell,
)
from tests.cluster.opened import rest
from tests.cluster.page import Page, judge, told
from tests.support.waiting import until

KNOWN_DEAD_S = 120.0
AWAY_S = 3.0
APPENDED = "appendonlydir"
"""What Redis keeps on disk."""
LONG_S = 900.0
"""Patience with a machine that others use as well: no figure of the page."""
AGAIN_S = 120.0
"""How long an automation may take to begin a crashed day again."""
Sold = dict[str, set[str]]


def sell_more(bed: Bed, sold: Sold, orders: int) -> None:
    for home, numbers in sell(bed, orders).items():
        sold[home] |= numbers


def calls(bed: Bed) -> int:
    """Return how many calls RMS has had."""
    return len(bed.sandbox.journal()["requests"])


def until_at_work(bed: Bed, homes: Iterable[str], after: int) -> None:
    """Wait until RMS was called for every shop of these homes, later than `after`.

    A home is then in the middle of its morning, however slow the machine is.
    """
    theirs = {shop for home in homes for shop in bed.shops_of(home)}

    def called() -> bool:
        later = bed.sandbox.journal()["requests"][after:]
        return theirs <= {str(one["shop"]) for one in later}

    until(called, LONG_S)


def host_killed(bed: Bed, page: Page, sold: Sold, orders: int) -> None:
    """Kill the last host; move one of its homes, and begin the host again for others.

    A crashed day is started again by an automation of ours, once, for each home.
    """
    sell_more(bed, sold, orders)
    victim = bed.hosts[-1]
    theirs = bed.homes_of(victim)
    before, runs = calls(bed), begin(bed, bed.homes)
    until_at_work(bed, theirs, before)
    bed.processes.kill(victim)
    killed = time.monotonic()
    at_work = {h: runs[h] for h in theirs if is_running(seen(bed, runs[h]))}
    told(f"{victim} is dead, with {sorted(at_work)} at work")
    row_of_the_dead(page, f"{victim} killed", ended(bed, at_work), killed)
    others = ended(bed, {h: r for h, r in runs.items() if h not in theirs})
    met = all(map(is_good, others.values()))
    count = f"{sum(map(is_good, others.values()))} of {len(others)} completed"
    page.row(f"{victim} killed: other homes", count, "untouched", met=met)

    again = begun_by_itself(bed, {h: runs[h] for h in theirs})
    count = f"{len(again)} of {len(theirs)}"
    met = len(again) == len(theirs)
    page.row(f"{victim} killed: days begun again", count, "all", met=met)
    again |= begin(bed, [h for h in theirs if h not in again])
    moved = theirs[-1]
    took = move(bed, moved, bed.hosts[0])
    page.row(f"{moved} moved to {bed.hosts[0]}", f"{took:.0f} s")
    again |= begun_by_itself(bed, {moved: again[moved]})
    bed.processes.start_again(victim)
    judge(bed, page, f"{victim} killed", others | ended(bed, again), sold)
    move_back(bed, page, moved)


def row_of_the_dead(
    page: Page, what: str, crashed: Mapping[str, FlowRun], since: float
) -> None:
    """Put on the page how and how soon the runs of a host were known dead."""
    known_s = time.monotonic() - since
    how = sorted({str(run.state_name) for run in crashed.values()})
    page.row(
        f"{what}: {len(crashed)} runs known dead",
        f"{', '.join(how)} after at most {known_s:.0f} s",
        f"{KNOWN_DEAD_S:.0f} s",
        met=known_s <= KNOWN_DEAD_S and how == ["Crashed"],
    )


def begun_by_itself(bed: Bed, before: Mapping[str, FlowRun]) -> dict[str, FlowRun]:
    """Return the run that each home has after this one, as far as one was made."""
    give_up_at, found = time.monotonic() + AGAIN_S, dict[str, FlowRun]()
    while len(found) < len(before) and time.monotonic() < give_up_at:
        time.sleep(1)
        now = {home: latest(bed, home) for home in before}
        found = {home: run for home, run in now.items() if run.id != before[home].id}
    return found


def move(bed: Bed, home: str, to: str, at: Path | None = None) -> float:
    """Move a home to a host; return seconds. Without `at` its disk moves with it."""
    source = bed.folder_of(home)
    ours = {"JUCHU_HOST": bed.host_of[home], "JUCHU_HOME": str(bed.folder / to)}
    began = time.monotonic()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tasks.setup.move_home", "--home", home),
            *("--to", to, "--from", f"{source}", "--at", f"{at or source}"),
        ],
        env={**os.environ, **bed.env, **ours},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.monotonic() - began
    if done.returncode:
        raise RuntimeError(f"move-home: {done.stderr}")
    bed.host_of[home], bed.folders[home] = to, at or source
    rest(bed, home)
    return took


def move_back(bed: Bed, page: Page, home: str) -> None:
    """Move a home to the last host while both hosts live: it is copied by rsync."""
    to = bed.hosts[-1]
    at = bed.folder / "homes" / f"{home}-{to}-{time.monotonic_ns()}"
    page.row(f"{home} moved back to {to}, copied", f"{move(bed, home, to, at):.0f} s")


def begun_again(
    bed: Bed, page: Page, name: str, sold: Sold, away_s: float, *, empty: bool = False
) -> None:
    """Kill a part of the server within 09:00 and begin it again, `away_s` later.

    With `empty` Redis comes back with nothing of what it knew.
    """
    sell_more(bed, sold, 3)
    before, runs = calls(bed), begin(bed, bed.homes)
    until_at_work(bed, bed.homes, before)
    bed.processes.kill(name)
    time.sleep(away_s)
    if empty:
        shutil.rmtree(bed.folder / APPENDED)
    bed.processes.start_again(name)
    until_api(bed, 0)
    ends = ended(bed, runs)
    what = f"{name} begun again, {'empty, ' if empty else ''}{away_s:.0f} s later"
    ends |= _second_try(bed, what, ends)
    judge(bed, page, what, ends, sold)


def _second_try(bed: Bed, what: str, ends: Mapping[str, FlowRun]) -> dict[str, FlowRun]:
    """Begin the mornings that did not complete once more, as the clock would."""
    bad = {home: run for home, run in ends.items() if not is_good(run)}
    for home, run in bad.items():
        told(f"{what}: {home}: {run.state_name}: {run.state and run.state.message}")
    return ended(bed, begin(bed, bad)) if bad else {}
