"""`make deploy` leaves a server on which nine o'clock happens."""

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateName,
)
from prefect.client.schemas.objects import FlowRun
from prefect.events import emit_event
from prefect.events.schemas.events import Resource
from prefect.states import Completed, Failed, Scheduled
from pydantic import SecretStr

from connectors.notices.announce import EVENT, RESOURCE
from connectors.prefect_env import NAMES
from connectors.settings.notify_address import notify_address
from tasks.setup.alarms import register_alarms
from tasks.setup.future_runs import delete_runs, runs_to_come
from tasks.setup.run_automations import run_automations
from tasks.setup.services import ROOT, Services
from tests.support.effort import EFFORT, for_long
from tests.support.listener import listener
from tests.support.waiting import until

pytestmark = pytest.mark.prefect
AUTOMATIONS = (
    *(one.name for one in run_automations()),
    "juchu: drain when notices arrive",
)
RESOURCE_ID = "prefect.resource.id"


def planned_runs(api: SyncPrefectClient) -> list[FlowRun]:
    deployment = api.read_deployment_by_name("daily/0900")
    runs = api.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id]),
            state=FlowRunFilterState(name=FlowRunFilterStateName(any_=["Scheduled"])),
        )
    )
    return [run for run in runs if run.auto_scheduled]


def scheduled_runs(api: SyncPrefectClient) -> list[datetime]:
    return sorted(
        run.expected_start_time for run in planned_runs(api) if run.expected_start_time
    )


def test_a_scheduled_run_stands_at_nine_in_japan(prefect_api):
    first, *later = until(lambda: scheduled_runs(prefect_api))

    assert first.astimezone(UTC).timetz().isoformat() == "00:00:00+00:00"
    assert first - datetime.now(UTC) <= timedelta(days=1)
    assert [b - a for a, b in zip([first, *later], later, strict=False)] == [
        timedelta(days=1)
    ] * len(later)


@for_long
def test_a_day_that_a_fast_clock_has_ended_is_planned_anew(
    services: Services, prefect_api: SyncPrefectClient
):
    """Prefect's scheduler looks about once a minute."""
    day = ended_ahead(services, prefect_api)
    assert day not in scheduled_runs(prefect_api)

    delete_runs(prefect_api, runs_to_come(prefect_api, datetime.now(UTC)))

    until(lambda: day in scheduled_runs(prefect_api), patience_s=130)


def test_what_a_fast_clock_ended_or_planned_is_taken_away_and_no_other_run(
    services: Services, prefect_api: SyncPrefectClient
):
    ended_ahead(services, prefect_api)
    of_a_person = prefect_api.create_flow_run_from_deployment(
        prefect_api.read_deployment_by_name("daily/0900").id,
        state=Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=200)),
    )
    before = scheduled_runs(prefect_api)
    found = runs_to_come(prefect_api, datetime.now(UTC))
    delete_runs(prefect_api, [*found, *found])

    assert len(found) == 1
    assert runs_to_come(prefect_api, datetime.now(UTC)) == []
    assert set(before) <= set(scheduled_runs(prefect_api))
    delete_runs(prefect_api, [of_a_person.id])


def ended_ahead(services: Services, api: SyncPrefectClient) -> datetime:
    """End the last 09:00 that is planned by a clock a year ahead; return its day.

    The server dates what it is told by its own clock: so in its database.
    """
    until(lambda: scheduled_runs(api))
    last = max(planned_runs(api), key=lambda run: run.expected_start_time)
    api.set_flow_run_state(last.id, Completed(), force=True)
    ended = datetime.now(UTC) + timedelta(days=365)
    with sqlite3.connect(services.home / "prefect" / "prefect.db") as db:
        changed = db.execute(
            "UPDATE flow_run SET end_time = ? WHERE id = ?",
            (f"{ended:%Y-%m-%d %H:%M:%S.%f}", str(last.id)),
        )
    assert changed.rowcount == 1
    assert last.expected_start_time is not None
    return last.expected_start_time


def test_only_daily_ingests_at_nine(prefect_api):
    ingest = prefect_api.read_deployment_by_name("ingest-orders/0900")

    assert [s.active for s in ingest.schedules] == [False]


def test_the_drain_starts_every_quarter_and_when_a_notice_arrives(prefect_api):
    drain = prefect_api.read_deployment_by_name("drain-notices/every-minute")
    (at_once,) = prefect_api.read_automations_by_name(
        "juchu: drain when notices arrive"
    )

    # Active as deployed; the fast suite looks at that, and pauses it (conftest.py).
    assert [(s.schedule.cron, s.active) for s in drain.schedules] == [
        ("*/15 * * * *", EFFORT == "long")
    ]
    assert at_once.enabled
    assert at_once.trigger.expect == {EVENT}
    assert at_once.trigger.match.matches(Resource({RESOURCE_ID: f"{RESOURCE}.demo"}))
    assert [a.deployment_id for a in at_once.actions] == [drain.id]


