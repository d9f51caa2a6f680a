"""SIGKILL while importing leaves the warehouse as before the file, or as after it."""

import pytest

from data.warehouse.invariants import violations
from data.warehouse.session import warehouse
from tests.order_files.store.dump import dump
from tests.order_files.store.made import a_row, store
from tests.order_files.store.writer import ORDERS, import_and_die, lines
from tests.support.effort import first, for_crash
from tests.support.forked import Forked

HALF = ORDERS // 2


@first(1, for_crash)
@pytest.mark.parametrize("call", [20, 0, 5, 14, 26, 32])
def test_a_kill_before_the_commit_leaves_what_was_there(path, call):
    with warehouse(path) as con:
        store(con, *lines("old")[:HALF])
        before = dump(con)

    process = Forked(import_and_die, path, call)
    process.communicate()

    assert process.returncode == -9
    with warehouse(path) as con:
        assert dump(con) == before
        assert violations(con) == []
        report = store(con, *lines("new"), minute=21)
    assert (report.orders_created, report.orders_updated) == (ORDERS - HALF, HALF)


def test_an_import_that_lives_is_there_whole(path):
    with warehouse(path) as con:
        store(con, a_row("B"))

    assert Forked(import_and_die, path, 10_000).communicate()[0] == "imported\n"
    with warehouse(path) as con:
        assert con.execute("SELECT count(*) FROM orders").fetchall() == [(ORDERS + 1,)]
        assert violations(con) == []
