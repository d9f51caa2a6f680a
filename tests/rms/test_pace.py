import os
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path

import pytest

from connectors.rms.pace import (
    FASTEST,
    Pace,
    one_per_second,
    pace_for,
    paces_for,
    unlimited,
)
from connectors.rms.rates import Bucket

ROOT = Path(__file__).parents[2]
CALLS = 3
CALLER = """
import sys, time
from pathlib import Path
from connectors.rms.pace import one_per_second
with one_per_second(Path(sys.argv[1]), "rakuten-123456-order") as pace:
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(int(sys.argv[2])):
        pace()
        print(time.time(), flush=True)
"""


def caller(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", CALLER, str(folder), str(CALLS)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_together_keep_one_call_a_second(tmp_path):
    both = [caller(tmp_path), caller(tmp_path)]
    ready = [one.stdout.readline() for one in both]
    outputs = []
    for one in both:
        one.stdin.write("go\n")
        one.stdin.flush()
    outputs = [one.communicate(timeout=30) for one in both]

    times = sorted(float(line) for out, _ in outputs for line in out.split())
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert ready == ["ready\n"] * 2
    assert [err for _, err in outputs] == ["", ""]
    assert len(times) == 2 * CALLS
    assert min(gaps) >= 1.0
    assert times[-1] - times[0] <= len(gaps) * 1.01 * 1.03


def test_threads_of_one_process_share_the_pace(tmp_path):
    waited: list[float] = []
    turns = threading.Semaphore(0)

    start = threading.Barrier(4, timeout=5)

    with Pace(tmp_path / "p.sqlite", 20, sleep=_waiting(waited)) as pace:
        threads = [
            threading.Thread(target=lambda: (start.wait(), pace(), turns.release()))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=5)

    assert all(turns.acquire(blocking=False) for _ in threads)
    assert sum(waited) >= 0.05


def _waiting(waited: list[float]):
    pause = threading.Event()

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        pause.wait(seconds)

    return sleep


def test_the_files_are_the_owners_alone_and_stay_small(tmp_path):
    with Pace(tmp_path / "deep" / "p.sqlite", 1000) as pace:
        for _ in range(20):
            pace()
        modes = {f.stat().st_mode & 0o777 for f in (tmp_path / "deep").iterdir()}

        assert modes == {0o600}
        assert pace._bucket.count() <= 2


def test_a_closed_pace_leaves_no_thread_behind(tmp_path):
    before = threading.active_count()

    with Pace(tmp_path / "p.sqlite", 1000) as pace:
        pace()

    assert threading.active_count() == before


def test_a_clock_set_back_costs_one_interval_and_not_the_hour(tmp_path):
    waited: list[float] = []
    with Pace(tmp_path / "p.sqlite", 1, sleep=waited.append) as pace:
        pace()
        pace._bucket.conn.execute(
            "UPDATE rate_bucket SET item_timestamp = item_timestamp + 3600000"
        )
        pace._bucket.conn.commit()

        pace()

    assert waited == [1.01]


def test_shops_and_apis_do_not_wait_for_each_other(tmp_path):
    one, other = (
        one_per_second(tmp_path, "a-order"),
        one_per_second(tmp_path, "b-order"),
    )

    with one, other:
        one()
        assert other._book() == 0
        assert one._book() > 0


def test_only_a_sandbox_on_this_machine_may_be_rushed(tmp_path, shop):
    with pace_for(tmp_path, shop, "order", 0, "http://127.0.0.1:8080") as pace:
        assert pace is unlimited
    with pace_for(tmp_path, shop, "order", 1, "https://api.rms.rakuten.co.jp") as pace:
        assert isinstance(pace, Pace)
    for rate in (0, 1.5, 5):
        with pytest.raises(ValueError, match="one request a second"):
            pace_for(tmp_path, shop, "order", rate, "https://api.rms.rakuten.co.jp")


def test_stock_may_be_read_five_times_a_second_and_written_once(tmp_path, shop):
    rms = "https://api.rms.rakuten.co.jp"

    with pace_for(tmp_path, shop, "stock-read", 5, rms) as pace:
        assert pace._interval_ms == 202
    for api, rate in (("stock-read", 5.1), ("stock-write", 1.1), ("stock-read", 0)):
        with pytest.raises(ValueError, match="one request a second"):
            pace_for(tmp_path, shop, api, rate, rms)
    with pytest.raises(ValueError, match="Bucket"):
        pace_for(tmp_path, shop, "stocks", 1, rms)


def test_the_buckets_of_a_shop_do_not_wait_for_each_other(tmp_path, shop):
    rms = "https://api.rms.rakuten.co.jp"

    with paces_for(tmp_path, shop, 0.5, rms) as paces:
        assert set(paces) == set(Bucket)
        for pace in paces.values():
            assert pace._book() == 0
        waits = {bucket: pace._book() for bucket, pace in paces.items()}
        again = pace_for(tmp_path, shop, "stock-read", 2.5, rms)
        with again:
            assert again._book() > 0

    assert 0 < waits[Bucket.STOCK_READ] <= 404 < waits[Bucket.ORDER] <= 2020
    assert 404 < waits[Bucket.STOCK_WRITE] <= 2020


@pytest.mark.parametrize(("rate", "is_free"), [(0, True), (FASTEST, False)])
def test_a_sandbox_may_be_rushed_in_every_bucket(tmp_path, shop, rate, is_free):
    with paces_for(tmp_path, shop, rate, "http://127.0.0.1:8080") as paces:
        assert [pace is unlimited for pace in paces.values()] == [is_free] * len(Bucket)


@pytest.mark.parametrize("name", ["", "../order", "a/b", "受注", "a" * 200])
def test_a_name_cannot_leave_its_folder(tmp_path, name):
    with pytest.raises(ValueError, match="named"):
        one_per_second(tmp_path, name)
