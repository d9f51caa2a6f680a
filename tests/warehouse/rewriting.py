"""A process that has the file rewritten in place, traced or killed meanwhile.

`python -m tests.warehouse.rewriting WHAT FILE`: what is written stays the same.
"""

import itertools
import sys
from contextlib import nullcontext
from pathlib import Path

from data.warehouse import instance, session
from data.warehouse.orders.store import store_orders
from data.warehouse.session import warehouse
from tests.support.orders import an_order, at
from tests.support.syscalls import be_traced

BATCH = 5


def store(path: Path, batch: int, many: int = BATCH) -> None:
    orders = [an_order(batch * many + i, 5) for i in range(many)]
    with warehouse(path) as con:
        store_orders(con, orders, source="api", stored_at=at(99), load_id=str(batch))


def in_one_thread() -> None:
    """Let DuckDB work in this thread alone, because only this one is traced."""
    instance.SETTINGS["threads"] = "1"


def checkpoint(path: Path) -> None:
    """Write a WAL of several sessions into the file."""
    session.LONGEST_WAL = 0
    with warehouse(path):
        pass


def checkpoint_without_copies(path: Path) -> None:
    """Do as juchu did before: write in place and hope."""
    session.saved = lambda _path, _held: nullcontext()
    checkpoint(path)


def commit(path: Path) -> None:
    """Commit what is too large for a WAL to be short, and write it into the file."""
    store(path, 7, many=700)


def migrate(path: Path) -> None:
    """Migrate the file of an older release."""
    with warehouse(path):
        pass


def keep_rewriting(path: Path, first: str) -> None:
    """Store batch after batch, each with a checkpoint, saying it once committed."""
    session.LONGEST_WAL = 0
    for batch in itertools.count(int(first)):
        store(path, batch)
        sys.stdout.write(f"{batch}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    what, file = sys.argv[1:]
    in_one_thread()
    be_traced()
    globals()[what](Path(file))
