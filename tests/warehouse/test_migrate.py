"""Migrations: once each, all or nothing, and never a file we do not know."""

import gzip
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from data.model.notice import NoticeKind, NoticeReason
from data.model.order import Mall, Status
from data.warehouse.errors import MigrationRefused
from data.warehouse.invariants import violations
from data.warehouse.migrate import MIGRATIONS, migrate, read_migrations
from data.warehouse.notices import record_notices
from data.warehouse.orders.store import store_orders
from data.warehouse.session import warehouse
from tests.support.effort import first, for_crash
from tests.support.forked import Forked
from tests.support.orders import an_order, at, order_number
from tests.support.stored import orders_by_status
from tests.warehouse import writer
from tests.warehouse.made_notices import a_notice

GOLDEN = Path(__file__).parent / "golden"
MARTS = Path(__file__).parents[2] / "data" / "marts"
NAMES = [migration.name for migration in read_migrations(MIGRATIONS)]
LAST = 2 + 5 * len(NAMES)
"""Calls of a first run: two to find an empty ledger, five for each file."""
CALLS = [5, LAST - 1, 1, 2, 3, 4, 6, 7, 8, LAST - 4, LAST - 3, LAST - 2, LAST]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(MIGRATIONS, tmp_path / "migrations")


def test_no_two_files_have_one_number_and_none_is_missing():
    numbers = [migration.version for migration in read_migrations(MIGRATIONS)]

    assert numbers == [*range(1, len(numbers) + 1)]


def test_the_second_run_does_nothing(absent):
    absent.parent.mkdir()
    with duckdb.connect(absent) as con:
        assert migrate(con) == NAMES

        assert migrate(con) == []


@first(2, for_crash)
@pytest.mark.parametrize("call", CALLS)
def test_a_kill_at_any_step_is_made_good_by_the_next_run(absent, call):
    absent.parent.mkdir()
    process = Forked(writer.die_migrating, absent, str(call))
    process.communicate()

    with warehouse(absent) as con:
        ledger = con.execute("SELECT name FROM schema_migrations").fetchall()
        store_orders(con, [an_order()], source="api", stored_at=at(9), load_id="l")
    assert process.returncode == -9
    assert [name for (name,) in ledger] == NAMES


def test_an_edited_file_is_refused_by_name(absent, folder):
    with warehouse(absent):
        pass
    (folder / NAMES[1]).write_text("CREATE TABLE other (a INTEGER);")

    with duckdb.connect(absent) as con, pytest.raises(MigrationRefused, match=NAMES[1]):
        migrate(con, folder=folder)


def test_a_database_from_a_newer_juchu_is_refused(absent, folder):
    (folder / "9999_future.sql").write_text("CREATE TABLE future (a INTEGER);")
    absent.parent.mkdir()
    with duckdb.connect(absent) as con:
        migrate(con, folder=folder)

    with pytest.raises(MigrationRefused, match="9999_future"), warehouse(absent):
        pass


def test_a_foreign_database_is_left_as_it_is(absent):
    absent.parent.mkdir()
    with duckdb.connect(absent) as con:
        con.execute("CREATE TABLE theirs (a INTEGER)")

    with pytest.raises(MigrationRefused, match="対処"), warehouse(absent):
        pass

    with duckdb.connect(absent) as con:
        tables = con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    assert tables == [("theirs",)]


def test_a_failing_file_leaves_no_trace_and_its_own_error(absent, folder):
    (folder / "9999_broken.sql").write_text(
        "CREATE TABLE half (a INTEGER); SELECT no_such_function();"
    )
    absent.parent.mkdir()
    with duckdb.connect(absent) as con, pytest.raises(duckdb.CatalogException):
        migrate(con, folder=folder)

    with warehouse(absent) as con:
        assert con.execute("SELECT count(*) FROM schema_migrations").fetchall() == [
            (len(NAMES),)
        ]


def test_every_table_and_column_says_what_it_is(con):
    silent = con.execute(
        "SELECT table_name, '' FROM duckdb_tables() WHERE comment IS NULL "
        "UNION ALL SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE NOT internal AND comment IS NULL"
    ).fetchall()

    assert silent == []


