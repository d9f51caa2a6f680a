"""The flow publish-analytics: after a change, once, and never beside a push."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Event
from types import SimpleNamespace

import duckdb
import polars as pl
import pytest
import yaml

from connectors.lake_places import FILE, LakePlace, lake_places, remember_place
from connectors.lake_store import FolderStore
from connectors.settings.reading import read_settings
from data.warehouse.session import warehouse
from flows.daily import daily
from flows.drain_notices import drain_notices
from flows.ingest_orders import ingest_orders
from flows.publish_analytics import publish_analytics
from flows.push_inventory import push_inventory
from tasks.analytics import publish as analytics
from tasks.stock import push
from tasks.watch.alive import only_watch
from tasks.watch.runs import TAG
from tests.support.csv_counter import Shown
from tests.support.effort import for_ci
from tests.support.plain_runs import both_ways
from tests.support.sandbox import Sandbox


def orders_in_copy() -> int:
    with duckdb.connect(read_settings().analytics.resolve(), read_only=True) as con:
        return con.execute("SELECT orders FROM freshness").fetchone()[0]


@both_ways
def test_the_morning_ends_with_a_copy_of_all_it_stored(lab: Sandbox, shown: Shown):
    lab.sell(3)
    state = daily("lab", return_state=True)

    assert state.is_completed(), state.message
    assert orders_in_copy() == 3
    assert "| publish-analytics | 完了 | 分析用データベースを作成しました" in shown(
        "day-report"
    )


def test_a_change_is_announced_and_a_quiet_run_is_not(lab: Sandbox, shown: Shown):
    lab.sell(2)
    publish_analytics()
    shown.events.clear()
    drain_notices("lab")
    quiet = [event["event"] for event in shown.events]
    ingest_orders("lab")
    told = [event["event"] for event in shown.events]
    state = publish_analytics(return_state=True)
    again = publish_analytics(return_state=True)

    assert analytics.CHANGED not in quiet
    assert analytics.CHANGED in told
    assert state.message.startswith("分析用データベースを作成しました: 注文 2件")
    assert again.name == "Skipped"
    assert "| 注文 | 2 |" in shown("analytics-report")
    assert (read_settings().lake_folder / "views.sql").exists()


def test_a_lake_out_of_reach_fails_the_run_and_the_next_one_makes_it_good(
    lab: Sandbox, shown: Shown
):
    lab.sell(1)
    ingest_orders("lab")
    lake = read_settings().lake_folder
    lake.write_text("no folder")
    states = [publish_analytics(return_state=True) for _ in range(2)]
    lake.unlink()
    good = publish_analytics(return_state=True)

    assert [state.type.value for state in states] == ["FAILED"] * 2
    assert all("対処: 保存先の有無" in state.message for state in states)
    assert orders_in_copy() == 1
    assert good.name == "Skipped"
    assert (lake / "manifest.json").exists()


def keys(lake: Path) -> set[str | None]:
    orders = pl.read_parquet(lake / "orders", hive_partitioning=False)
    return {*orders["buyer_key"]}


def test_a_lake_left_for_another_place_keeps_no_buyers_key(
    lab: Sandbox, shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    lab.sell(2)
    ingest_orders("lab")
    publish_analytics()
    first, second = read_settings().lake_folder, tmp_path / "second"
    assert len(keys(first) - {None}) == 2

    monkeypatch.setenv("JUCHU_LAKE", str(second))
    (first / "manifest.json").rename(first / "away")
    (first / "manifest.json").mkdir()  # as a service that does not answer
    state = publish_analytics(return_state=True)
    assert state.is_failed()
    assert f"以前のデータレイク {first}" in state.message
    assert len(keys(first) - {None}) == len(keys(second) - {None}) == 2

    (first / "manifest.json").rmdir()
    (first / "away").rename(first / "manifest.json")
    assert publish_analytics(return_state=True).is_completed()
    assert (keys(first), len(keys(second) - {None})) == ({None}, 2)

    monkeypatch.setenv("JUCHU_LAKE", "off")
    publish_analytics()
    assert keys(second) == {None}
    assert json.loads((read_settings().home / FILE).read_text())["places"] == []


def test_a_lake_by_another_name_keeps_its_keys(
    lab: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    lab.sell(1)
    ingest_orders("lab")
    publish_analytics()
    lake, other = read_settings().lake_folder, tmp_path / "other"
    before = keys(lake)
    other.symlink_to(lake)
    monkeypatch.setenv("JUCHU_LAKE", str(other))
    publish_analytics()

    assert keys(lake) == before != {None}


def test_a_lake_at_the_same_address_of_another_service_is_a_lake_left(
    lab: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    """The former service does not answer: the run names it, and asks it again later."""
    lab.sell(1)
    ingest_orders("lab")
    address, gone = "s3://juchu/lake", "http://127.0.0.1:9"
    remember_place(read_settings().home, LakePlace(address=address, endpoint=gone))
    monkeypatch.setattr("connectors.lake_store.TRIES", 0)
    monkeypatch.setattr(
        "tasks.analytics.publish.fill_lake", lambda *_: None
    )  # it answers
    monkeypatch.setenv("JUCHU_LAKE", address)
    monkeypatch.setenv("JUCHU_LAKE_ENDPOINT", "http://127.0.0.1:10")
    state = publish_analytics(return_state=True)
    endpoints = {place.endpoint for place in lake_places(read_settings().home)}

    assert state.is_failed()
    assert f"以前のデータレイク {address} ({gone}) に" in state.message
    assert endpoints == {gone, "http://127.0.0.1:10"}


def test_two_copies_at_once_leave_a_lake_one_after_the_other(
    lab: Sandbox, shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As after `make move-home`, when a morning and a change publish."""
    lab.sell(2)
    ingest_orders("lab")
    publish_analytics()
    first = read_settings().lake_folder
    monkeypatch.setenv("JUCHU_LAKE", str(tmp_path / "second"))
    allow, together = FolderStore._allow, Barrier(2)

    def at_the_same_time(store: FolderStore, path: Path, mode: int) -> None:
        with suppress(BrokenBarrierError):
            if first in path.parents:
                together.wait(0.5)
        allow(store, path, mode)

    monkeypatch.setattr(FolderStore, "_allow", at_the_same_time)
    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(analytics.update_lake.fn) for _ in range(2)]:
            each.result()

    assert keys(first) == {None}


