"""Killed anywhere, and answers lost on the way: each parcel stands at RMS once.

`make crash` runs the full size: 1,000 shipments, 50 kills.
"""

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.shipping.lab import REPORT, Lab, tracking_number
from tests.shipping.work import POINTS, Push
from tests.support.effort import first, for_crash
from tests.support.kept_open import kept_open
from tests.support.sandbox import lab_settings

SHORT, FULL = (24, 2, 6), (1000, 50, 10)
"""Shipments, kills, and how many orders are in a call."""


@pytest.fixture
def lab(bare_lab: Lab) -> Iterator[Lab]:
    """A shop whose warehouse other processes open, judged like the usual one."""
    yield bare_lab
    bare_lab.check()


def prepared(lab: Lab, count: int) -> list[tuple[str, str]]:
    """Orders with a parcel each: which number has to stand at which order."""
    numbers = lab.rms.sell(count, "plain", progress=300)
    known = lab.rms.orders()
    keys = [
        lab.key(number, str(known[number]["PackageModelList"][0]["basketId"]))
        for number in numbers
    ]
    with kept_open():
        lab.read(numbers)
        lab.parcels(*keys)
    return [(number, tracking_number(n)) for n, number in enumerate(numbers)]


def at_rms(lab: Lab) -> list[tuple[str, str | None]]:
    return [(order, number) for order, _, number in lab.rows_at_rms()]


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_every_point_is_one_line_of_its_file(point):
    assert len(point.numbers) == 1


@first(2, for_crash)
@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_a_killed_push_reports_nothing_twice_and_the_next_one_finishes(lab: Lab, point):
    wanted = prepared(lab, 4)
    env = lab_settings(lab.rms, lab.home)
    killed = not Push(env, 2, point).done()
    with kept_open():
        lab.push()

    assert killed
    assert sorted(at_rms(lab)) == sorted(wanted)
    assert lab.states() == {"verified": 4}


@first(1, for_crash)
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [SHORT, FULL])
def test_lost_answers_and_kills_leave_every_row_once(lab: Lab, seed, size):
    shipments, at_most, orders_a_call = size
    chance = random.Random(seed)  # noqa: S311 - must repeat
    wanted = prepared(lab, shipments)
    env = lab_settings(lab.rms, lab.home)
    for fault, share in (("answer_lost", 0.1), ("503", 0.05)):
        lab.rms.fault(fault, function=REPORT, times=10**6, probability=share)
    kills = 0
    for _ in range(at_most):
        point = chance.choice(list(POINTS.values()))
        push = Push(env, orders_a_call, point._replace(visit=chance.randint(1, 2)))
        kills += not push.done()
    lab.rms.no_faults()
    last = Push(env, orders_a_call).done()

    assert last
    assert kills
    assert Counter(at_rms(lab)) == Counter(wanted)
    assert lab.states() == {"verified": shipments}
