"""Two runs of a shop at once: one calls RMS, the other waits for its turn."""

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import nullcontext
from contextvars import copy_context
from functools import partial
from pathlib import Path
from threading import Barrier, Event, Lock, Semaphore

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate

from connectors.rms.client import RmsClient
from flows.push_inventory import push_inventory
from flows.push_tracking import push_tracking
from tasks.runs import limits
from tests.support.effort import first, for_long
from tests.support.sandbox import Sandbox
from tests.support.work_to_do import count_everything, lay_down_a_parcel

pytestmark = pytest.mark.prefect
PATIENCE_S = 30


class Turns:
    """Keeps the first caller at RMS until a second run is at the guard, or inside."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.most_inside = 0
        self._inside = 0
        self._at_guard = 0
        self._lock = Lock()
        self._second = Event()
        enter, leave = RmsClient.__enter__, RmsClient.__exit__
        named = limits.limit_name

        def entered(client):
            self._count_inside(1)
            assert self._second.wait(PATIENCE_S), "no second run came"
            return enter(client)

        def left(client, *error):
            self._count_inside(-1)
            return leave(client, *error)

        def asked(*limit):
            with self._lock:
                self._at_guard += 1
                if self._at_guard > 1:
                    self._second.set()
            return named(*limit)

        patch.setattr(RmsClient, "__enter__", entered)
        patch.setattr(RmsClient, "__exit__", left)
        patch.setattr(limits, "limit_name", asked)

    def _count_inside(self, more: int) -> None:
        with self._lock:
            self._inside += more
            self.most_inside = max(self.most_inside, self._inside)
            if self._inside > 1:
                self._second.set()


@first(1, for_long)
@pytest.mark.parametrize(
    "work",
    [push_inventory, push_tracking],
    ids=lambda flow: flow.name,
)
def test_of_two_runs_one_waits_for_the_other(
    lab: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Callable
):
    monkeypatch.setenv("JUCHU_WAREHOUSE_PATIENCE_S", "20")
    lab.settings(async_delay_s=0.1)
    lay_down_a_parcel(lab, tmp_path)
    count_everything(lab, tmp_path)
    turns = Turns(monkeypatch)
    with ThreadPoolExecutor(2) as pool:
        runs = [  # each in a copy of the settings that name the server
            pool.submit(copy_context().run, partial(work, "lab", return_state=True))
            for _ in range(2)
        ]
        ended = [run.result(120).type.value for run in runs]

    assert ended == ["COMPLETED", "COMPLETED"]
    assert turns.most_inside == 1


def test_many_runs_of_a_new_shop_begin_at_once(prefect_api: SyncPrefectClient):
    """None may fail because another one made the limit after it had looked."""
    before = limits.get_client
    together = Barrier(4)

    def looked(**given):
        client = before(**given)
        read = client.read_global_concurrency_limit_by_name

        def read_together(name):
            try:
                return read(name)
            finally:
                together.wait(30)

        client.read_global_concurrency_limit_by_name = read_together
        return client

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(4) as pool:
        patch.setattr(limits, "get_client", looked)
        runs = [
            pool.submit(copy_context().run, limits.ensure_limit, "new-shop")
            for _ in range(4)
        ]
        for run in runs:
            run.result(60)

    name = limits.limit_name("new-shop")
    assert prefect_api.read_global_concurrency_limit_by_name(name).limit == 1


@pytest.fixture
def shop_with_limit(
    prefect_api: SyncPrefectClient, home: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Return a shop whose callers look after half a second whether anybody is in.

    On a busy machine Prefect may need longer than that to answer: who asks for a free
    slot asks again then.
    """
    monkeypatch.setenv("JUCHU_HOME", str(home))
    monkeypatch.setattr(limits, "LOST_S", 0.5)
    limits.ensure_limit("lost")
    return "lost"


