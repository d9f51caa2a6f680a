"""Whatever happens, acknowledged minus stored minus named reasons is nothing."""

from collections.abc import Iterator
from contextlib import suppress

import duckdb
import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given

from data.warehouse.session import warehouse
from tests.support.effort import examples, for_ci
from tests.support.planted import caught, planted_sql
from tests.support.rules import broken_rules
from tests.warehouse.notice_history import (
    Become,
    Change,
    Look,
    Record,
    Repeat,
    SettleOnly,
    Store,
    Wait,
    histories,
    play,
)

KNOWN = [Change(1), Record(), Look(), Store()]
"""Order 1 stands in the warehouse, as it was announced."""

PLANTED = {
    "settled before it is stored": (
        "settle_read_notices",
        "AND s.seen_at >= r.observed_at",
        "",
        [*KNOWN, Change(1), Record(), Look(), SettleOnly()],
    ),
    "an older read settles a newer notice": (
        "settle_read_notices",
        "AND n.received_at <= r.observed_at",
        "",
        [Change(1), Record(), Look(), Change(1), Record(), Store()],
    ),
    "an older look refuses a newer notice": (
        "settle_refused_notices",
        "AND n.received_at <= $asked_at",
        "AND $asked_at IS NOT NULL",
        [
            Become(1, "garbled"),
            *(Change(1), Record(), Look()),
            *(Become(1, "shown"), Change(1), Record(), Store()),
        ],
    ),
    "an unreadable order keeps its notice waiting": (
        "settle_refused_notices",
        "AND r.settled_at IS NULL",
        "AND r.code IS NULL",
        [Become(1, "garbled"), Change(1), Record(), Look(), Store()],
    ),
    "known by an older sighting": (
        "settle_unread_notices",
        "WHEN seen_at >= received_at",
        "WHEN seen_at IS NOT NULL",
        [*KNOWN, Change(1), Record()],
    ),
    "a repeat counts as new": (
        "insert_notices",
        "DO NOTHING",
        "DO UPDATE SET looks = excluded.looks",
        [Change(1), Record(), Repeat(1), Record()],
    ),
    "a repeat opens its notice again": (
        "insert_notices",
        "DO NOTHING",
        "DO UPDATE SET settled_at = NULL, reason = NULL",
        [*KNOWN, Repeat(1), Record()],
    ),
    "recorded is committed too early": (
        "settle_unread_notices",
        "UPDATE notices AS n SET",
        "COMMIT; BEGIN; UPDATE notices AS n SET",
        [Change(1), Record(dies=True)],
    ),
    "a look told twice counts twice": (
        "list_notices_in_vain",
        "AND (next_look_at IS NULL OR next_look_at <= $asked_at)",
        "",
        [Become(1, "hidden"), Change(1), Record(), Look(), Store()],
    ),
    "given up at once": (
        "list_notices_in_vain",
        "notice_key, received_at, looks\nFROM",
        "notice_key, received_at - INTERVAL 2 DAY, looks\nFROM",
        [Become(1, "hidden"), Change(1), Record(), Look(), Store()],
    ),
}


@pytest.fixture(scope="module")
def con(tmp_path_factory) -> Iterator[DuckDBPyConnection]:
    """A warehouse between two transactions; each step has one of its own."""
    with warehouse(tmp_path_factory.mktemp("notices") / "juchu.duckdb") as con:
        con.commit()
        yield con
        con.begin()
        assert broken_rules(con) == []


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory) -> Iterator[DuckDBPyConnection]:
    """A warehouse for bugs, each in a shop of its own."""
    with warehouse(tmp_path_factory.mktemp("spoilt") / "juchu.duckdb") as con:
        con.commit()
        yield con
        con.begin()


@given(history=histories)
@examples(8, derandomize=True)
def test_no_notice_is_lost_and_none_counts_twice(con, history):
    play(con, history)


def test_an_order_hidden_for_a_day_is_given_up_and_found_by_the_sweep(con):
    play(con, [Become(1, "hidden"), *KNOWN, Wait(40), Look(), Store(dies=True)])


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_the_history_that_would_show_a_bug_holds(con, bug):
    play(con, PLANTED[bug][3])


@for_ci
@pytest.mark.parametrize("bug", PLANTED)
def test_each_planted_bug_is_caught(spoilt, bug):
    name, old, new, history = PLANTED[bug]

    with planted_sql(name, old, new), caught():
        play(spoilt, history)
    with suppress(duckdb.TransactionException):  # none is open
        spoilt.rollback()
