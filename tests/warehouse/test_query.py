"""`make query` answers; what would write is refused, with nothing written."""

import json
import os
import time

import duckdb
import polars as pl
import pytest

from data.warehouse.errors import QueryRefused, WarehouseBusy, WarehouseMissing
from data.warehouse.orders.store import store_orders
from data.warehouse.query import Form, ask, ask_for_text, exported
from data.warehouse.session import warehouse
from tests.support.effort import first
from tests.support.orders import an_order, at, order_number


@pytest.fixture
def filled(path):
    with warehouse(path) as con:
        store_orders(con, [an_order(1)], source="api", stored_at=at(9), load_id="l")
    return path


def test_a_query_is_answered_with_times_of_japan(filled):
    rows = ask(filled, "SELECT order_number, observed_at FROM orders")

    assert rows["order_number"].to_list() == [order_number(1)]
    assert str(rows["observed_at"][0].tzinfo) == "Asia/Tokyo"


def test_no_rows_are_an_answer_too(filled):
    assert ask(filled, "SELECT 1 AS one WHERE false").shape == (0, 1)


@first(2)
@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM orders",
        "UPDATE orders SET status = '保留'",
        "CREATE TABLE mine (a INTEGER)",
        "DELETE FROM orders; COMMIT; BEGIN",
        "SELECT FROM WHERE",
        "SELECT * FROM nowhere",
        "SELECT error('at run time') FROM orders",
    ],
)
def test_a_query_that_would_write_or_fails_is_refused(filled, query):
    with pytest.raises(QueryRefused):
        ask(filled, query)

    rows = ask(filled, "SELECT status, count(*) AS orders FROM orders GROUP BY ALL")
    assert rows.rows() == [("受注処理中", 1)]
    tables = ask(
        filled, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'mine'"
    )
    assert tables.rows() == [(0,)]


EVERY_TYPE = "FROM test_all_types()"


def test_a_value_of_every_type_can_be_shown(filled):
    answer = ask_for_text(filled, EVERY_TYPE, 10, 0)
    (_, told, nothing) = answer.rows
    shown = dict(zip(answer.columns, told, strict=True))

    assert shown["interval"] == "83 years 3 months 999 days 00:16:39.999999"
    assert shown["hugeint"] == "170141183460469231731687303715884105727"
    assert shown["uuid"] == "ffffffff-ffff-ffff-ffff-ffffffffffff"
    assert shown["timestamp_tz"].endswith("+09")
    assert shown["struct"] == "{'a': 42, 'b': 🦆🦆🦆🦆🦆🦆}"
    assert shown["map"] == "{key1=🦆🦆🦆🦆🦆🦆, key2=goose}"
    assert shown["bit"] == "10101"
    assert set(nothing) == {None}
    assert all(isinstance(value, str) for value in told)


@pytest.mark.parametrize("form", [Form.CSV, Form.JSON])
def test_a_value_of_every_type_can_be_written(filled, form):
    with exported(filled, EVERY_TYPE, form, 0) as file:
        text = file.read_text(encoding="utf-8")

    assert "83 years 3 months 999 days" in text
    assert not file.exists()


def test_parquet_keeps_the_types(filled):
    query = "SELECT order_number, ordered_at, request_total, interval 1 day AS d, [1] l"
    with exported(filled, f"{query} FROM orders", Form.PARQUET, 0) as file:
        rows = duckdb.sql(f"DESCRIBE FROM '{file}'").fetchall()

    types = {name: kind for name, kind, *_ in rows}
    assert types["ordered_at"] == "TIMESTAMP WITH TIME ZONE"
    assert types["request_total"] in {"INTEGER", "BIGINT"}
    assert (types["d"], types["l"]) == ("INTERVAL", "INTEGER[]")


def test_json_is_json(filled):
    query = (
        'SELECT 1 AS a, 2 AS a, \'x"\n\' AS "q""", NULL AS n, \'nan\'::DOUBLE AS f,'
        " {'k': [1]} AS s UNION ALL SELECT 0, 0, '', 'z', 1.5, NULL ORDER BY 1 DESC"
    )
    with exported(filled, query, Form.JSON, 0) as file:
        rows = json.loads(file.read_text("utf-8"), parse_constant=pytest.fail)

    assert rows == [
        {"a": 1, "a_1": 2, 'q"': 'x"\n', "n": None, "f": None, "s": {"k": [1]}},
        {"a": 0, "a_1": 0, 'q"': "", "n": "z", "f": 1.5, "s": None},
    ]