def test_where_the_lake_has_been_is_not_guessed(lab: Sandbox):
    lab.sell(1)
    ingest_orders("lab")
    (read_settings().home / FILE).write_text("{")
    state = publish_analytics(return_state=True)

    assert state.is_failed()
    assert f"{FILE} を読み取れません" in state.message
    assert not read_settings().lake_folder.exists()


def test_a_copy_is_made_at_most_once_a_minute_and_one_at_a_time():
    """What one event begins: a run a minute later, and none beside it."""
    deployments = yaml.safe_load(Path("prefect.yaml").read_text("utf-8"))["deployments"]
    (ours,) = [
        each for each in deployments if "publish_analytics" in each["entrypoint"]
    ]
    (trigger,) = ours["triggers"]

    assert trigger["expect"] == [analytics.CHANGED]
    assert (trigger["threshold"], trigger["within"]) == (1, 60)
    assert trigger["schedule_after"] == 60
    assert ours["concurrency_limit"]["limit"] == 1


def test_a_push_is_made_way_for(lab: Sandbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        "flows.publish_analytics.pushes_at_work", lambda: ["push-inventory-lab"]
    )
    state = publish_analytics(return_state=True)

    assert state.name == "Skipped"
    assert "push-inventory-lab" in state.message
    assert not read_settings().analytics.exists()


def test_a_push_that_a_killed_warm_process_has_left_is_not_made_way_for(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    """It stays Running where none begins again: no copy was ever made any more."""
    monkeypatch.setenv("JUCHU_HOME", str(home))
    server = nullcontext(SimpleNamespace(read_flow_runs=None))
    running = [
        SimpleNamespace(name="push-inventory-lab", tags=[TAG]),
        SimpleNamespace(name="push-tracking-lab", tags=[]),
    ]
    monkeypatch.setattr(analytics, "get_client", lambda **_: server)
    monkeypatch.setattr(analytics, "all_pages", lambda *_, **__: iter(running))
    with only_watch(home, Event()):
        beside_it = analytics.pushes_at_work.fn()
    after_it = analytics.pushes_at_work.fn()

    assert beside_it == ["push-inventory-lab", "push-tracking-lab"]
    assert after_it == ["push-tracking-lab"]


@pytest.mark.prefect
def test_prefect_is_asked_which_pushes_run(lab: Sandbox, monkeypatch):
    seen = []
    looked = push.open_stock_push
    monkeypatch.setattr(
        "flows.push_inventory.open_stock_push",
        lambda *given, **more: (
            seen.append(publish_analytics(return_state=True).name)
            or looked(*given, **more)
        ),
    )
    push_inventory("lab", return_state=True)
    after = publish_analytics(return_state=True)

    assert seen == ["Skipped"]
    assert after.name == "Completed"


@for_ci
def test_a_home_of_an_older_version_is_migrated_first(lab: Sandbox):
    read_settings().warehouse.unlink()
    publish_analytics()

    assert orders_in_copy() == 0
    with warehouse(read_settings().warehouse) as con:
        assert con.execute("FROM orders").fetchall() == []
