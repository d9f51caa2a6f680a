"""One call a second for a shop and bucket, whoever calls from this machine."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from connectors.rms import pace as pace_module
from connectors.rms.pace import (
    FASTEST,
    Bucket,
    Pace,
    Turn,
    pace_file,
    pace_for,
    paces_for,
    unlimited,
)
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
RMS = "https://api.rms.rakuten.co.jp"
CALLS = 3
CALLER = """
import sys, time
from pathlib import Path
from connectors.rms.pace import Pace
pace = Pace(Path(sys.argv[1]), 4)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[2])):
    with pace():
        print(time.time(), flush=True)
"""


def take(pace: Callable[[], Turn]) -> None:
    """Take a turn in which the request leaves at once."""
    with pace():
        pass


class Time:
    """The module's `time`: it passes only while somebody sleeps, and records that."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def told(monkeypatch) -> Time:
    time = Time(5000.0)
    monkeypatch.setattr(pace_module, "time", time)
    return time


@pytest.fixture
def path(tmp_path) -> Path:
    return pace_file(tmp_path, "rakuten-123456-order")


def caller(path: Path, calls: int = CALLS) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", CALLER, str(path), str(calls)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def is_locked(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_two_processes_together_keep_one_pace(path):
    both = [caller(path), caller(path)]
    ready = [one.stdout.readline() for one in both]
    for one in both:
        one.stdin.write("go\n")
        one.stdin.flush()
    outputs = [one.communicate(timeout=30) for one in both]

    times = sorted(float(line) for out, _ in outputs for line in out.split())
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert ready == ["ready\n"] * 2
    assert [err for _, err in outputs] == ["", ""]
    assert len(times) == 2 * CALLS
    assert min(gaps) >= 1 / 4


def test_a_caller_waits_no_longer_than_it_must(path, told):
    pace = Pace(path)
    for passed in (0, 0, 0.4, 2):
        told.now += passed
        take(pace)

    assert told.slept == [1.01, 0.61]


def test_the_next_turn_is_counted_from_when_the_request_has_left(path, told):
    """One that connected slowly reaches RMS late; the next one must not catch it up."""
    with Pace(path)():
        told.now += 0.4
    take(Pace(path))

    assert told.slept == [1.01]


def test_nobody_has_a_turn_before_the_request_has_left(path):
    pace = Pace(path, FASTEST)
    with pace():
        inside = is_locked(path)

    assert (inside, is_locked(path)) == (True, False)


def test_a_request_that_failed_has_had_its_turn(path, told):
    def send() -> None:
        with Pace(path)():
            told.now += 0.4
            raise ConnectionError

    with pytest.raises(ConnectionError):
        send()
    take(Pace(path))

    assert told.slept == [1.01]


def test_who_is_killed_in_its_turn_may_have_sent(path, told):
    with Pace(path)():
        booked = path.read_text("ascii")

    assert float(booked) == told.now + 1.01


def test_threads_of_one_process_share_the_pace(path):
    pace, turns = Pace(path, 20), []
    start = threading.Barrier(4, timeout=5)
    began = pace_module.time.monotonic()

    def call() -> None:
        start.wait()
        take(pace)
        turns.append(pace_module.time.monotonic())

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=5)

    assert len(turns) == 4
    assert max(turns) - began >= 3 / 20


def test_a_second_caller_is_let_in_only_when_the_first_has_its_turn(path, monkeypatch):
    """The first wakes late: a time booked ahead would send the second right after."""
    holder, entered = Pace(path), []
    second = threading.Thread(
        target=lambda: (take(Pace(path)), entered.append(time.now))
    )

    class Late(Time):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if len(self.slept) == 1:
                second.start()
                second.join(0.2)
                assert second.is_alive()
                self.now += 60

    time = Late(0.0)
    monkeypatch.setattr(pace_module, "time", time)
    take(holder)
    take(holder)
    at = 1.01 + 60  # the clock itself may have gone on with the second by now
    second.join(5)

    assert entered == [pytest.approx(at + 1.01)]


def test_a_caller_killed_in_its_turn_leaves_nothing_locked(path):
    with caller(path, 1000) as process:
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
        assert float(process.stdout.readline())
        until(lambda: is_locked(path))
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        calls = threading.Thread(target=take, args=(Pace(path),))
        calls.start()
        calls.join(5)

    assert not calls.is_alive()


