"""A host that is believed dead and is not: it stands still, or its wire is cut.

Its disk is copied, the copy becomes another host's home, and only then, while that
host's morning is at work, the old one wakes up with all it had begun.
"""

import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from data.warehouse.session import warehouse
from tests.cluster.bed import WIRE, Bed
from tests.cluster.faults import (
    LONG_S,
    Sold,
    begun_by_itself,
    calls,
    move,
    move_back,
    row_of_the_dead,
    sell_more,
    until_at_work,
)
from tests.cluster.mornings import begin, ended, is_running, seen
from tests.cluster.page import Page, judge, told
from tests.support.waiting import until

COUNT = "SELECT count(*), sum(hash(t)::HUGEINT) FROM {} AS t"


def host_frozen(bed: Bed, page: Page, sold: Sold, orders: int) -> None:
    """Freeze the last host with everything it runs within 09:00, and wake it late."""
    host = bed.hosts[-1]
    _apart(bed, page, sold, orders, f"{host} frozen", host)


def host_cut_off(bed: Bed, page: Page, sold: Sold, orders: int) -> None:
    """Cut the last host's wire to Prefect within 09:00; RMS it still reaches."""
    _apart(bed, page, sold, orders, f"{bed.hosts[-1]} cut off", WIRE)


def _apart(
    bed: Bed, page: Page, sold: Sold, orders: int, what: str, stops: str
) -> None:
    """Part the last host from Prefect by what `stops`: the host itself, or its wire."""
    sell_more(bed, sold, orders)
    host = bed.hosts[-1]
    theirs = bed.homes_of(host)
    moved, old = theirs[-1], bed.folder_of(theirs[-1])
    before, runs = calls(bed), begin(bed, bed.homes)
    until_at_work(bed, theirs, before)
    bed.processes.freeze(stops)
    since, away_at = time.monotonic(), time.time()
    at_work = {h: runs[h] for h in theirs if is_running(seen(bed, runs[h]))}
    told(f"{what}, with {sorted(at_work)} at work")
    row_of_the_dead(page, what, ended(bed, at_work), since)
    others = ended(bed, {h: r for h, r in runs.items() if h not in theirs})
    again = begun_by_itself(bed, {h: runs[h] for h in theirs})
    again |= begin(bed, [h for h in theirs if h not in again])

    copy = Path(f"{old}-at-{bed.hosts[0]}")
    bed.processes.freeze(host)  # a disk is copied as it is at one moment
    shutil.copytree(old, copy)
    if stops != host:
        bed.processes.wake(host)
    bed.folders[moved], before = copy, calls(bed)
    page.row(f"{what}: {moved} moved", f"{move(bed, moved, bed.hosts[0]):.0f} s")
    again |= begun_by_itself(bed, {moved: again[moved]})
    until_at_work(bed, [moved], before)
    left_behind = _rows(old)
    bed.processes.wake(stops)
    until(lambda: not bed.processes.started_by(host, away_at), LONG_S)
    ends = ended(bed, again)
    is_same = _rows(old) == left_behind
    page.row(
        f"{what}: written to what was left behind",
        "nothing" if is_same else "something",
        "nothing",
        met=is_same,
    )
    judge(bed, page, what, others | ends, sold)
    move_back(bed, page, moved)


def _rows(home: Path) -> dict[str, tuple[object, ...]]:
    """Return what tells each table's rows from others, of a file that may be in use."""
    with TemporaryDirectory() as name:
        file = Path(shutil.copytree(home, Path(name) / "home")) / "juchu.duckdb"
        with warehouse(file) as con:
            tables = con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE NOT internal"
            ).fetchall()
            return {
                table: con.execute(COUNT.format(table)).fetchall()[0]
                for (table,) in tables
            }
