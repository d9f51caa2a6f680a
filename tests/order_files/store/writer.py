"""Another process that imports a file, and may be killed while it does."""

import os
import signal
import sys
from itertools import count
from pathlib import Path
from typing import Any

from data.warehouse.session import warehouse
from data.warehouse.statements import Statements
from tests.order_files.store.made import a_row, store

ORDERS = 300


def kill_before_statement(nth: int) -> None:
    """Kill this process before the n-th statement from now on runs."""
    left, healthy = count(nth - 1, -1), Statements.run

    def run(*given: Any) -> Any:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return healthy(*given)

    setattr(Statements, "run", run)  # noqa: B010 - for the rest of this process


def lines(choices: str) -> list[dict]:
    return [a_row(f"A{n}", choices=choices) for n in range(ORDERS)]


def import_and_die(path: Path, call: int) -> None:
    """Import a file; die before its n-th statement, or after the last one with 0."""
    with warehouse(path) as con:
        kill_before_statement(call)
        store(con, *lines("new"), minute=20)
        if call == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    sys.stdout.write("imported\n")
