"""A drain or a sweep in a process of its own, without Prefect, that can be killed.

Without Prefect a kill costs half a second. What Prefect adds is left out: retries,
reports, the limit between runs, and blocks; the flows' and tasks' own code runs.
"""

import importlib
import os
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Literal, NamedTuple

from flows import drain_notices, ingest_orders, push_inventory
from tasks import notices, orders, rms
from tasks.runs import loads
from tasks.shops import blocks
from tasks.stock import link, push, push_report
from tasks.watch import work as watching
from tasks.watch.metrics import WatchMetrics
from tests.support.dies_at import ROOT, Point, die_at
from tests.support.forked import FORKS
from tests.support.kept_open import kept_open
from tests.support.without_prefect import without_prefect

SHOP = "lab"
PATIENCE_S = 300
_FLOWS = (drain_notices, ingest_orders, push_inventory)
_STOCK = (watching, blocks, link, push, push_report)
_RUNS = {
    "drain_notices": drain_notices.drain_notices,
    "push_inventory": push_inventory.push_inventory,
}


class Bug(NamedTuple):
    """A piece of a module's source, and what a hasty programmer might have written."""

    file: str
    right: str
    wrong: str


class Work(NamedTuple):
    """What to do, where, and when to die."""

    flow: Literal["drain", "sweep", "watch"]
    env: Mapping[str, str]
    point: Point | None = None
    bug: Bug | None = None
    is_small: bool = True
    """Whether a handful of notices is enough to make several batches."""
    is_quick: bool = False
    """Whether it keeps the warehouse open; nothing may end it before it is done."""

    def done(self, kill_after_s: float | None = None) -> bool:
        """Do it in a process; False when it was killed, as told, before its end."""
        process = FORKS.Process(target=_work, args=(self,))
        process.start()
        process.join(kill_after_s or PATIENCE_S)
        if kill_after_s:
            process.kill()
            process.join()
        ended = process.exitcode
        process.close()
        assert ended in {0, -9}, f"the {self.flow} ended with {ended}"
        return ended == 0


def _work(work: Work) -> None:
    os.environ.update(work.env)
    if work.bug:
        _plant(work.bug)
    without_prefect(
        setattr,
        (notices, orders, loads, rms, *_STOCK, *_FLOWS),
        share_keys=lambda: None,
        with_progress=iter,
        report_load=lambda *told: told,
    )
    if work.is_small:
        notices.FILES_AT_ONCE, notices.ORDERS_AT_ONCE = 5, 4
        orders.in_batches.__defaults__ = (4,)
    if work.point:
        die_at(work.point)
    with kept_open() if work.is_quick else nullcontext():
        if work.flow == "watch":
            _watch()
        elif work.flow == "drain":
            drain_notices.drain_notices.fn(SHOP)
        else:
            ingest_orders.ingest_orders.fn(SHOP)


def _watch() -> None:
    """Do what a warm process does when both bells ring, and say that it is done."""
    watching.run_here = lambda flow, shop: _RUNS[flow].fn(shop)
    desk = watching.Watch(WatchMetrics())
    desk._shops = (blocks.load_shop(SHOP),)
    desk.minute_passed()
    desk.drain()
    desk.push()
    assert (desk.drain(), desk.push()) == (0, 0)


def _plant(bug: Bug) -> None:
    """Put the bug into the module that this process has loaded."""
    path = ROOT / bug.file
    source = path.read_text(encoding="utf-8")
    assert source.count(bug.right) == 1
    wrong = source.replace(bug.right, bug.wrong)
    name = bug.file.removesuffix(".py").replace("/", ".")
    exec(compile(wrong, str(path), "exec"), vars(importlib.import_module(name)))  # noqa: S102 - the bug
    for module in _FLOWS:
        importlib.reload(module)
