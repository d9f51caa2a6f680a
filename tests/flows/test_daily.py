"""Nine o'clock: each step in its turn, once for all the days that were missed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.flow_engine import run_flow
from prefect.states import Completed, Failed, Scheduled

from connectors.settings.reading import read_settings
from data.model.morning import MorningStep
from data.warehouse.session import warehouse
from flows import daily as morning
from flows.daily import daily
from flows.ingest_orders import ingest_orders
from tasks.day.daily import conclude_day, schedule_again
from tasks.shops import every_shop
from tests.support.csv_counter import Shown
from tests.support.effort import for_ci, for_long
from tests.support.plain_runs import both_ways
from tests.support.sandbox import Sandbox

DAY = timedelta(days=1)
LAB = {"shop": "lab"}


def sweeps() -> int:
    """How often a morning has searched RMS; other steps open loads as well."""
    query = "SELECT count(*) FROM loads WHERE window_from IS NOT NULL"
    with warehouse(read_settings().warehouse) as con:
        return con.execute(query).fetchone()[0]


@both_ways
def test_a_quiet_morning_completes_and_shows_every_step(lab: Sandbox, shown: Shown):
    lab.sell(3)
    state = daily("lab", return_state=True)

    assert state.type.value == "COMPLETED"
    assert "| ingest-orders | 完了 | 新規 3 /" in shown("day-report")


def test_a_step_that_fails_is_named_and_its_orders_are_stored(
    lab: Sandbox, shown: Shown
):
    bad, *_ = lab.sell(3)
    lab.spoil(bad, "goodsPrice", "abc")
    state = daily("lab", return_state=True)

    assert state.type.value == "FAILED"
    assert "失敗した処理: ingest-orders" in state.message
    assert "対処" in state.message
    assert "| ingest-orders | 失敗 | 新規 2 /" in shown("day-report")


@for_ci
def test_a_step_that_breaks_down_is_named_too(lab: Sandbox, shown: Shown):
    lab.shop("demo", license_key="another-key")
    state = daily("lab", return_state=True)

    assert state.type.value == "FAILED"
    assert "失敗した処理: ingest-orders" in state.message
    assert "| ingest-orders | 失敗 | " in shown("day-report")


@pytest.mark.usefixtures("lab")
def test_one_failure_hides_no_other_step(shown: Shown):
    steps = {
        "first": Completed(message="done"),
        "second": Failed(message="broken | 対処: 直す\ntrace"),
        "third": Completed(message="done too"),
    }
    state = conclude_day("lab", steps)
    lines = shown("day-report").splitlines()

    assert lines[-3:] == [
        "| first | 完了 | done |",
        "| second | 失敗 | broken \\| 対処: 直す |",
        "| third | 完了 | done too |",
    ]
    assert state.type.value == "FAILED"
    assert "second" in state.message
    assert "first" not in state.message


def test_what_waits_for_a_person_is_told_and_fails_no_morning(
    lab: Sandbox, shown: Shown
):
    lab.sell(2)
    (cancelled,) = lab.sell(1, progress=800)
    state = daily("lab", return_state=True)
    report = shown("day-report")

    assert state.is_completed()
    assert state.message.startswith("すべての処理が完了しました。\n注文: ")
    assert "対応が必要なもの: 1件 キャンセルの確定待ち 1件" in state.message
    assert f"| {cancelled} | キャンセルの確定待ち(800)です。" in report
    assert "| rakuten | lab | 受注処理中 | 2 |" in report


def test_a_warehouse_that_cannot_be_read_hides_no_step(
    lab: Sandbox, shown: Shown, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JUCHU_HOME", "/proc/no-such-place")
    state = conclude_day("lab", {"first": Failed(message="壊れた。対処: 直す")})

    assert state.is_failed()
    assert "・first: 壊れた。対処: 直す" in state.message
    assert "件数を表示できません" in shown("day-report")


def test_a_closed_warehouse_hides_no_step_of_a_morning(
    lab: Sandbox, shown: Shown, monkeypatch: pytest.MonkeyPatch
):
    """Who looked for waiting adjustments broke the day off before its report."""
    monkeypatch.setenv("JUCHU_HOME", "/proc/no-such-place")
    state = daily("lab", return_state=True)

    assert state.message.startswith("失敗した処理: check-connection, ")
    assert "| push-tracking | 失敗 | " in shown("day-report")


def test_a_copy_that_fails_fails_a_day_without_a_shop_too(
    lab: Sandbox, shown: Shown, monkeypatch: pytest.MonkeyPatch
):
    """Where all orders come by file there is no shop of Rakuten's, and a lake."""
    lab.sell(1)
    ingest_orders("lab")
    read_settings().lake_folder.write_text("no folder")
    monkeypatch.setattr(every_shop, "rakuten_shops", list)
    state = daily(return_state=True)

    assert (state.type.value, "publish-analytics" in state.message) == ("FAILED", True)
    assert "対処: 保存先の有無" in state.message


