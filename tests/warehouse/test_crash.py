"""SIGKILL at any moment: whole batches stay, and the next run is an ordinary one."""

import random
from contextlib import suppress
from subprocess import TimeoutExpired

import pytest

from data.warehouse.invariants import violations
from data.warehouse.orders.store import store_orders
from data.warehouse.session import warehouse
from tests.support.effort import first, for_crash
from tests.support.forked import Forked
from tests.support.orders import an_order, at
from tests.support.stored import orders_by_status
from tests.warehouse import writer

BATCH = 20


def stored_batches(path) -> dict[int, int]:
    """How many orders of each batch are there; the invariants hold."""
    with warehouse(path) as con:
        assert violations(con) == []
        found = con.execute(
            "SELECT right(order_number, 10)::INTEGER // ?, count(*) "
            "FROM orders GROUP BY ALL",
            [BATCH],
        ).fetchall()
    return dict(found)


def test_a_kill_just_before_the_commit_leaves_nothing(path):
    process = Forked(writer.die_before_commit, path)
    process.communicate()

    assert process.returncode == -9
    assert stored_batches(path) == {}
    with warehouse(path) as con:
        store_orders(con, [an_order()], source="api", stored_at=at(9), load_id="l")
        assert sum(orders_by_status(con).values()) == 1


@first(1, for_crash)
@pytest.mark.parametrize("kills", [2, 6])
def test_kills_at_random_moments_lose_no_batch_that_was_committed(path, kills):
    dice = random.Random(20260701)  # noqa: S311 - a fixed seed, no secret
    said: set[int] = set()
    for _ in range(kills):
        first = max(said, default=-1) + 1
        process = Forked(writer.keep_storing, path, str(first))
        said.add(int(process.stdout.readline()))
        with suppress(TimeoutExpired):
            process.wait(timeout=dice.uniform(0.0, 0.3))
        process.kill()
        rest, _ = process.communicate()
        said |= {int(word) for word in rest.split()}

        batches = stored_batches(path)
        assert said <= set(batches)
        assert set(batches.values()) == {BATCH}
        said = set(batches)
