"""Where a notice can be on its way into the warehouse when the power goes."""

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from tests.support.dies_at import Point
from tests.support.effort import for_crash

SPOOL = "connectors/notices/spool.py"
RECEPTION = "connectors/notices/reception.py"
APP = "connectors/notices/app.py"
INBOX = "tasks/notices.py"
ORDERS = "tasks/orders.py"
LOADS = "tasks/runs/loads.py"
NOTICES = "data/warehouse/notices.py"
SESSION = "data/warehouse/session.py"
WATCH = "tasks/watch/work.py"


class Place(NamedTuple):
    """A point, the visits on which to die there, and whether `make test` does."""

    file: str
    line: str
    after: bool = False
    visits: tuple[int, ...] = (1,)
    short: bool = False


RECEIVING: Mapping[str, Place] = {
    "spool.half_made": Place(SPOOL, "Path(name).rename(self._file)"),
    "spool.made": Place(SPOOL, "Path(name).rename(self._file)", True),
    "spool.begun": Place(SPOOL, "for message in batch:"),
    "spool.written": Place(
        SPOOL, "added.append(con.total_changes - before)", True, (2, 1, 3)
    ),
    "spool.committed": Place(SPOOL, "self._refuse_if_moved()", visits=(2, 4)),
    "spool.rung": Place(SPOOL, "message.new = new", visits=(4, 2)),
    "spool.kept": Place(SPOOL, "return Kept(new, len(rows) - new)", visits=(1, 3)),
    "answer.decided": Place(RECEPTION, "return ResultCode.TAKEN"),
    "answer.before_sent": Place(
        APP,
        "return answer(code, _status(code, parts.error_status))",
        visits=(3, 5),
        short=True,
    ),
}
"""In the receiver, while five notices arrive one after the other."""

DRAINING: Mapping[str, Place] = {
    "inbox.begun": Place(
        INBOX, "while waiting := spool.waiting(FILES_AT_ONCE, shop_id):"
    ),
    "inbox.before_commit": Place(
        INBOX,
        "new += record_notices(con, waiting, now()).new",
        True,
        (2, 1, 3, 4),
        short=True,
    ),
    "inbox.committed": Place(
        INBOX, "spool.settle(waiting, now())", visits=(2, 1, 3, 4)
    ),
    "spool.settling": Place(
        SPOOL, "con.executemany(statement, rows)", True, (3, 1, 2, 4, 5)
    ),
    "spool.settled": Place(SPOOL, 'con.execute("COMMIT")', True, (3, 1, 2, 4, 5)),
    "spool.emptied": Place(INBOX, "spool.sweep(now())"),
    "orders.known": Place(ORDERS, "asked_at = now()", visits=(1, 2, 3)),
    "orders.read": Place(ORDERS, "at = now()", visits=(2, 1, 3)),
    "orders.stored": Place(
        ORDERS,
        "same = store_same(con, read.same, at)",
        visits=(2, 1, 3),
    ),
    "notices.settled": Place(NOTICES, 'con.unregister("reads")', visits=(2, 1, 3)),
    "orders.before_commit": Place(
        NOTICES,
        "return SettledNotices(stored, given_up, looked.height - exhausted, exhausted)",
        visits=(2, 1, 3),
    ),
    "orders.committed": Place(
        ORDERS, "created=new.created,", visits=(2, 1, 3), short=True
    ),
    "load.before_commit": Place(LOADS, "record_load(con, ended)", True),
    "transaction.before_commit": Place(
        SESSION, "con.commit()", visits=tuple(range(1, 17))
    ),
    "transaction.committed": Place(SESSION, "con.commit()", True, tuple(range(1, 17))),
}
"""In the drain of seventeen notices, in small batches."""

SWEEPING: Mapping[str, Place] = {
    "orders.before_commit": Place(
        NOTICES,
        "return SettledNotices(stored, given_up, looked.height - exhausted, exhausted)",
        visits=(2, 1, 3),
    ),
    "orders.committed": Place(ORDERS, "created=new.created,", visits=(3, 1, 2)),
    "cursor.moved": Place(
        LOADS,
        "move_cursor(con, load.mall, load.shop_id, moved, now())",
        True,
        short=True,
    ),
    "transaction.before_commit": Place(
        SESSION, "con.commit()", visits=tuple(range(1, 10))
    ),
    "transaction.committed": Place(SESSION, "con.commit()", True, tuple(range(1, 10))),
}
"""In the sweep of twelve orders that no notice has named."""

WATCHING: Mapping[str, Place] = {
    "watch.looked": Place(WATCH, "before = waiting", True),
    "watch.run_ended": Place(
        WATCH, "trouble = was_trouble(run_here(flow, shop.handle))", True, short=True
    ),
    "watch.judged": Place(WATCH, "self._attempts.succeeded(work)"),
    "watch.inbox_committed": Place(
        INBOX, "spool.settle(waiting, now())", visits=(1, 3)
    ),
    "watch.orders_committed": Place(ORDERS, "created=new.created,", visits=(1, 3)),
    "watch.rung": Place(SESSION, "_ring(path)", True, (1, 2, 5)),
}
"""In the warm process, from the bell of the same notices to the levels that are due."""

ALL = RECEIVING | DRAINING | SWEEPING | WATCHING


def every(places: Mapping[str, Place]) -> pytest.MarkDecorator:
    """Parametrize a test by `point`: every visit of each place, few in `make test`."""
    return pytest.mark.parametrize(
        "point",
        [
            pytest.param(
                Point(place.file, place.line, visit, place.after),
                id=f"{name}#{visit}",
                marks=() if place.short and visit == place.visits[0] else for_crash,
            )
            for name, place in places.items()
            for visit in place.visits
        ],
    )
