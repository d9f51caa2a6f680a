"""Stock, with all services: a CSV waits, a person decides in a browser, RMS is told."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from prefect.client.schemas.objects import FlowRun, Log, State

from flows.adjust_stock import adjust_stock
from flows.import_order_csv import import_order_csv
from flows.import_stock_count import import_stock_count
from flows.push_inventory import push_inventory
from tasks.setup.services import Services
from tests.support.at_hand import (
    begin_by_worker,
    ended,
    run_at_hand,
    run_by_worker,
    run_here,
)
from tests.support.browser import signed_in_page
from tests.support.csv_counter import Books, artifacts_of
from tests.support.effort import for_long
from tests.support.waiting import until

pytestmark = pytest.mark.prefect
OUT = Path("out")
SERVICE_UNAVAILABLE = 503
ONE_MUG = {"manageNumber": "kakuu-mug", "variantId": "kakuu-mug", "units": 1}
WAITING = "SELECT order_number, line_id, sku, quantity FROM manual_stock_adjustments"


class Clerk(Books):
    """Who runs the deployments, on a warehouse of this module's own."""

    def __init__(self, home: Path, services: Services, api: SyncPrefectClient) -> None:
        super().__init__(home)
        self.services, self.api = services, api

    env: Mapping[str, str] = {}
    """More settings for every run."""

    def begun(self, name: str, **given: object) -> FlowRun:
        return begin_by_worker(*self._where, name, **self._how, **given)

    def run(self, name: str, **given: object) -> FlowRun:
        return run_by_worker(*self._where, name, **self._how, **given)

    def run_here(self, flow: Callable[..., Any], **given: object) -> FlowRun:
        """Run a flow in this process, on the same warehouse."""
        return run_here(*self._where, flow, **self._how, **given)

    def run_at_hand(
        self, name: str, flow: Callable[..., Any], **given: object
    ) -> FlowRun:
        """Run a deployment, by the worker in the long suite only."""
        return run_at_hand(*self._where, name, flow, **self._how, **given)

    @property
    def _where(self) -> tuple[Services, SyncPrefectClient]:
        return self.services, self.api

    @property
    def _how(self) -> dict[str, Any]:
        return {"home": self.home, "env": self.env}

    def ended(self, run: FlowRun) -> FlowRun | None:
        return ended(self.api, run)

    def suspended(self, run: FlowRun) -> FlowRun | None:
        """The run, if its form waits for a person."""
        now = self.api.read_flow_run(run.id)
        return now if now.state and now.state.name == "Suspended" else None

    def told(self, run: FlowRun) -> str:
        """Every state of the run and what it logged, for a test that waited in vain."""
        states = [f"{s.timestamp} {s.name} {s.message}" for s in self._states(run)]
        return "\n".join([*states, *(log.message for log in self.logs(run))])

    def _states(self, run: FlowRun) -> list[State[Any]]:
        return self.api.read_flow_run_states(run.id)

    def logs(self, run: FlowRun) -> list[Log]:
        mine = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run.id]))
        return self.api.read_logs(log_filter=mine)

    def stock(self) -> dict[tuple[str, str], int]:
        return {
            (row["manageNumber"], row["variantId"]): row["quantity"]
            for row in self.services.sandbox.stock()
            if row["known"]
        }

    def counted(self) -> FlowRun:
        rows = [f"{m},{v},{n}" for (m, v), n in self.stock().items()]
        path = self.home / "count.csv"
        head = "商品管理番号,SKU管理番号,数量"
        path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
        return self.run_at_hand(
            "import-stock-count/manual", import_stock_count, path=str(path)
        )


@pytest.fixture(scope="module")
def clerk(
    services: Services,
    prefect_api: SyncPrefectClient,
    tmp_path_factory: pytest.TempPathFactory,
) -> Clerk:
    return Clerk(tmp_path_factory.mktemp("stock"), services, prefect_api)


@pytest.fixture(scope="module")
def page(services: Services) -> Iterator[Page]:
    with signed_in_page(services, height=1800) as opened:
        yield opened


def busy(route: Route) -> None:
    """Answer as a server that has no room for the request now."""
    route.fulfill(status=SERVICE_UNAVAILABLE, json={"exception_message": "busy"})


def is_taken(page: Page) -> bool:
    """Press the form's button; whether the server took it, False if it was busy.

    A server on SQLite answers 503 when another write came between its reading and its
    own. Prefect 3.9.1's page then keeps the form as it is; it closes it at any other
    answer, a refusal too.
    """
    button = page.get_by_role("dialog").get_by_role("button", name="Resume")
    with page.expect_response(lambda answer: answer.url.endswith("/resume")) as answer:
        button.click()
    if answer.value.status == SERVICE_UNAVAILABLE:
        return False
    said = answer.value.json()
    assert said.get("status") == "ACCEPT", (said, answer.value.request.post_data)
    return True


def is_alive(run: FlowRun) -> bool:
    """Whether a process on this machine works on the run."""
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if str(run.id).encode() in environment.read_bytes():
                return True
    return False


def test_a_csv_waits_and_leaves_stock_where_it_is(clerk: Clerk):
    counted = clerk.counted()
    before = clerk.stock()
    imported = clerk.run_here(
        import_order_csv, path="data/samples/rakuten.csv", mall="rakuten"
    )
    report = artifacts_of(imported, clerk.api)["import-report"]
    pushed = clerk.run_here(push_inventory)

    assert counted.state.message.startswith("在庫数が変わったSKU")
    assert len(clerk.ask(WAITING)) > 0
    assert "prefect deployment run 'adjust-stock/manual' -p shop=demo" in report
    assert pushed.state.type.value == "COMPLETED"
    assert clerk.stock() == before