@pytest.mark.parametrize(
    ("query", "rows"),
    [("SELECT 1 AS a WHERE false", []), ("SELECT 1 AS a", [{"a": 1}])],
)
def test_json_without_rows_is_an_empty_array(filled, query, rows):
    with exported(filled, query, Form.JSON, 0) as file:
        assert json.loads(file.read_text("utf-8")) == rows


def test_csv_tells_nothing_from_an_empty_text(filled):
    with exported(
        filled, "SELECT NULL AS a, '' AS b, 'x,\"y' AS c", Form.CSV, 0
    ) as file:
        assert file.read_text("utf-8") == 'a,b,c\n,"","x,""y"\n'


@first(2)
@pytest.mark.parametrize(
    "query",
    [
        "SHOW TABLES",
        "DESCRIBE orders",
        "SUMMARIZE orders",
        "EXPLAIN FROM orders",
        "PRAGMA table_info('orders')",
        "SELECT 1; SELECT 2 AS b",
    ],
)
def test_what_is_no_select_answers_too(filled, query):
    answer = ask_for_text(filled, query, 3, 0)

    assert answer.rows
    assert {len(row) for row in answer.rows} == {len(answer.columns)}


def test_more_rows_than_asked_for_are_said(filled):
    answer = ask_for_text(filled, "FROM range(5)", 3, 0)

    assert [row for (row,) in answer.rows] == ["0", "1", "2"]
    assert answer.has_more
    assert answer.are_numbers == [True]
    assert not ask_for_text(filled, "FROM range(3)", 3, 0).has_more


@first(2)
@pytest.mark.parametrize(
    "query",
    [
        "COPY orders TO '{0}/out.csv'",
        "ATTACH '{0}/other.duckdb'",
        "FROM read_csv('/etc/passwd')",
        "EXPORT DATABASE '{0}/all'",
        "SET enable_external_access = true",
        "",
        "-- nothing",
    ],
)
def test_a_query_reaches_no_other_file(filled, tmp_path, query):
    with pytest.raises(QueryRefused):
        ask_for_text(filled, query.format(tmp_path), 3, 0)

    assert [file.name for file in tmp_path.iterdir()] == ["home"]


def test_reading_makes_and_changes_nothing(filled):
    before = {f.name: f.stat().st_mtime_ns for f in filled.parent.iterdir()}
    ask(filled, "FROM orders")
    ask_for_text(filled, "FROM orders", 3, 0)
    filled.chmod(0o400)
    with exported(filled, "FROM orders", Form.CSV, 0):
        pass

    assert {f.name: f.stat().st_mtime_ns for f in filled.parent.iterdir()} == before


def test_where_there_is_no_warehouse_none_is_made(tmp_path):
    path = tmp_path / "wrong" / "juchu.duckdb"
    with pytest.raises(
        WarehouseMissing, match=r"juchu.duckdb がありません。対処: JUCHU"
    ):
        ask_for_text(path, "SELECT 1", 3, 0)

    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_writer_left_in_the_log_is_read(filled):
    pid = os.fork()
    if not pid:
        con = duckdb.connect(filled)
        con.execute("UPDATE orders SET status = '保留'")
        os.kill(os.getpid(), 9)
    os.waitpid(pid, 0)

    assert filled.with_name("juchu.duckdb.wal").stat().st_size > 0
    assert ask(filled, "SELECT status FROM orders").rows() == [("保留",)]


def test_a_warehouse_that_is_written_to_is_waited_for_shortly(filled):
    began = time.monotonic()
    with warehouse(filled), pytest.raises(WarehouseBusy, match="使用中です。対処"):
        ask_for_text(filled, "SELECT 1", 3, 0.1)

    assert time.monotonic() - began < 5


def test_a_typed_frame_is_for_programs(filled):
    assert isinstance(ask(filled, "SELECT 1 AS a"), pl.DataFrame)