@pytest.fixture
def due(
    prefect_api: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[FlowRun]]:
    """Give runs that were due so many days ago, made by Prefect's own scheduler.

    They belong to a deployment that no worker looks at. Every call schedules anew, so
    that a run of today is due now, which is after all that has begun before the call.
    Of the steps the second only is worked: it tells how often.
    """
    for step in ("check_connection", "push_inventory", "push_tracking"):
        monkeypatch.setattr(morning, step, lambda *_, **__: Completed(message="done"))
    deployment = prefect_api.create_deployment(
        prefect_api.create_flow(daily),
        name=f"morning-{datetime.now(UTC).timestamp()}",
        parameters=LAB,
    )
    mine = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[deployment]))

    def runs(*days_ago: int) -> list[FlowRun]:
        today = datetime.now(UTC)
        every_day = IntervalSchedule(interval=DAY, anchor_date=today)
        for old in prefect_api.read_deployment_schedules(deployment):
            prefect_api.delete_deployment_schedule(deployment, old.id)
        prefect_api.create_deployment_schedules(deployment, [(every_day, True)])
        prefect_api.request(
            "POST",
            "/deployments/{id}/schedule",
            path_params={"id": deployment},
            json={
                "start_time": (today - 3 * DAY).isoformat(),
                "end_time": today.isoformat(),
                "min_runs": 4,
            },
        )
        by_time = {
            run.expected_start_time: run
            for run in prefect_api.read_flow_runs(flow_run_filter=mine)
        }
        return [by_time[today - days * DAY] for days in days_ago]

    return runs


def ended(run: FlowRun) -> str:
    return run_flow(daily, flow_run=run, parameters=LAB, return_type="state").name


@pytest.mark.prefect
def test_after_two_missed_days_the_first_run_works_for_all(lab: Sandbox, due):
    lab.sell(3)
    names = [ended(run) for run in due(1, 2)]

    assert names == ["Completed", "Skipped"]
    assert sweeps() == 1


@for_long
@pytest.mark.prefect
def test_a_run_that_failed_is_not_tried_again_for_each_missed_day(lab: Sandbox, due):
    lab.spoil(lab.sell(1)[0], "goodsPrice", "abc")
    names = [ended(run) for run in due(2, 1)]

    assert names == ["Failed", "Skipped"]
    assert sweeps() == 1


@for_long
@pytest.mark.prefect
def test_the_next_morning_is_worked_again(lab: Sandbox, due):
    names = [ended(run) for days in (1, 0) for run in due(days)]

    assert names == ["Completed", "Completed"]
    assert sweeps() == 2


@for_long
@pytest.mark.prefect
def test_a_run_by_hand_is_never_skipped(lab: Sandbox, due, prefect_api):
    (missed,) = due(1)
    by_hand = prefect_api.create_flow_run_from_deployment(
        missed.deployment_id, parameters=LAB
    )
    names = [ended(missed), ended(by_hand)]

    assert names == ["Completed", "Completed"]
    assert sweeps() == 2


@pytest.mark.prefect
def test_what_failed_is_held_by_prefect_until_it_is_due_once(
    prefect_api: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
):
    morning_run = prefect_api.read_deployment_by_name("daily/0900").id
    due = datetime.now(UTC) + DAY
    made = prefect_api.create_flow_run_from_deployment(
        morning_run, state=Scheduled(scheduled_time=due)
    )
    monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__ID", str(made.id))
    asked = {"lab": [MorningStep.STOCK]}
    assert [schedule_again.fn(asked, due), schedule_again.fn(asked, due)] == [True] * 2

    mine = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[morning_run]))
    later = [
        run
        for run in prefect_api.read_flow_runs(flow_run_filter=mine)
        if run.parameters.get("again")
    ]
    for run in [made, *later]:
        prefect_api.delete_flow_run(run.id)
    assert [run.parameters["again"] for run in later] == [{"lab": ["push-inventory"]}]
    assert [run.state.name for run in later] == ["Scheduled"]
    assert later[0].next_scheduled_start_time == due
