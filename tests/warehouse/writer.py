"""Another process at the warehouse: holds it, dies in it, fills its disk."""

import os
import resource
import signal
import sys
from pathlib import Path

import duckdb

from data.warehouse.errors import WarehouseClosed
from data.warehouse.migrate import migrate
from data.warehouse.notices import due_notices, record_notices, settle_notices
from data.warehouse.orders.store import store_orders
from data.warehouse.runs import Load, record_load
from data.warehouse.session import warehouse
from tests.support.orders import SHOP_ID, an_order, at
from tests.support.waiting import until
from tests.warehouse.made_notices import a_notice

BATCH = 20


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def mark(con: duckdb.DuckDBPyConnection, name: str) -> None:
    record_load(con, Load(name, "api", an_order().mall, SHOP_ID, None, at(0)))


def store(con: duckdb.DuckDBPyConnection, batch: int, minute: float = 5) -> None:
    orders = [an_order(batch * BATCH + i, minute) for i in range(BATCH)]
    store_orders(con, orders, source="api", stored_at=at(99), load_id=str(batch))


def hold(path: Path) -> None:
    with warehouse(path) as con:
        mark(con, "first")
        say("held")
        sys.stdin.readline()


def hold_until_told(path: Path, go: Path) -> None:
    with warehouse(path) as con:
        mark(con, "first")
        say("held")
        until(go.exists)


def open_once(path: Path) -> None:
    try:
        with warehouse(path, patience_s=0):
            say("opened")
    except WarehouseClosed as exc:
        say(type(exc).__name__)


def die_after_commit(path: Path) -> None:
    """Die in the door itself: tidying is what it does between commit and close."""
    Path.rmdir = lambda _self: die()
    with warehouse(path) as con:
        mark(con, "first")


def die_before_commit(path: Path) -> None:
    with warehouse(path) as con:
        store(con, 0)
        die()


def keep_storing(path: Path, first: str) -> None:
    """Store batch after batch, saying each once it is committed."""
    for batch in range(int(first), int(first) + 10_000):
        with warehouse(path) as con:
            store(con, batch)
        say(str(batch))


def look_and_settle(con: duckdb.DuckDBPyConnection) -> None:
    """Read whatever is due, as if from the mall, store and settle it."""
    numbers = {n.order_number for n in due_notices(con, SHOP_ID, at(20), 10_000)}
    read = [
        an_order(int(str(number)[-10:]), 20) for number in sorted(map(str, numbers))
    ]
    store_orders(con, read, source="api", stored_at=at(21), load_id="drain")
    settle_notices(
        con,
        SHOP_ID,
        read={order.order_number: order.observed_at for order in read},
        refused=[],
        asked_at=at(20),
        settled_at=at(21),
    )


def keep_draining(path: Path, first: str) -> None:
    """Record batch after batch, saying each once committed; settle in between."""
    for batch in range(int(first), int(first) + 10_000):
        told = [a_notice(batch * BATCH + i, 5) for i in range(BATCH)]
        with warehouse(path) as con:
            record_notices(con, told, at(6))
        say(str(batch))
        with warehouse(path) as con:
            look_and_settle(con)


def die_draining(path: Path, call: str) -> None:
    """Record and settle in one transaction, and die at its n-th call."""
    with warehouse(path) as con:
        dying = Dying(con, int(call))
        record_notices(dying, [a_notice(1, 5)], at(6))
        look_and_settle(dying)
    say("drained")


def disk_full(path: Path) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    room = path.stat().st_size + 100_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        with warehouse(path) as con:
            orders = [an_order(number, 5) for number in range(800)]
            store_orders(con, orders, source="api", stored_at=at(99), load_id="all")
    except WarehouseClosed as exc:
        say(f"{type(exc).__name__}: {exc}")


class Dying:
    """A connection that kills its process at the n-th call."""

    def __init__(self, con: duckdb.DuckDBPyConnection, calls_left: int) -> None:
        self._con = con
        self._calls_left = calls_left

    def __getattr__(self, name: str):
        self._calls_left -= 1
        if self._calls_left == 0:
            die()
        return getattr(self._con, name)


def die_migrating(path: Path, call: str) -> None:
    with duckdb.connect(path) as con:
        migrate(Dying(con, int(call)))
        say("migrated")


if __name__ == "__main__":
    what, where, *words = sys.argv[1:]
    globals()[what.replace("-", "_")](Path(where), *words)