def test_a_caller_stopped_while_it_waits_has_taken_nothing(path, told, monkeypatch):
    pace = Pace(path)
    take(pace)
    before = path.read_bytes()

    def stopped(_seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(told, "sleep", stopped)
        with pytest.raises(KeyboardInterrupt):
            take(pace)
    unchanged = path.read_bytes() == before
    take(pace)

    assert unchanged
    assert told.slept == [1.01]


def test_the_files_are_the_owners_alone_and_stay_small(path, told):
    pace = Pace(path, 1000)
    for _ in range(20):
        take(pace)

    assert [file.stat().st_mode & 0o777 for file in path.parent.iterdir()] == [0o600]
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_size == 21


def test_a_call_leaves_neither_a_thread_nor_an_open_file(path, told):
    before = threading.active_count(), [*Path("/proc/self/fd").iterdir()]
    take(Pace(path, 1000))

    assert (threading.active_count(), [*Path("/proc/self/fd").iterdir()]) == before


@pytest.mark.parametrize(
    "written",
    [
        b"0000000009999.000000\n",
        b"0000099999999.000000\n",
        b"inf",
        b"nan",
        b"rubbish",
        b"\xff\x00" * 40,
    ],
)
def test_a_time_before_the_last_start_or_damage_costs_one_interval(path, told, written):
    Pace(path)
    path.write_bytes(written)
    take(Pace(path))
    take(Pace(path))

    assert told.slept == [1.01, 1.01]


@pytest.mark.parametrize("written", [b"", b"0000000000009.000000\n", b"-5"])
def test_a_time_long_past_costs_nothing(path, told, written):
    Pace(path)
    path.write_bytes(written)
    take(Pace(path))

    assert told.slept == []


def test_the_clock_on_the_wall_may_be_set_while_we_wait(path, told, monkeypatch):
    monkeypatch.setattr(told, "time", lambda: pytest.fail("asked"), raising=False)
    take(Pace(path))
    take(Pace(path))

    assert told.slept == [1.01]


def test_shops_and_apis_do_not_wait_for_each_other(tmp_path, told):
    one, other = (Pace(pace_file(tmp_path, name)) for name in ("a-order", "b-order"))
    take(one)
    take(other)
    free = list(told.slept)
    take(one)

    assert (free, told.slept) == ([], [1.01])


def test_only_a_sandbox_on_this_machine_may_be_rushed(tmp_path, shop):
    assert pace_for(tmp_path, shop, "order", 0, "http://127.0.0.1:80") is unlimited
    assert isinstance(pace_for(tmp_path, shop, "order", 1, RMS), Pace)
    for rate in (0, 1.5, 5):
        with pytest.raises(ValueError, match="one request a second"):
            pace_for(tmp_path, shop, "order", rate, RMS)


def test_stock_may_be_read_five_times_a_second_and_written_once(tmp_path, shop):
    pace = pace_for(tmp_path, shop, "stock-read", 5, RMS)

    assert pace.interval_s == pytest.approx(0.202)
    for api, rate in (("stock-read", 5.1), ("stock-write", 1.1), ("stock-read", 0)):
        with pytest.raises(ValueError, match="one request a second"):
            pace_for(tmp_path, shop, api, rate, RMS)
    with pytest.raises(ValueError, match="Bucket"):
        pace_for(tmp_path, shop, "stocks", 1, RMS)


def test_the_buckets_of_a_shop_do_not_wait_for_each_other(tmp_path, shop, told):
    paces = paces_for(tmp_path, shop, 0.5, RMS)
    for pace in paces.values():
        take(pace)
    free = list(told.slept)
    began = told.now
    waits = {}
    for bucket, pace in paces.items():
        told.now = began
        take(pace)
        waits[bucket] = told.slept[-1]

    assert set(paces) == set(Bucket)
    assert free == []
    assert waits == {
        Bucket.ORDER: 2.02,
        Bucket.STOCK_READ: 0.404,
        Bucket.STOCK_WRITE: 2.02,
    }


def test_whoever_paces_a_bucket_of_a_shop_waits_for_the_others_in_it(
    tmp_path, shop, told
):
    take(paces_for(tmp_path, shop, 1, RMS)[Bucket.STOCK_READ])
    take(pace_for(tmp_path, shop, "stock-read", 5, RMS))

    assert told.slept == [0.202]


@pytest.mark.parametrize(("rate", "is_free"), [(0, True), (FASTEST, False)])
def test_a_sandbox_may_be_rushed_in_every_bucket(tmp_path, shop, rate, is_free):
    paces = paces_for(tmp_path, shop, rate, "http://127.0.0.1:8080")

    assert [pace is unlimited for pace in paces.values()] == [is_free] * len(Bucket)


@pytest.mark.parametrize("name", ["", "../order", "a/b", "受注", "a" * 200])
def test_a_name_cannot_leave_its_folder(tmp_path, name):
    with pytest.raises(ValueError, match="named"):
        pace_file(tmp_path, name)
