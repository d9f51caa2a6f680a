"""SIGKILL at any moment: no acknowledged notice is lost, none settled in vain."""

import random
from contextlib import suppress
from subprocess import TimeoutExpired

import pytest

from data.model.notice import NoticeReason
from data.warehouse.invariants import violations
from data.warehouse.notices import Recorded, record_notices
from data.warehouse.session import warehouse
from tests.support.forked import Forked
from tests.support.orders import at
from tests.support.stored import count_notices
from tests.warehouse import writer
from tests.warehouse.made_notices import a_notice
from tests.warehouse.writer import BATCH, look_and_settle


def whole_batches(path) -> set[int]:
    """Which batches of notices are there, all of each; the invariants hold."""
    with warehouse(path) as con:
        assert violations(con) == []
        found = con.execute(
            "SELECT right(order_number, 10)::INTEGER // ?, count(*) "
            "FROM notices GROUP BY ALL",
            [BATCH],
        ).fetchall()
    assert {notices for _, notices in found} <= {BATCH}
    return {batch for batch, _ in found}


@pytest.mark.parametrize("call", [3, 8])
def test_a_kill_within_the_transaction_leaves_nothing_and_a_repeat_is_new(path, call):
    process = Forked(writer.die_draining, path, str(call))
    said, _ = process.communicate()

    assert (process.returncode, said) == (-9, "")
    with warehouse(path) as con:
        assert violations(con) == []
        assert record_notices(con, [a_notice(1, 5)], at(9)) == Recorded(1, 0)
        look_and_settle(con)
        assert count_notices(con).settled == {NoticeReason.STORED: 1}


def test_kills_at_random_moments_lose_no_notice_that_was_acknowledged(path):
    dice = random.Random(20260702)  # noqa: S311 - a fixed seed, no secret
    acknowledged: set[int] = set()
    for _ in range(3):
        first = max(acknowledged, default=-1) + 1
        process = Forked(writer.keep_draining, path, str(first))
        acknowledged.add(int(process.stdout.readline()))
        with suppress(TimeoutExpired):
            process.wait(timeout=dice.uniform(0.0, 0.3))
        process.kill()
        rest, _ = process.communicate()
        acknowledged |= {int(word) for word in rest.split()}

        recorded = whole_batches(path)
        assert acknowledged <= recorded
        acknowledged = recorded

    with warehouse(path) as con:
        look_and_settle(con)
        counts = count_notices(con)
        assert violations(con) == []
    assert (counts.waiting, sum(counts.settled.values())) == (
        0,
        len(acknowledged) * BATCH,
    )
