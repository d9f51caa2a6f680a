"""A run that stumbles, by the worker in the long suite, and what people see of it."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterId,
)
from prefect.client.schemas.objects import FlowRun, TaskRun

from data.warehouse.invariants import violations
from data.warehouse.session import warehouse
from flows.ingest_orders import ingest_orders
from tasks.setup.services import Services
from tests.support.at_hand import run_here
from tests.support.browser import signed_in_page
from tests.support.effort import EFFORT, for_long
from tests.support.waiting import until

pytestmark = pytest.mark.prefect
ORDERS = 110
OUT = Path("out")
CONTRACT = ("orders", "order_packages", "order_lines", "order_people", "order_log")


def run_deployment(services: Services, api: SyncPrefectClient) -> FlowRun:
    """Run `ingest-orders/0900` as README says and give the run."""
    deployment = api.read_deployment_by_name("ingest-orders/0900")
    mine = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id]))
    before = {run.id for run in api.read_flow_runs(flow_run_filter=mine)}
    services.prefect("deployment", "run", "ingest-orders/0900", "--watch")
    runs = api.read_flow_runs(flow_run_filter=mine)
    (new,) = [run for run in runs if run.id not in before]
    return new


def tasks_of(run: FlowRun, api: SyncPrefectClient) -> list[TaskRun]:
    return api.read_task_runs(
        flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
    )


def contents(services: Services) -> dict[str, list[tuple]]:
    with warehouse(services.warehouse) as con:
        return {
            table: con.execute(f"FROM {table} ORDER BY ALL").fetchall()
            for table in CONTRACT
        }


@pytest.fixture(scope="module")
def sold(services: Services) -> list[str]:
    """Orders of which no notice speaks, newer than what any run before has seen."""
    return services.sandbox.sell(ORDERS, "mixed", over_days=0)


@pytest.fixture(scope="module")
def stumbling_run(
    services: Services, sold: list[str], prefect_api: SyncPrefectClient
) -> FlowRun:
    """A run during which RMS answered 503 twice."""
    services.sandbox.fault("503", function="getOrder", times=2)
    if EFFORT == "long":
        return run_deployment(services, prefect_api)
    return run_here(services, prefect_api, ingest_orders)


@pytest.fixture(scope="module")
def retried(stumbling_run: FlowRun, prefect_api: SyncPrefectClient) -> TaskRun:
    (task,) = until(
        lambda: [t for t in tasks_of(stumbling_run, prefect_api) if t.run_count > 1]
    )
    return task


@pytest.fixture(scope="module")
def artifacts(
    stumbling_run: FlowRun, prefect_api: SyncPrefectClient
) -> dict[str, object]:
    """The run's artifacts by key; the table of retries comes last."""
    mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[stumbling_run.id]))

    def found() -> dict[str, object]:
        read = prefect_api.read_artifacts(artifact_filter=mine)
        return {a.key: a.data for a in read}

    until(lambda: "retries" in found())
    return found()


@pytest.fixture(scope="module")
def page(services: Services) -> Iterator[Page]:
    with signed_in_page(services) as page:
        yield page


def test_the_run_completes_and_every_order_is_in_the_warehouse(
    services: Services, sold: list[str], stumbling_run: FlowRun
):
    with warehouse(services.warehouse) as con:
        stored = con.execute("SELECT order_number FROM orders").fetchall()
        broken = violations(con)

    assert stumbling_run.state.type.value == "COMPLETED"
    assert {number for (number,) in stored} >= set(sold)
    assert broken == []


def test_the_retries_are_states_one_can_watch(
    retried: TaskRun, prefect_api: SyncPrefectClient
):
    def names() -> list[str]:
        states = prefect_api.read_task_run_states(retried.id)
        return [s.name for s in sorted(states, key=lambda s: s.timestamp)]

    until(lambda: "Completed" in names())  # the server hears of states a bit later

    assert names() == [
        "Pending",
        "Running",
        "AwaitingRetry",
        "Retrying",
        "AwaitingRetry",
        "Retrying",
        "Completed",
    ]


def test_the_retries_are_a_table_when_the_run_is_over(artifacts, retried: TaskRun):
    table = json.loads(artifacts["retries"])

    assert [(row["task"], row["attempt"]) for row in table] == [
        (retried.name, 1),
        (retried.name, 2),
    ]
    assert all("HTTP 503" in row["error"] for row in table)


