"""Whatever arrives in whatever order, each order stands at its newest content."""

from collections.abc import Iterator

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given
from hypothesis import strategies as st

from data.warehouse.session import warehouse
from tests.orders.history import ByHand, Snapshot, histories, play, snapshots
from tests.support.effort import examples, for_ci
from tests.support.planted import caught, planted_sql
from tests.support.rules import broken_rules

X, Y, TWO_PACKAGES, OTHER_NAME = range(4)


def seen(minute: int, content: int, mall_status: str = "100") -> Snapshot:
    return Snapshot(1, minute, content, mall_status)


PLANTED = {
    "guard removed": (
        "judge_snapshots",
        "coalesce(i.observed_at <= coalesce(s.seen_at, o.observed_at), false)",
        "false",
        [[seen(2, X)], [seen(1, Y)]],
    ),
    "sightings ignored": (
        "judge_snapshots",
        "coalesce(s.seen_at, o.observed_at)",
        "o.observed_at",
        [[seen(1, X)], [seen(3, X)], [seen(2, Y)]],
    ),
    "the same instant replaces": (
        "judge_snapshots",
        "<=",
        "<",
        [[seen(1, X)], [seen(1, Y)]],
    ),
    "two contents of one instant": (
        "judge_snapshots",
        "OR NOT is_first",
        "",
        [[seen(1, X), seen(1, Y)]],
    ),
    "oldest of a batch wins": (
        "open_contents",
        "j.observed_at DESC",
        "j.observed_at",
        [[seen(2, Y), seen(1, X)]],
    ),
    "status always moves": (
        "merge_orders",
        "OR w.status_moves",
        "OR true",
        [[seen(1, X)], ByHand(1, "保留"), [seen(2, Y)]],
    ),
    "status never moves": (
        "merge_orders",
        "OR w.status_moves",
        "",
        [[seen(1, X)], [seen(2, X, "300")]],
    ),
    "status moved there and back": (
        "open_contents",
        "bool_or(j.is_other_status) OVER of_order",
        "j.is_other_status",
        [[seen(1, X)], ByHand(1, "保留"), [seen(2, X, "300"), seen(3, X)]],
    ),
    "removed lines stay": (
        "remove_lines",
        "w.verdict = 'changed'",
        "false",
        [[seen(1, X)], [seen(2, Y)]],
    ),
    "removed packages stay": (
        "remove_packages",
        "w.verdict = 'changed'",
        "false",
        [[seen(1, TWO_PACKAGES)], [seen(2, Y)]],
    ),
    "people of removed packages stay": (
        "remove_people",
        "w.verdict = 'changed'",
        "false",
        [[seen(1, TWO_PACKAGES)], [seen(2, Y)]],
    ),
    "people are not content": (
        "judge_snapshots",
        "content_hash",
        "mall_status",
        [[seen(1, Y)], [seen(2, OTHER_NAME)]],
    ),
    "only creations are logged": (
        "log_contents",
        "('created', 'changed')",
        "('created')",
        [[seen(1, X)], [seen(2, Y)]],
    ),
    "sightings go back": (
        "move_sightings",
        "WHERE excluded.seen_at > order_sightings.seen_at",
        "",
        [[seen(2, X)], [seen(1, X)]],
    ),
}


@pytest.fixture(scope="module")
def con(tmp_path_factory) -> Iterator[DuckDBPyConnection]:
    with warehouse(tmp_path_factory.mktemp("newest") / "juchu.duckdb") as con:
        yield con
        assert broken_rules(con) == []


@given(history=histories)
@examples(10, derandomize=True)
def test_the_warehouse_agrees_with_the_rule_and_replays_write_nothing(con, history):
    play(con, history)
    committed(con)


@given(
    data=st.data(),
    batch=st.lists(
        snapshots, min_size=2, max_size=6, unique_by=lambda s: (s.number, s.minute)
    ),
)
@examples(6, derandomize=True)
def test_however_it_is_cut_and_shuffled_the_end_is_the_same(con, data, batch):
    shuffled = data.draw(st.permutations(batch))
    cut = data.draw(st.integers(1, len(batch)))
    one = newest_contents(con, [batch])

    assert newest_contents(con, [shuffled[:cut], shuffled[cut:]]) == one
    committed(con)


def committed(con) -> None:
    """Keep an example: DuckDB holds all of a transaction's changes in memory."""
    con.commit()
    con.begin()


def newest_contents(con, batches) -> list[tuple]:
    """Store the batches in a shop of their own and show what each order stands at."""
    play(con, [batch for batch in batches if batch])
    return con.execute(
        "SELECT order_number, mall_status, lines, names FROM orders "
        "JOIN (SELECT shop_id, order_number, list(line_id ORDER BY line_id) AS lines "
        "FROM order_lines GROUP BY ALL) USING (shop_id, order_number) "
        "JOIN (SELECT shop_id, order_number, list(family_name ORDER BY 1) AS names "
        "FROM order_people GROUP BY ALL) USING (shop_id, order_number) "
        "WHERE shop_id = (SELECT max(shop_id::INTEGER)::VARCHAR FROM orders) "
        "ORDER BY order_number"
    ).fetchall()


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_the_history_that_would_show_a_bug_holds(con, bug):
    play(con, PLANTED[bug][3])


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_each_planted_bug_is_caught(path, bug):
    name, old, new, history = PLANTED[bug]

    with planted_sql(name, old, new), caught(), warehouse(path) as con:
        play(con, history)
