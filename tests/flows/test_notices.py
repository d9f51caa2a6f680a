"""From a sale to an order in DuckDB: receiver, event, worker; nobody does anything."""

from collections.abc import Iterator

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.client.schemas.objects import FlowRun

from connectors.notices.spool import Spool
from data.warehouse.invariants import violations
from data.warehouse.session import warehouse
from tasks.setup.services import Services
from tests.support.effort import for_long
from tests.support.notices import HEADERS, auth_xml, order_xml, result_code
from tests.support.waiting import until

pytestmark = pytest.mark.prefect
ORDERS = 60
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE notifyModel [<!ENTITY a "ha">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><notifyModel>&b;</notifyModel>'
)


def drains(api: SyncPrefectClient) -> list[FlowRun]:
    """Every run of the drain that has begun."""
    deployment = api.read_deployment_by_name("drain-notices/every-minute")
    mine = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id]))
    return [run for run in api.read_flow_runs(flow_run_filter=mine) if run.start_time]


def stored(services: Services, condition: str = "true") -> set[str]:
    query = f"SELECT order_number FROM orders WHERE {condition}"  # noqa: S608 - ours
    with warehouse(services.warehouse) as con:
        return {number for (number,) in con.execute(query).fetchall()}


def waiting(services: Services) -> int:
    """Notices on disk and in the warehouse that nothing has come of yet."""
    on_disk = Spool(services.home / "spool").depth()
    with warehouse(services.warehouse) as con:
        (recorded,) = con.execute(
            "SELECT count(*) FROM notices WHERE settled_at IS NULL"
        ).fetchone()
    return on_disk + recorded


def posted(services: Services, body: bytes) -> tuple[int, str]:
    answer = httpx.post(
        services.receiver, content=body, headers=HEADERS, trust_env=False
    )
    return answer.status_code, result_code(answer.content)


def by_hand(services: Services, number: str, key: str | None = None) -> bytes:
    """The order notice that the README tells people to send with curl."""
    shop = services.sandbox.shops["demo"]
    auth = auth_xml(key or shop.notice_auth_key, shop.shop_url, shop.contract_id)
    return order_xml(number, auth=auth)


@pytest.fixture(scope="module")
def open_shop(services: Services, prefect_api: SyncPrefectClient) -> Iterator[Services]:
    """A shop whose sales are announced; quiet again for the tests that follow."""
    services.sandbox.settings(notify_url=services.receiver)
    yield services
    services.sandbox.settings(notify_url=None)
    until(lambda: waiting(services) == 0, 90)
    until(lambda: all(run.end_time for run in drains(prefect_api)), 60)


@pytest.fixture(scope="module")
def drains_before(prefect_api: SyncPrefectClient) -> set:
    return {run.id for run in drains(prefect_api)}


@pytest.fixture(scope="module")
def sold(open_shop: Services, drains_before: set) -> list[str]:
    """Orders sold at once, all of which have arrived in the warehouse."""
    numbers = open_shop.sandbox.sell(ORDERS, "mixed", over_days=0)
    until(lambda: stored(open_shop) >= set(numbers), 90)
    return numbers


def test_orders_sold_arrive_by_a_run_that_a_notice_started(
    open_shop: Services, sold: list[str], drains_before: set, prefect_api
):
    begun = [run for run in drains(prefect_api) if run.id not in drains_before]
    counts = open_shop.sandbox.notice_counts()

    assert any(not run.auto_scheduled for run in begun)
    assert counts["acknowledged"] == counts["made"] >= ORDERS
    assert len(begun) < ORDERS / 10


@for_long
def test_a_buyers_change_is_read_again_and_the_drain_settles_what_waits(
    open_shop: Services, sold: list[str]
):
    cancelled, changed = sold[:2]
    open_shop.sandbox.cancel(cancelled)
    paid = {"SettlementModel.settlementMethod": "銀行振込"}
    open_shop.sandbox.edit_at(changed, paid)
    until(lambda: cancelled in stored(open_shop, "mall_status = '900'"), 60)
    until(lambda: changed in stored(open_shop, "payment_method = '銀行振込'"), 60)
    until(lambda: waiting(open_shop) == 0, 90)
    with warehouse(open_shop.warehouse) as con:
        reasons = con.execute("SELECT DISTINCT reason FROM notices").fetchall()
        broken = violations(con)

    assert {reason for (reason,) in reasons} <= {"stored", "known", "no_order"}
    assert broken == []


@for_long
def test_a_notice_written_by_hand_becomes_an_order_within_seconds(
    open_shop: Services, sold: list[str]
):
    open_shop.sandbox.settings(notify_url=None)
    (number,) = open_shop.sandbox.sell(1, over_days=0)
    said = posted(open_shop, by_hand(open_shop, number))

    assert said == (200, "N-000-000")
    until(lambda: number in stored(open_shop), 60)


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda services: by_hand(services, "123456-1-1", "wrong"), "E-400-101"),
        (lambda _services: LAUGHS, "E-400-100"),
    ],
    ids=["wrong key", "billion laughs"],
)
def test_what_is_not_from_rakuten_is_refused_and_nothing_waits(
    open_shop: Services, made, code
):
    before = Spool(open_shop.home / "spool").depth()

    assert posted(open_shop, made(open_shop)) == (200, code)
    assert Spool(open_shop.home / "spool").depth() <= before