def test_there_are_no_secondary_indexes(con):
    assert con.execute("SELECT count(*) FROM duckdb_indexes()").fetchall() == [(0,)]


def test_the_checks_allow_every_word_of_the_model(con):
    allowed = con.execute(
        "SELECT string_agg(constraint_text, ' ') FROM duckdb_constraints() "
        "WHERE table_name = 'orders' AND constraint_type = 'CHECK'"
    ).fetchall()[0][0]

    assert [word for word in [*Mall, *Status] if f"'{word.value}'" not in allowed] == []


@first()
@pytest.mark.parametrize(
    ("column", "word"),
    [
        ("source", "fax"),
        ("status", "発送済み"),
        ("stock_policy", "maybe"),
        ("mall", "tanaka"),
        ("order_number", ""),
    ],
)
def test_a_word_we_do_not_know_is_refused(path, column, word):
    with warehouse(path) as con:
        store_orders(con, [an_order()], source="api", stored_at=at(9), load_id="l")

    with pytest.raises(duckdb.ConstraintException), warehouse(path) as con:
        con.execute(f"UPDATE orders SET {column} = $word", {"word": word})  # noqa: S608


def test_the_checks_allow_every_word_of_a_notice(con):
    allowed = con.execute(
        "SELECT string_agg(constraint_text, ' ') FROM duckdb_constraints() "
        "WHERE table_name = 'notices' AND constraint_type = 'CHECK'"
    ).fetchall()[0][0]

    words = [*NoticeKind, *NoticeReason]
    assert [word for word in words if f"'{word.value}'" not in allowed] == []


@pytest.fixture(params=["0004", "0005"])
def released(request, absent):
    """A file as that release left it."""
    absent.parent.mkdir()
    packed = GOLDEN / f"warehouse-{request.param}.duckdb.gz"
    absent.write_bytes(gzip.decompress(packed.read_bytes()))
    return request.param


def test_a_file_of_the_release_before_takes_notices_and_the_api(absent, released):
    with warehouse(absent) as con:
        record_notices(con, [a_notice(1), a_notice(7)], at(30))
        read = [an_order(1, 40), an_order(7, 40)]
        told = store_orders(con, read, source="api", stored_at=at(41), load_id="l")
        sources = con.execute(
            "SELECT source FROM order_log WHERE order_number = ? ORDER BY rowid",
            [order_number(7)],
        ).fetchall()
        assert violations(con) == []

    assert (told.created, told.changed + told.unchanged) == {
        "0004": (1, 1),
        "0005": (0, 2),
    }[released]
    assert [source for (source,) in sources] == {
        "0004": ["api"],
        "0005": ["csv", "api"],
    }[released]


def test_a_file_of_the_first_release_still_opens(absent):
    absent.parent.mkdir()
    packed = GOLDEN / "warehouse-0004.duckdb.gz"
    absent.write_bytes(gzip.decompress(packed.read_bytes()))

    with warehouse(absent) as con:
        assert violations(con) == []
        assert orders_by_status(con) == {Status.NEW: 2, Status.PROCESSING: 3}
        again = store_orders(
            con, [an_order(1)], source="api", stored_at=at(9), load_id="again"
        )
    assert again.unchanged == 1


def test_a_file_of_the_version_before_answers_the_marts_as_it_did(path):
    packed = GOLDEN / "warehouse-0010.duckdb.gz"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    before = json.loads((GOLDEN / "warehouse-0010-marts.json").read_text("utf-8"))
    del before["sales_per_day"]  # of the analysts' copy now, with sales of one meaning
    history = before["stock_history"]  # without what staff typed: it may name people
    before["stock_history"] = [row[:-1] for row in history]
    marts = {name: (MARTS / f"{name}.sql").read_text("utf-8") for name in before}

    with warehouse(path) as con:
        answers = {
            name: [[str(value) for value in row] for row in con.sql(mart).fetchall()]
            for name, mart in marts.items()
        }
        sources = con.sql(
            "SELECT content_source, count(*) FROM orders GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        assert violations(con) == []

    assert {name: answers[name] for name in before} == before  # a new one may come
    assert sources == [("api", 6), ("csv_created", 1), ("csv_changed", 1)]
