"""After a rewrite the file holds what is stored, and no byte of what was cleared."""

import os
import stat
import threading
from contextlib import ExitStack

import duckdb
import pytest

from data.warehouse.errors import WarehouseBusy, WarehouseFull
from data.warehouse.house import rewrite as door
from data.warehouse.house.rewrite import rewrite
from data.warehouse.invariants import violations
from data.warehouse.people_key import KEY_FILE
from data.warehouse.readers import whole_file
from data.warehouse.session import warehouse
from tests.support.canary import leaks
from tests.support.effort import for_ci
from tests.support.orders import an_order, at
from tests.support.planted import caught
from tests.support.small_files import small_files
from tests.warehouse.test_buyers import an_order_of, clear, store

BUYER = ("090-0000-9173", "hanako@buyer.example", "架空町一丁目9番", "架空の玄関へ")


def schema(con):
    return [
        con.execute(sql).fetchall()
        for sql in (
            (
                "SELECT table_name, column_name, data_type, comment"
                " FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
            ),
            (
                "SELECT table_name, constraint_type, constraint_column_names,"
                " expression FROM duckdb_constraints()"
                " WHERE constraint_type <> 'NOT NULL' ORDER BY ALL"
            ),
            (
                "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal"
                " ORDER BY ALL"
            ),
            "SELECT table_name, comment FROM duckdb_tables() ORDER BY ALL",
            (
                "SELECT table_name, column_name FROM duckdb_columns()"
                " WHERE NOT internal AND NOT is_nullable ORDER BY ALL"
            ),
        )
    ]


def rows(con):
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE table_name <> 'incidents'"
    ).fetchall()
    return {
        table: con.execute(f'FROM "{table}" ORDER BY rowid').fetchall()
        for (table,) in tables
    }


@pytest.fixture
def forgotten(path):
    """A warehouse that a buyer was cleared from, days after many transactions."""
    with warehouse(path) as con:
        store(con, *(an_order_of(n) for n in range(1, 40)))
        store(con, *(an_order(n) for n in range(100, 120)))
    with warehouse(path) as con:
        clear(con, *range(1, 40))
    return path


def test_no_byte_of_a_cleared_buyer_is_left(forgotten):
    assert leaks(forgotten.parent, BUYER) != []  # what the rewrite is for
    rewrite(forgotten, at(99))

    assert leaks(forgotten.parent, BUYER) == []
    assert sorted(one.name for one in forgotten.parent.iterdir()) == [
        "juchu.duckdb",
        "juchu.duckdb.bell",
        KEY_FILE,
    ]


def test_what_spills_meanwhile_is_beside_the_file(forgotten, tmp_path, monkeypatch):
    """It went to the folder that the worker stood in, and stayed there after a kill."""
    monkeypatch.chdir(tmp_path)
    with whole_file(forgotten) as (con, _):
        ((folder,),) = con.execute(
            "SELECT current_setting('temp_directory')"
        ).fetchall()

    assert folder == f"{forgotten}.tmp"


def test_rows_their_order_and_the_schema_stay(forgotten):
    with warehouse(forgotten) as con:
        before = schema(con), rows(con)
    rewrite(forgotten, at(99))
    with warehouse(forgotten) as con:
        assert (schema(con), rows(con)) == before
        assert violations(con) == []
        assert store(con, an_order_of(1, 99), minute=99).unchanged == 1

    assert stat.S_IMODE(forgotten.stat().st_mode) == 0o600


def test_what_waits_in_the_wal_is_in_the_new_file(forgotten):
    pid = os.fork()
    if pid == 0:
        with warehouse(forgotten) as con:
            store(con, an_order(500))
            con.commit()
            os._exit(0)  # like a kill: nothing is checkpointed
    os.waitpid(pid, 0)
    rewrite(forgotten, at(99))

    with warehouse(forgotten) as con:
        assert con.execute(
            "SELECT count(*) FROM orders WHERE order_number LIKE '%500'"
        ).fetchall() == [(1,)]
    assert leaks(forgotten.parent, BUYER) == []


def test_a_kill_before_the_rename_costs_nothing(forgotten):
    pid = os.fork()
    if pid == 0:
        door.sync = lambda _path: os._exit(1)
        rewrite(forgotten, at(99))
    os.waitpid(pid, 0)

    with warehouse(forgotten) as con:
        assert con.execute("SELECT count(*) FROM orders").fetchall() == [(59,)]
    assert forgotten.with_name("juchu.duckdb.rewritten").exists()
    rewrite(forgotten, at(99))
    assert not forgotten.with_name("juchu.duckdb.rewritten").exists()
    assert leaks(forgotten.parent, BUYER) == []


def test_a_rewrite_that_waits_leaves_the_copy_of_the_one_at_work(forgotten):
    copy = forgotten.with_name("juchu.duckdb.rewritten")
    with warehouse(forgotten):
        copy.write_bytes(b"at work")
        with pytest.raises(WarehouseBusy):
            rewrite(forgotten, at(99), patience_s=0)

    assert copy.read_bytes() == b"at work"


def test_a_file_in_use_is_waited_for(forgotten):
    with (
        warehouse(forgotten),
        pytest.raises(WarehouseBusy),
    ):
        rewrite(forgotten, at(99), patience_s=0)


@for_ci
def test_sessions_beside_it_lose_nothing(forgotten):
    def work(shop: str) -> None:
        for number in range(5):
            with warehouse(forgotten) as con:
                store(con, an_order(number + 1, shop_id=shop))

    workers = [threading.Thread(target=work, args=(str(n),)) for n in (1, 2)]
    for one in workers:
        one.start()
    for _ in range(3):
        rewrite(forgotten, at(99))
    for one in workers:
        one.join()

    with warehouse(forgotten) as con:
        assert con.execute(
            "SELECT count(*) FROM orders WHERE shop_id IN ('1', '2')"
        ).fetchall() == [(10,)]
        assert violations(con) == []


def test_a_checkpoint_in_its_place_is_caught(forgotten, monkeypatch):
    def checkpointed(path):
        with duckdb.connect(path) as con:
            con.execute("VACUUM")
            con.execute("CHECKPOINT")

    with caught():
        checkpointed(forgotten)
        assert leaks(forgotten.parent, BUYER) == []


def test_a_copy_that_does_not_fit_is_removed_and_the_cause_is_told(
    forgotten, monkeypatch
):
    before = sorted(forgotten.parent.iterdir())
    with ExitStack() as disk:

        def fills_up(_path: object) -> int:
            disk.enter_context(small_files(1_000_000))
            return 0

        monkeypatch.setattr(door, "wal_size", fills_up)
        with pytest.raises(WarehouseFull, match="File too large"):
            rewrite(forgotten, at(99))

    assert sorted(forgotten.parent.iterdir()) == [
        each for each in before if not each.name.endswith(".wal")
    ]
    with warehouse(forgotten) as con:
        assert con.execute("SELECT count(*) FROM orders").fetchall() == [(59,)]


def test_when_there_is_no_room_the_old_file_stays(forgotten, monkeypatch):
    def full(_path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(door, "sync", full)
    with pytest.raises(OSError, match="No space"):
        rewrite(forgotten, at(99))

    assert not forgotten.with_name("juchu.duckdb.rewritten").exists()
    with warehouse(forgotten) as con:
        store(con, an_order(600), minute=99)
        assert at(0) is not None
        assert violations(con) == []