def test_the_report_counts_in_japanese(
    artifacts, services: Services, stumbling_run: FlowRun
):
    with warehouse(services.warehouse) as con:
        new, unannounced = con.execute(
            "SELECT created, found_without_notice FROM loads WHERE flow_run_id = ?",
            [str(stumbling_run.id)],
        ).fetchone()
    report = artifacts["ingest-report"]

    assert new > 0
    assert "受注取込の結果" in report
    assert f"| 新規 | {new} |" in report
    assert f"| 通知が届かなかった新規の注文 | {unannounced} |" in report


def test_the_progress_bar_is_full(artifacts):
    assert float(artifacts["ingest-progress"]) == 100.0


@for_long
@pytest.mark.browser
def test_a_browser_shows_the_finished_run(
    services: Services, stumbling_run: FlowRun, page: Page
):
    page.goto(f"{services.ui}/v2/runs/flow-run/{stumbling_run.id}")

    expect(page.get_by_text("Completed").first).to_be_visible(timeout=30_000)
    expect(page.get_by_text(stumbling_run.name).first).to_be_visible()
    page.get_by_role("tab", name="Task Runs").click()
    expect(page.get_by_text("take-orders").first).to_be_visible()
    OUT.mkdir(exist_ok=True)
    page.screenshot(path=OUT / "flow-run.png")


@for_long
@pytest.mark.browser
def test_a_browser_shows_the_retried_task(
    services: Services, retried: TaskRun, page: Page
):
    page.goto(f"{services.ui}/v2/runs/task-run/{retried.id}")

    expect(page.get_by_text(retried.name).first).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Run Count").first).to_be_visible()
    expect(page.get_by_text(re.compile("Retry 1/4 will start")).first).to_be_visible()
    OUT.mkdir(exist_ok=True)
    page.screenshot(path=OUT / "retried-task.png")


def test_running_again_changes_no_row(
    services: Services, stumbling_run: FlowRun, prefect_api: SyncPrefectClient
):
    before = contents(services)
    again = run_here(services, prefect_api, ingest_orders)

    assert again.state.message.startswith("新規 0 / 変更 0 / 変更なし ")
    assert contents(services) == before


def test_confirming_moves_the_new_orders_on(
    services: Services, stumbling_run: FlowRun, prefect_api: SyncPrefectClient
):
    confirmed = run_here(services, prefect_api, ingest_orders, confirm=True)
    with warehouse(services.warehouse) as con:
        waiting = con.execute(
            "SELECT count(*) FROM orders WHERE status = '新規受付' AND amounts_fixed"
        ).fetchone()

    assert confirmed.state.type.value == "COMPLETED", confirmed.state.message
    assert waiting == (0,)


def stands_in(text: str, secret: str) -> bool:
    """Look for it plain and as JSON; a street like 6-12-0 is no part of 2026-12-01."""
    forms = {secret, json.dumps(secret)[1:-1]}
    return any(
        form in text and re.search(rf"(?<![0-9]){re.escape(form)}(?![0-9])", text)
        for form in forms
    )


@for_long
def test_nothing_prefect_keeps_holds_a_key_or_a_buyer(
    services: Services, stumbling_run: FlowRun
):
    shop = services.sandbox.shops["demo"]
    with warehouse(services.warehouse) as con:
        people = con.execute(
            "SELECT DISTINCT unnest([phone, email, street]) FROM order_people"
        ).fetchall()
    secrets = [shop.license_key, shop.service_secret]
    secrets += [value for (value,) in people if value and len(value) > 5]
    with sqlite3.connect(services.home / "prefect" / "prefect.db") as db:
        kept = "\n".join(db.iterdump())
    kept += "".join(
        log.read_text(encoding="utf-8", errors="replace")
        for log in (services.home / "logs").iterdir()
    )

    leaked = [s for s in secrets if stands_in(kept, s)]
    assert len(secrets) > ORDERS
    assert leaked == []


def test_the_run_is_linked_to_its_load(services: Services, stumbling_run: FlowRun):
    with warehouse(services.warehouse) as con:
        runs = con.execute(
            "SELECT flow_run_id FROM loads WHERE created > 0 AND finished_at NOT NULL"
            " AND source = 'api'"
        ).fetchall()

    # Days of other tests may have created orders in the same warehouse.
    assert [UUID(run) for (run,) in runs].count(stumbling_run.id) == 1
