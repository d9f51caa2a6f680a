"""A push in a process of its own that can be killed, and a bug planted into it."""

import importlib
import os
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import timedelta
from types import ModuleType
from typing import NamedTuple

from flows import push_tracking
from tasks import orders, rms
from tasks.runs import loads as runs
from tasks.shipping import tracking, tracking_report
from tests.crash.work import SHOP, Bug, _plant
from tests.support.dies_at import Point, die_at
from tests.support.forked import FORKS
from tests.support.kept_open import kept_open
from tests.support.without_prefect import SetTo, without_prefect

PATIENCE_S = 300
SETTLES = timedelta(seconds=0.5)
_MODULES = (orders, runs, tracking, tracking_report, rms, push_tracking)

CALLS = "tasks/shipping/tracking.py"
DECIDED = "settle(con, run, judged, decided_at=now())"
INTENT = "begin_reports(con, run, reports, sent_at=sent.at)"
POINTS = {
    "intent.before_commit": Point(CALLS, INTENT),
    "intent.committed": Point(CALLS, "if not reports:"),
    "report.answered": Point(CALLS, "_store_receipt(run, sent, receipt)"),
    "receipt.committed": Point(CALLS, "_store_receipt(run, sent, receipt)", after=True),
    "result.heard": Point(
        CALLS, "results = [result for one in answers for result in _results(one)]"
    ),
    "orders.decided": Point("tasks/shipping/tracking.py", DECIDED),
}
"""Where a push can be when the power goes, on either side of every effect."""


class Push(NamedTuple):
    """One push of a home: how many orders a call takes, when to die, with which bug."""

    env: Mapping[str, str]
    orders_a_call: int = 100
    point: Point | None = None
    bug: Bug | None = None

    def done(self) -> bool:
        """Do it in a process; False when it died at its point, as told."""
        process = FORKS.Process(target=_work, args=(self,))
        process.start()
        process.join(PATIENCE_S)
        ended = process.exitcode
        if ended is None:
            process.kill()
            process.join()
        process.close()
        assert ended in {0, -9}, f"the push ended with {ended}"
        return ended == 0


def push_plainly(set_to: SetTo, *more: ModuleType) -> None:
    """Leave Prefect out of the push, and let a report settle soon, as RMS is told."""
    without_prefect(set_to, (*_MODULES, *more))
    set_to(tracking, "SETTLES_AFTER", SETTLES)


def _work(push: Push) -> None:
    os.environ.update(push.env)
    if push.bug:
        _plant(push.bug)
        importlib.reload(push_tracking)  # it holds the healthy functions by name
    push_plainly(setattr)
    tracking.MOST_ORDERS = push.orders_a_call
    if push.point:
        die_at(push.point)
    with nullcontext() if push.point else kept_open():
        push_tracking.push_tracking.fn(SHOP)
