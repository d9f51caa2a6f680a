"""Whatever is imported in whatever mode, each order stands as the rules say."""

from collections.abc import Iterator

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given

from data.warehouse.session import warehouse
from tests.order_files.store.histories import CELLS, Api, Csv, Row, play, steps
from tests.support.effort import examples, for_ci
from tests.support.planted import caught, planted_sql
from tests.support.rules import broken_rules

FULL = ("100", "a", "a", "a", "a", "a")
BLANK = (None,) * 6
OTHER = ("300", "b", "b", "b", "b", "b")


def a_file(*rows, mode="update", columns=CELLS, chunk=1000):
    return Csv(mode, frozenset(columns), rows, chunk)


def row(cells=FULL, number=1, line_id="11", quantity=1):
    return Row(number, line_id, quantity, cells)


TWO = [a_file(row()), a_file(row(BLANK))]
PLANTED = {
    "a blank order cell overwrites": (
        "change_csv_orders",
        "after_file(c.payment_method, r.payment_method, o.payment_method)",
        "r.payment_method",
        TWO,
    ),
    "a blank package cell overwrites": (
        "change_csv_packages",
        "after_file(c.noshi, r.noshi, o.noshi)",
        "r.noshi",
        TWO,
    ),
    "a blank line cell overwrites": (
        "change_csv_lines",
        "after_file(c.choices, r.choices, o.choices)",
        "r.choices",
        TWO,
    ),
    "a blank person's cell overwrites": (
        "change_csv_people",
        "after_file(p.clears_city, p.city, o.city)",
        "p.city",
        TWO,
    ),
    "a blank never clears": (
        "change_csv_lines",
        "after_file(c.choices, r.choices, o.choices)",
        "coalesce(r.choices, o.choices)",
        [a_file(row()), a_file(row(BLANK), mode="replace")],
    ),
    "a missing column clears": (
        "change_csv_orders",
        "after_file(c.payment_method,",
        "after_file(c.mall_status,",
        [a_file(row()), a_file(row(), mode="replace", columns=["mall_status"])],
    ),
    "status only for new orders": (
        "mark_csv_orders",
        "status       = k.status",
        "status       = o.status",
        [Api(1, "100", 2), a_file(row())],
    ),
    "the policy follows the last source": (
        "mark_csv_orders",
        "    status       =",
        "    stock_policy = 'manual', status =",
        [Api(1, "100", 2), a_file(row())],
    ),
    "csv orders move stock": (
        "insert_csv_orders",
        "'manual'",
        "'auto'",
        [a_file(row())],
    ),
    "rows of other chunks are other lines": (
        "judge_csv_lines",
        "GROUP BY order_number, line_id\n",
        "GROUP BY order_number, line_id, last_row\n",
        [a_file(row(), row(number=2), row(OTHER), chunk=1)],
    ),
    "the first row of a line wins": (
        "judge_csv_lines",
        "max(last_row) AS last_row",
        "min(last_row) AS last_row",
        [a_file(row(), row(OTHER, number=2), row(FULL, quantity=2))],
    ),
    "the mall's answer still counts": (
        "mark_csv_orders",
        "concat('csv:', $import_id)",
        "o.content_hash",
        [Api(1, "100", 2), a_file(row()), Api(1, "100", 2)],
    ),
    "an unchanged order is written": (
        "gather_csv_changes",
        "n.order_number IS NOT NULL OR",
        "true OR",
        [a_file(row())],
    ),
    "changes are not logged": (
        "log_csv_contents",
        "WHERE k.is_content",
        "WHERE false",
        [*TWO, a_file(row(OTHER))],
    ),
}


@pytest.fixture(scope="module")
def con(tmp_path_factory) -> Iterator[DuckDBPyConnection]:
    with warehouse(tmp_path_factory.mktemp("histories") / "juchu.duckdb") as con:
        yield con
        assert broken_rules(con) == []


@given(history=steps)
@examples(6, derandomize=True)
def test_the_warehouse_agrees_with_the_rules_and_a_replay_writes_nothing(
    con, monkeypatch, history
):
    play(con, history, monkeypatch)


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_the_history_that_would_show_a_bug_holds(con, monkeypatch, bug):
    play(con, PLANTED[bug][3], monkeypatch)


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_each_planted_bug_is_caught(path, monkeypatch, bug):
    name, old, new, history = PLANTED[bug]

    with planted_sql(name, old, new), caught(), warehouse(path) as con:
        play(con, history, monkeypatch)
