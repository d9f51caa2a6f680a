"""The three mistakes that lose orders, and that these tests see each of them."""

from pathlib import Path

import pytest

from tests.crash.conftest import Market
from tests.crash.points import SESSION, SWEEPING
from tests.crash.work import Bug
from tests.support.dies_at import ROOT, Point
from tests.support.effort import for_crash

REMOVED_FIRST = Bug(
    "tasks/notices.py",
    """\
        with our_warehouse() as con:
            new += record_notices(con, waiting, now()).new
        spool.settle(waiting, now())
""",
    """\
        spool.settle(waiting, now())
        with our_warehouse() as con:
            new += record_notices(con, waiting, now()).new
""",
)
SETTLED_FIRST = Bug(
    "tasks/orders.py",
    """\
    at = now()
    with our_warehouse() as con:
""",
    """\
    at = now()
    with our_warehouse() as con:
        con.execute(
            "UPDATE notices SET settled_at = now(), reason = 'stored'"
            " WHERE list_contains(?, order_number)",
            [numbers],
        )
    with our_warehouse() as con:
""",
)
CURSOR_FIRST = Bug(
    "tasks/runs/loads.py",
    """\
        record_load(con, load)
    return load


def _cursor""",
    """\
        record_load(con, load)
        move_cursor(con, load.mall, load.shop_id, window.until, now())
    return load


def _cursor""",
)
SECOND_COMMIT = Point(SESSION, "con.commit()", 2)
STORING = Point(*SWEEPING["orders.before_commit"][:2])


@pytest.mark.parametrize(
    ("bug", "point"),
    [
        (REMOVED_FIRST, SECOND_COMMIT),
        pytest.param(SETTLED_FIRST, STORING, marks=for_crash),
    ],
    ids=["settled in the spool before the commit", "settled before it is stored"],
)
def test_a_drain_that_loses_notices_is_caught(
    market: Market, told: Path, bug: Bug, point: Point
):
    with pytest.raises(AssertionError, match=r"lost=[^0]|settled_notices_have_proof"):
        market.killed_and_finished(told, "drain", point=point, bug=bug)


@for_crash
def test_a_cursor_that_moves_before_the_orders_are_stored_is_caught(
    market: Market, untold: Path
):
    with pytest.raises(AssertionError, match=r"lost=[^0]"):
        market.killed_and_finished(untold, "sweep", point=STORING, bug=CURSOR_FIRST)


@pytest.mark.parametrize("bug", [REMOVED_FIRST, SETTLED_FIRST, CURSOR_FIRST])
def test_each_bug_is_one_change_of_the_code_of_today(bug: Bug):
    """Code that changed leaves a bug behind that nobody plants until the long suite."""
    assert (ROOT / bug.file).read_text(encoding="utf-8").count(bug.right) == 1
