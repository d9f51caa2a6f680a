"""SIGKILL while importing leaves the warehouse as before the file, or as after it."""

import subprocess
import sys

import pytest

from data.warehouse.invariants import violations
from data.warehouse.session import warehouse
from tests.order_files.store.dump import dump
from tests.order_files.store.made import a_row, store
from tests.order_files.store.writer import ORDERS, lines

HALF = ORDERS // 2


def killed(path, call):
    return subprocess.run(
        [sys.executable, "-m", "tests.order_files.store.writer", str(path), str(call)],
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("call", [0, 5, 14, 20, 26, 32])
def test_a_kill_before_the_commit_leaves_what_was_there(path, call):
    with warehouse(path) as con:
        store(con, *lines("old")[:HALF])
        before = dump(con)

    process = killed(path, call)

    assert process.returncode == -9
    with warehouse(path) as con:
        assert dump(con) == before
        assert violations(con) == []
        report = store(con, *lines("new"), minute=21)
    assert (report.orders_created, report.orders_updated) == (ORDERS - HALF, HALF)


def test_an_import_that_lives_is_there_whole(path):
    with warehouse(path) as con:
        store(con, a_row("B"))

    assert killed(path, 10_000).stdout == b"imported\n"
    with warehouse(path) as con:
        assert con.execute("SELECT count(*) FROM orders").fetchall() == [(ORDERS + 1,)]
        assert violations(con) == []
