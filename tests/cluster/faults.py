"""What a cluster has to bear: a host that dies, a server that is begun again."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping

from prefect.client.schemas.objects import FlowRun

from tasks.setup.services import ROOT
from tests.cluster.bed import Bed
from tests.cluster.engines import until_api
from tests.cluster.mornings import (
    all_begun,
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
AT_WORK_S = 5.0
"""How far into its morning a home is when its host dies."""
AWAY_S = 3.0
AGAIN_S = 60.0
"""How long an automation may take to begin a crashed day again."""
SERVERS = ("api-0", "services", "redis")
Sold = dict[str, set[str]]


def faults(bed: Bed, page: Page, sold: Sold, orders: int) -> None:
    """Kill a host within 09:00 and go on; begin each part of the server again."""
    host_killed(bed, page, sold, orders)
    for name in SERVERS:
        begun_again(bed, page, name, sold)


def sell_more(bed: Bed, sold: Sold, orders: int) -> None:
    for home, numbers in sell(bed, orders).items():
        sold[home] |= numbers


def host_killed(bed: Bed, page: Page, sold: Sold, orders: int) -> None:
    """Kill the last host; move one of its homes, and begin the host again for others.

    A crashed day is started again by an automation of ours, once, for each home.
    """
    sell_more(bed, sold, orders)
    runs = begin(bed, bed.homes)
    victim = bed.hosts[-1]
    theirs = bed.homes_of(victim)
    until(lambda: all_begun(bed, [runs[h] for h in theirs]), 300)
    time.sleep(AT_WORK_S)
    bed.processes.kill(victim)
    killed = time.monotonic()
    at_work = {h: runs[h] for h in theirs if is_running(seen(bed, runs[h]))}
    told(f"{victim} is dead, with {sorted(at_work)} at work")
    crashed = ended(bed, at_work, within_s=600)
    known_s = time.monotonic() - killed
    how = sorted({str(run.state_name) for run in crashed.values()})
    met = known_s <= KNOWN_DEAD_S and how == ["Crashed"]
    page.row(
        f"{victim} killed: {len(crashed)} runs known dead",
        f"{', '.join(how)} after at most {known_s:.0f} s",
        f"{KNOWN_DEAD_S:.0f} s",
        met=met,
    )
    others = ended(bed, {h: r for h, r in runs.items() if h not in theirs})
    met = all(map(is_good, others.values()))
    count = f"{sum(map(is_good, others.values()))} of {len(others)} completed"
    page.row(f"{victim} killed: other homes", count, "untouched", met=met)

    again = _begun_by_itself(bed, {h: runs[h] for h in theirs})
    count = f"{len(again)} of {len(theirs)}"
    met = len(again) == len(theirs)
    page.row(f"{victim} killed: days begun again", count, "all", met=met)
    again |= begin(bed, [h for h in theirs if h not in again])
    moved = theirs[-1]
    page.row(f"{moved} moved to {bed.hosts[0]}", f"{_move(bed, moved):.0f} s")
    again |= _begun_by_itself(bed, {moved: again[moved]})
    bed.processes.start_again(victim)
    judge(bed, page, f"{victim} killed", others | ended(bed, again), sold)


def _begun_by_itself(bed: Bed, before: Mapping[str, FlowRun]) -> dict[str, FlowRun]:
    """Return the run that each home has after this one, as far as one was made."""
    give_up_at, found = time.monotonic() + AGAIN_S, dict[str, FlowRun]()
    while len(found) < len(before) and time.monotonic() < give_up_at:
        time.sleep(1)
        now = {home: latest(bed, home) for home in before}
        found = {home: run for home, run in now.items() if run.id != before[home].id}
    return found


def _move(bed: Bed, home: str) -> float:
    """Move a dead host's home to the first host, its disk with it; return seconds."""
    to, folder = bed.hosts[0], str(bed.folder_of(home))
    ours = {"JUCHU_HOST": to, "JUCHU_HOME": str(bed.folder / to)}
    began = time.monotonic()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tasks.setup.move_home", "--home", home),
            *("--to", to, "--from", folder, "--at", folder),
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
    bed.host_of[home] = to
    rest(bed, home)
    return took


def begun_again(bed: Bed, page: Page, name: str, sold: Sold) -> None:
    """Kill a part of the server within 09:00 and begin it again."""
    sell_more(bed, sold, 3)
    runs = begin(bed, bed.homes)
    until(lambda: all_begun(bed, runs.values()), 300)
    time.sleep(AT_WORK_S)
    bed.processes.kill(name)
    time.sleep(AWAY_S)
    bed.processes.start_again(name)
    until_api(bed, 0)
    ends = ended(bed, runs)
    ends |= _second_try(bed, name, ends)
    judge(bed, page, f"{name} begun again", ends, sold)


def _second_try(bed: Bed, name: str, ends: Mapping[str, FlowRun]) -> dict[str, FlowRun]:
    """Begin the mornings that did not complete once more, as the clock would."""
    bad = {home: run for home, run in ends.items() if not is_good(run)}
    for home, run in bad.items():
        told(f"{name}: {home}: {run.state_name}: {run.state and run.state.message}")
    return ended(bed, begin(bed, bad)) if bad else {}
