"""After two "too fast" a shop goes slower in every bucket, and recovers by itself."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connectors.rms.answers import RmsFunction
from connectors.rms.errors import Throttled
from connectors.rms.http import RmsHttp
from connectors.rms.pace import Bucket, Pace, Slowness, paces_for, unlimited
from tests.rms.conftest import NOW
from tests.rms.wire_server import WireServer, answer

QUICKLY = "http://127.0.0.1:1"


class Told:
    """A clock that the test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Told:
    return Told()


@pytest.fixture
def slow(tmp_path: Path, clock: Told) -> Slowness:
    return Slowness(tmp_path / "slow", clock)


def test_each_too_fast_soon_after_another_doubles_the_pause(slow: Slowness):
    found = [slow.factor()]
    for _ in range(5):
        slow.too_fast()
        found.append(slow.factor())

    assert found == [1, 1, 2, 4, 8, 8]


def test_each_quiet_half_minute_halves_it(slow: Slowness, clock: Told):
    for _ in range(5):
        slow.too_fast()
    found = []
    for clock.now in (1029.0, 1031.0, 1061.0, 1091.0, 9999.0):
        found.append(slow.factor())

    assert found == [8, 4, 2, 1, 1]


def test_one_too_fast_by_itself_slows_nothing_down(slow: Slowness, clock: Told):
    """A fault of one call in thirty is not a limit: it comes seconds apart."""
    found = []
    for clock.now in (1000.0, 1004.0, 1008.0, 1012.0):
        slow.too_fast()
        found.append(slow.factor())

    assert found == [1, 1, 1, 1]


def test_one_by_itself_begins_the_quiet_anew(slow: Slowness, clock: Told):
    for _ in range(5):
        slow.too_fast()
    clock.now = 1029.0
    slow.too_fast()
    clock.now = 1058.0

    assert slow.factor() == 8


def test_two_at_the_same_moment_are_both_recorded(slow: Slowness):
    """A drain and a push of one process: the answer of one became a missing file."""
    with ThreadPoolExecutor(8) as threads:
        told = [threads.submit(slow.too_fast) for _ in range(200)]

    assert [one.exception() for one in told] == [None] * 200
    assert slow.factor() == 8
    assert [file.name for file in slow.path.parent.iterdir()] == ["slow"]


def test_another_process_sees_it(tmp_path: Path):
    for _ in range(2):
        Slowness(tmp_path / "slow").too_fast()

    assert Slowness(tmp_path / "slow").factor() == 2


@pytest.mark.parametrize("written", ["", "x", "nan", "1e9 -1e12", "8 1e300"])
def test_a_damaged_file_stops_nobody(tmp_path: Path, written: str):
    (tmp_path / "slow").write_text(written)

    assert 1 <= Slowness(tmp_path / "slow").factor() <= 8


def test_a_pace_is_slower_by_it(tmp_path: Path):
    slow = Slowness(tmp_path / "slow")
    for _ in range(4):
        slow.too_fast()
    pace = Pace(tmp_path / "next", 200, slow)
    began = time.monotonic()
    for _ in range(3):
        with pace():
            pass

    assert time.monotonic() - began >= 2 * 8 / 200


def test_all_buckets_of_a_shop_slow_down_together(tmp_path: Path, shop):
    paces = paces_for(tmp_path, shop, 1.0, QUICKLY)

    assert len({pace._slowness.path for pace in paces.values()}) == 1
    assert set(paces) == set(Bucket)


@pytest.mark.parametrize(
    ("status", "body", "times"),
    [
        (403, {"Results": {"errorCode": "ES01-03", "message": "x"}}, 1),
        (429, {}, 1),
        (409, {"errors": [{"code": "CE0001", "message": "x"}]}, 0),
    ],
)
def test_only_too_fast_slows_down(shop, status: int, body: object, times: int):
    told: list[int] = []
    with (
        WireServer(answer(body, status)) as server,
        RmsHttp(
            shop, server.url, unlimited, lambda: NOW, too_fast=lambda: told.append(1)
        ) as http,
        pytest.raises(Throttled),
    ):
        http.post(RmsFunction("getOrder"), "/x/", {})
    assert len(told) == times
