"""A drain, a sweep or the warm process killed anywhere costs only the next one."""

from pathlib import Path

from tests.crash.conftest import Market
from tests.crash.points import DRAINING, SWEEPING, WATCHING, every
from tests.support.dies_at import Point


@every(DRAINING)
def test_a_killed_drain_loses_nothing_and_the_next_one_finishes(
    market: Market, told: Path, point: Point
):
    assert market.killed_and_finished(told, "drain", point=point).waiting == 0


@every(SWEEPING)
def test_a_killed_sweep_hides_no_order_from_the_next_one(
    market: Market, untold: Path, point: Point
):
    assert market.killed_and_finished(untold, "sweep", point=point).lost == 0


@every(WATCHING)
def test_a_killed_warm_process_loses_nothing_and_the_next_one_finishes(
    market: Market, told: Path, point: Point
):
    assert market.killed_and_finished(told, "watch", point=point).waiting == 0