def test_a_run_without_heartbeat_will_be_crashed(prefect_api):
    (guard,) = prefect_api.read_automations_by_name(
        "juchu: crash runs without heartbeat"
    )

    assert guard.enabled
    assert guard.trigger.posture.value == "Proactive"
    assert guard.trigger.after == {"prefect.flow-run.heartbeat"}
    assert guard.actions[0].state.value == "CRASHED"


def test_the_shop_of_the_environment_is_a_block_with_hidden_keys(services, prefect_api):
    block = prefect_api.read_block_document_by_name(
        "demo", "rms-shop", include_secrets=False
    )
    shop = services.sandbox.shops["demo"]

    assert block.data["shop_id"] == shop.shop_id
    assert shop.license_key not in str(block.data)
    assert shop.service_secret not in str(block.data)


def test_a_limit_guards_the_order_api_of_the_shop(prefect_api):
    limit = prefect_api.read_global_concurrency_limit_by_name("rms-order-demo")

    assert limit.limit == 1


@for_long
def test_deploying_again_doubles_nothing(services: Services, prefect_api):
    """With the file alone to go by, in the background: neither terminal nor stdin.

    The watched folder that staff switched on goes on being looked at, and of a key that
    was renewed in the environment only it is told that the block's counts.
    """
    before = prefect_api.read_deployment_by_name("daily/0900")
    folder = prefect_api.read_deployment_by_name("import-order-csv/incoming")
    (schedule,) = folder.schedules
    prefect_api.update_deployment_schedule(folder.id, schedule.id, active=True)
    bare = {name: v for name, v in services.env.items() if name not in NAMES}
    done = subprocess.run(
        ["sh", "-c", f"exec '{sys.executable}' -m tasks.setup.deploy <&-"],
        env=bare | {"JUCHU_SHOP_DEMO_LICENSE_KEY": "SL-renewed"},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    after = prefect_api.read_deployment_by_name("daily/0900")
    (still,) = prefect_api.read_deployment_by_name(
        "import-order-csv/incoming"
    ).schedules
    prefect_api.update_deployment_schedule(folder.id, still.id, active=False)

    assert still.active
    assert "rms-shop/demo と異なる項目: ライセンスキー(licenseKey))" in done.stderr
    assert "SL-renewed" not in f"{done.stdout}{done.stderr}"
    assert [s.id for s in after.schedules] == [s.id for s in before.schedules]
    for name in AUTOMATIONS:
        assert len(prefect_api.read_automations_by_name(name)) == 1


@for_long  # Prefect takes up to two minutes to act on an event beside the suite
def test_the_server_tells_a_webhook_what_broke_and_what_healed(prefect_api):
    """With a run's message and page; and nobody is told once the setting is gone."""
    failed = prefect_api.create_flow_run_from_deployment(
        prefect_api.read_deployment_by_name("daily/0900").id,
        state=Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=2)),
    )
    with listener() as hook:
        address = notify_address(SecretStr(f"{hook.url}/secret"), None)
        names = register_alarms(prefect_api, address)
        assert register_alarms(prefect_api, address) == names
        message = "Flow run encountered an exception: WarehouseBusy"
        prefect_api.set_flow_run_state(failed.id, Failed(message=message), force=True)
        for end in ("raised", "healed"):
            emit_event(
                event=f"juchu.alarm.disk-low.{end}",
                resource={RESOURCE_ID: "juchu.alarm.disk-low.machine"},
                payload={"subject": f"disk {end}", "body": "対処: 確認"},
            )
        until(lambda: len(hook.heard) >= 3, 90)

    texts = sorted(told["text"] for _method, _path, told in hook.heard)
    # Prefect adds the run that emitted this process's first event, if one did.
    ours = [text.partition("\nhttp")[0] for text in texts[:2]]
    assert ours == ["disk healed\n対処: 確認", "disk raised\n対処: 確認"]
    assert texts[2].startswith(
        "【受注 障害】朝の処理がエラーで終了しました\n" + message
    )
    assert f"/runs/flow-run/{failed.id}" in texts[2]
    assert register_alarms(prefect_api, None) == []
    assert not any(prefect_api.read_automations_by_name(name) for name in names)
    prefect_api.delete_flow_run(failed.id)
