"""Another process that imports a file, and may be killed while it does."""

import os
import signal
import sys
from pathlib import Path

from data.warehouse.session import warehouse
from data.warehouse.statements import SQL, Statements
from tests.order_files.store.made import a_row, store

ORDERS = 300


class Deadly(Statements):
    """Statements that kill their process before the n-th one runs."""

    def __init__(self, calls_left: int) -> None:
        self._calls_left = calls_left

    def run(self, con, name, given):
        self._calls_left -= 1
        if self._calls_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return SQL.run(con, name, given)

    def __call__(self, name: str) -> str:
        return SQL(name)


def lines(choices: str) -> list[dict]:
    return [a_row(f"A{n}", choices=choices) for n in range(ORDERS)]


if __name__ == "__main__":
    with warehouse(Path(sys.argv[1])) as con:
        store(con, *lines("new"), minute=20, sql=Deadly(int(sys.argv[2])))
        if sys.argv[2] == "0":
            os.kill(os.getpid(), signal.SIGKILL)
    sys.stdout.write("imported\n")