@pytest.fixture(scope="module")
def asked(clerk: Clerk) -> FlowRun:
    """A run that asks a person."""
    run = clerk.begun("adjust-stock/manual")
    return until(lambda: clerk.suspended(run), 90)


def test_while_the_form_waits_no_process_and_no_slot_is_held(
    clerk: Clerk, asked: FlowRun
):
    # A run that holds a slot has to renew it, and is ended when that fails.
    limit = clerk.api.read_deployment(asked.deployment_id).global_concurrency_limit
    until(lambda: not is_alive(asked), 30)
    now = clerk.api.read_global_concurrency_limit_by_name(limit.name)
    logs = [log.message for log in clerk.logs(asked)]

    assert (now.limit, now.active_slots) == (1, 0)
    assert clerk.suspended(asked)
    assert any("右上の「⋮」から「Resume」" in message for message in logs)
    assert (
        "8時間以内に入力がない場合" in artifacts_of(asked, clerk.api)["adjustment-form"]
    )


@pytest.mark.browser
def test_the_form_is_filled_in_on_the_page_and_clears_what_waited(
    clerk: Clerk, asked: FlowRun, page: Page
):
    waited = clerk.ask(WAITING)
    page.goto(f"{clerk.services.ui}/v2/runs/flow-run/{asked.id}")
    page.get_by_role("button", name="Open menu").first.click(timeout=30_000)
    page.get_by_role("menuitem", name="Resume").click()
    form = page.get_by_role("dialog")
    expect(form.get_by_text(waited[0][0]).first).to_be_visible(timeout=30_000)
    expect(form.get_by_text("(Optional)")).to_have_count(0)
    form.get_by_label("Select 調整の方法").click()
    page.get_by_role("option", name="すべて調整する", exact=True).click()
    form.get_by_label("担当者").fill("店長")
    form.get_by_label("メモ").fill("棚から出した")
    OUT.mkdir(exist_ok=True)
    page.screenshot(path=OUT / "adjust-form.png", full_page=True)
    page.route("**/resume", busy, times=1)
    was_busy = not is_taken(page)
    until(lambda: is_taken(page), 30)  # who sees it refused presses again
    ended = until(lambda: clerk.ended(asked), 90, lambda: clerk.told(asked))
    booked = clerk.ask(
        "SELECT order_number, line_id, sku, -quantity, who, note FROM stock_movements"
        " WHERE kind = 'adjustment' AND source = 'person'"
    )

    assert was_busy
    assert ended.state.type.value == "COMPLETED", ended.state.message
    assert clerk.ask(WAITING) == []
    assert {row[4:] for row in booked} == {("店長", "棚から出した")}
    assert sorted(row[:2] for row in booked) == sorted(row[:2] for row in waited)


@for_long
def test_the_malls_skus_are_mapped_by_the_worker(clerk: Clerk):
    run = clerk.run("import-skus/manual", who="在庫担当")
    assert run.state.type.value == "COMPLETED", run.state.message
    report = artifacts_of(run, clerk.api)["import-skus-report"]

    assert run.state.message.startswith("商品 8 / SKU 12 / 販売中 12")
    assert "RMSの商品からのSKUの登録" in report


@for_long
def test_an_oversale_is_explained_by_the_worker(clerk: Clerk):
    mug = ONE_MUG["manageNumber"], ONE_MUG["variantId"]
    clerk.services.sandbox.set_stock(*mug, 50)  # other tests may have sold it out
    clerk.counted()
    clerk.services.sandbox.sell(1, over_days=0, progress=300, line=ONE_MUG)
    clerk.run_here(push_inventory)
    run = clerk.run("why-oversold/manual", sku="kakuu-mug/kakuu-mug")
    assert run.state.type.value == "COMPLETED", run.state.message
    report = artifacts_of(run, clerk.api)["why-oversold"]

    assert run.state.message.startswith("売り越しの原因: 不明。")
    assert "この日時までに在庫数が0を下回った記録はありません" in report


@for_long
def test_with_nothing_waiting_the_run_asks_nobody(clerk: Clerk):
    run = clerk.run_here(adjust_stock, adjustments=[], who="店長", note="確認")
    asked = clerk.run_here(adjust_stock)

    assert run.state.type.value == "COMPLETED"
    assert "手動調整を待つ注文はありません" in asked.state.message


def test_the_push_tells_rms_and_overwrites_no_sale(clerk: Clerk):
    before = clerk.stock()
    clerk.services.sandbox.sell(3, over_days=0)
    sold = clerk.stock()
    run = clerk.run_at_hand("push-inventory/0900", push_inventory, full=True)
    after = clerk.stock()
    offers = {
        (manage, variant): max(level, 0)
        for manage, variant, level in clerk.ask(
            "SELECT manage_number, variant_id, level"
            " FROM sku_map JOIN stock_levels USING (sku)"
            " WHERE is_counted AND variant_id <> ''"
        )
        if (manage, variant) in before
    }

    assert run.state.type.value == "COMPLETED", run.state.message
    assert sold != before
    assert after == before | offers
    assert all(after[key] <= sold[key] for key in sold)
