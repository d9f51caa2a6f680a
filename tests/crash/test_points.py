"""The points are where they say, and the list has those that matter."""

import pytest

from tests.crash.points import ALL, DRAINING, RECEIVING, SWEEPING
from tests.support.dies_at import Point


@pytest.mark.parametrize("place", ALL.values(), ids=ALL)
def test_every_point_is_one_line_of_its_file(place):
    assert len(Point(place.file, place.line).numbers) == 1


def test_the_full_form_kills_at_least_sixty_times():
    places = [*RECEIVING.values(), *DRAINING.values(), *SWEEPING.values()]

    assert sum(len(place.visits) for place in places) >= 60


def test_every_step_is_killed_before_and_after_its_effect():
    steps = {
        "spool.written", "spool.committed", "spool.made", "answer.before_sent",
        "inbox.before_commit", "inbox.committed", "spool.settling", "spool.settled",
        "orders.before_commit", "orders.committed", "load.before_commit",
    }  # fmt: skip

    assert steps <= set(ALL)