def test_a_slot_whose_lease_is_lost_is_given_back(
    prefect_api: SyncPrefectClient, shop_with_limit: str, home: Path
):
    """As after a power cut or a Redis that forgot: taken, and no lease will end."""
    name = limits.limit_name(shop_with_limit)
    taken = GlobalConcurrencyLimitUpdate(active_slots=1)
    prefect_api.update_global_concurrency_limit(name, taken)

    with limits.one_caller(shop_with_limit, patience_s=20):
        inside = prefect_api.read_global_concurrency_limit_by_name(name).active_slots
    after = prefect_api.read_global_concurrency_limit_by_name(name).active_slots

    assert (inside, after) == (1, 0)
    made = [folder for folder in (home / "pace").rglob("*") if folder.is_dir()]
    assert made
    assert {stat.S_IMODE(f.stat().st_mode) for f in (home / "pace", *made)} == {0o700}


def test_a_slot_that_is_held_is_not_given_back(
    shop_with_limit: str, monkeypatch: pytest.MonkeyPatch
):
    """A run of another process looks several times, and is let in when one leaves."""
    monkeypatch.setattr(limits, "_turn", lambda *_: nullcontext())
    went, looked, look = [], Semaphore(0), limits.is_in_use

    def looking(inside: Path) -> bool:
        looked.release()
        return look(inside)

    monkeypatch.setattr(limits, "is_in_use", looking)

    def second():
        with limits.one_caller(shop_with_limit, patience_s=20):
            went.append("second in")

    with ThreadPoolExecutor(1) as pool:
        with limits.one_caller(shop_with_limit):
            other = pool.submit(copy_context().run, second)
            assert all(looked.acquire(timeout=PATIENCE_S) for _ in range(3))
            went.append("first out")
        other.result(30)

    assert went == ["first out", "second in"]


def test_runs_of_one_process_wait_for_each_other_without_prefect(
    shop_with_limit: str, monkeypatch: pytest.MonkeyPatch
):
    asked, coming, held, turn = [], Event(), limits._held, limits._turn

    def turned(*given):
        coming.set()
        return turn(*given)

    def second():
        with limits.one_caller(shop_with_limit, patience_s=20):
            pass

    with ThreadPoolExecutor(1) as pool:
        with limits.one_caller(shop_with_limit):
            monkeypatch.setattr(limits, "_turn", turned)
            monkeypatch.setattr(
                limits, "_held", lambda *given: asked.append(given) or held(*given)
            )
            other = pool.submit(copy_context().run, second)
            assert coming.wait(PATIENCE_S)
            assert wait([other], 1).not_done
            assert not asked
        other.result(30)

    assert asked


def test_a_limit_that_staff_deleted_is_made_again(
    prefect_api: SyncPrefectClient, shop_with_limit: str
):
    name = limits.limit_name(shop_with_limit)
    prefect_api.delete_global_concurrency_limit_by_name(name)

    with limits.one_caller(shop_with_limit):
        made = prefect_api.read_global_concurrency_limit_by_name(name)

    assert (made.limit, made.active_slots) == (1, 1)


def test_a_run_that_waits_longer_than_its_patience_says_so(
    prefect_api: SyncPrefectClient, shop_with_limit: str
):
    with (
        limits.one_caller(shop_with_limit),
        ThreadPoolExecutor(1) as pool,
        pytest.raises(limits.TurnNotCome, match=r"順番が来ませんでした.*対処: "),
    ):
        pool.submit(copy_context().run, waiting_for, shop_with_limit).result(30)


def test_a_run_of_a_shop_whose_calls_staff_have_stopped_names_the_limit(
    prefect_api: SyncPrefectClient, shop_with_limit: str
):
    """The runbook has them set it to 0; Prefect told it in English, as a fault."""
    name = limits.limit_name(shop_with_limit)
    stopped = GlobalConcurrencyLimitUpdate(limit=0)
    prefect_api.update_global_concurrency_limit(name, stopped)

    with pytest.raises(limits.CallsHalted, match=f"対処: .*{name} を 1 に戻して"):
        waiting_for(shop_with_limit)


def waiting_for(shop: str) -> None:
    with limits.one_caller(shop, patience_s=1):
        pass
