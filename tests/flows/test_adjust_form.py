"""The form of adjust-stock at a real Prefect: left alone for long, or for ever."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import SetStateStatus
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    temporary_settings,
)

from flows.import_order_csv import import_order_csv
from tasks.setup.alarms import save_automation
from tasks.setup.demo_orders import SAMPLE
from tasks.setup.run_automations import unanswered_form
from tasks.setup.services import open_services
from tests.flows.test_stock import WAITING, Clerk, is_alive
from tests.support.effort import for_long
from tests.support.waiting import until

pytestmark = pytest.mark.prefect
LEASE_S = 30
"""The shortest that Prefect's server can be set to."""
BOOKED = "SELECT count(*) FROM stock_movements WHERE kind = 'adjustment'"


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    """Who works where a slot that nobody renews is lost after half a minute."""
    home = tmp_path_factory.mktemp("leases")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION", f"{LEASE_S}"
        )
        with (
            open_services(home, "--seed", "7") as services,
            temporary_settings(
                {
                    PREFECT_API_URL: f"{services.ui}/api",
                    PREFECT_API_AUTH_STRING: services.login,
                }
            ),
            get_client(sync_client=True) as api,
        ):
            yield Clerk(home, services, api)


def shown_form(clerk: Clerk, number: int) -> FlowRun:
    """Begin a run whose form lists lines of one more order file."""
    file = clerk.home / f"orders-{number}.csv"
    file.write_bytes(SAMPLE.read_bytes().replace(b"-00000009", b"-0000%d009" % number))
    imported = clerk.run_here(import_order_csv, path=str(file), mall="rakuten")
    assert imported.state.type.value == "COMPLETED", imported.state.message
    run = clerk.begun("adjust-stock/manual")
    return until(lambda: clerk.suspended(run), 90)


@for_long
@pytest.mark.parametrize("waits_s", [2 * LEASE_S + 5, 600])
def test_a_form_is_answered_long_after_every_lease_has_ended(
    clerk: Clerk, waits_s: int
):
    run = shown_form(clerk, waits_s % 7)
    shown_at = time.monotonic()
    until(lambda: not is_alive(run), 30)
    until(lambda: time.monotonic() - shown_at > waits_s, waits_s + 30)
    answer = {"decision": "すべて調整する", "lines": "", "who": "店長", "note": "棚"}

    assert not is_alive(run)
    assert clerk.suspended(run)
    said = clerk.api.resume_flow_run(run.id, run_input=answer)
    assert said.status is SetStateStatus.ACCEPT
    ended = until(lambda: clerk.ended(run), 90)
    assert ended.state.type.value == "COMPLETED", ended.state.message
    assert clerk.ask(WAITING) == []


@for_long
def test_a_form_that_nobody_answers_ends_failed_with_nothing_changed(clerk: Clerk):
    at_once = unanswered_form(timedelta(seconds=10))
    save_automation(clerk.api, at_once)
    booked = clerk.ask(BOOKED)
    run = shown_form(clerk, 9)
    ended = until(lambda: clerk.ended(run), 60)

    assert ended.state.type.value == "FAILED"
    assert "何も変更していません" in ended.state.message
    assert "対処: もう一度 adjust-stock を実行してください" in ended.state.message
    assert clerk.ask(BOOKED) == booked
    assert clerk.ask(WAITING) != []
