"""A push in a process of its own that can be killed, and a bug planted into it."""

import multiprocessing
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from flows import push_tracking
from tasks import tracking
from tests.crash.work import Bug, _plant
from tests.shipments.plain import SHOP, quickly, without_prefect
from tests.support.dies_at import Point, die_at

PATIENCE_S = 60
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload([__name__])

CALLS = "tasks/tracking_calls.py"
DECIDED = "settle(con, run, judged, decided_at=now())"
INTENT = "begin_reports(con, run, reports, sent_at=sent.at)"
POINTS = {
    "intent.before_commit": Point(CALLS, INTENT),
    "intent.committed": Point(CALLS, "if not reports:"),
    "report.answered": Point(CALLS, "_store_receipt(run, sent, receipt)"),
    "receipt.committed": Point(CALLS, "_store_receipt(run, sent, receipt)", after=True),
    "result.heard": Point(
        CALLS, "results = [result for word in words for result in _results(word)]"
    ),
    "orders.decided": Point("tasks/tracking.py", DECIDED),
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
        process = _forks.Process(target=_work, args=(self,))
        process.start()
        process.join(PATIENCE_S)
        ended = process.exitcode
        process.close()
        assert ended in {0, -9}, f"the push ended with {ended}"
        return ended == 0


def _work(push: Push) -> None:
    os.environ.update(push.env)
    if push.bug:
        _plant(push.bug)
    set_to: Any = setattr
    without_prefect(set_to)
    quickly(set_to)
    tracking.ORDERS_A_CALL = push.orders_a_call
    if push.point:
        die_at(push.point)
    push_tracking.push_tracking.fn(SHOP)
