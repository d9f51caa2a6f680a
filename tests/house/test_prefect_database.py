"""No byte of a value that Prefect's server deleted stays in its SQLite file or log."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from prefect.settings import PREFECT_HOME, temporary_settings

from tasks.house import prefect_database
from tests.support.canary import leaks
from tests.support.planted import caught, planted_source

MAIL = "hanako@buyer.example"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The server's connection to its database, which stays open."""
    with (
        temporary_settings({PREFECT_HOME: tmp_path}),
        closing(sqlite3.connect(tmp_path / "prefect.db")) as con,
    ):
        con.execute("PRAGMA journal_mode = WAL")
        con.execute("CREATE TABLE flow_run (parameters TEXT)")
        con.execute("INSERT INTO flow_run VALUES ($mail)", {"mail": MAIL})
        con.commit()
        con.execute("UPDATE flow_run SET parameters = ''")
        con.commit()
        yield con


def test_a_mail_address_that_was_taken_out_is_in_no_file(server, tmp_path):
    before = leaks(tmp_path, [MAIL])

    assert prefect_database.tidy_prefect.fn()
    assert (before != [], leaks(tmp_path, [MAIL])) == (True, [])


def test_a_log_that_is_not_cut_off_is_caught(server, tmp_path):
    with planted_source(prefect_database, "(TRUNCATE)", "(PASSIVE)"), caught():
        assert prefect_database.tidy_prefect.fn()
        assert leaks(tmp_path, [MAIL]) == []


def test_a_server_that_does_not_let_go_is_told(server, monkeypatch):
    monkeypatch.setattr(prefect_database, "PATIENCE_S", 0.01)
    server.execute("BEGIN IMMEDIATE")

    with pytest.raises(prefect_database.DatabaseBusy, match="対処"):
        prefect_database.tidy_prefect.fn()


def test_where_there_is_no_such_file_nothing_is_done(tmp_path):
    with temporary_settings({PREFECT_HOME: tmp_path}):
        assert not prefect_database.tidy_prefect.fn()
    assert list(tmp_path.iterdir()) == []
