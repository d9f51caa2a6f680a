"""The paused form of adjust-stock at a real Prefect: answered in part, or by nobody."""

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import SetStateStatus

from connectors.settings import read_settings
from data.warehouse.session import warehouse
from flows.adjust_stock import adjust_stock
from tasks.setup.services import Services
from tasks.stock import adjust_form as stock_form
from tests.flows.test_stock import WAITING, Clerk
from tests.order_files.store.made import a_row, store
from tests.support.orders import SHOP_ID, order_number
from tests.support.sandbox import Sandbox
from tests.support.waiting import until

pytestmark = pytest.mark.prefect
SIGNED = {"who": "店長", "note": "棚を見た"}
LISTED = f"{WAITING} ORDER BY order_number, line_id"
BOOKED = (
    "SELECT order_number, line_id, sku, -quantity, who, note FROM stock_movements"
    " WHERE kind = 'adjustment' ORDER BY order_number, line_id"
)


@pytest.fixture(scope="module")
def clerk(
    services: Services,
    prefect_api: SyncPrefectClient,
    tmp_path_factory: pytest.TempPathFactory,
) -> Clerk:
    """Who imported orders by CSV, into a warehouse of this module's own."""
    clerk = Clerk(tmp_path_factory.mktemp("form"), services, prefect_api)
    path = "data/samples/rakuten.csv"
    run = clerk.run("import-order-csv/manual", path=path, mall="rakuten")
    assert run.state.type.value == "COMPLETED", run.state.message
    return clerk


def refused(clerk: Clerk, run: FlowRun, **answer: object) -> str:
    """Answer the form of a run; why Prefect does not take it, or nothing."""
    said = clerk.api.resume_flow_run(run.id, run_input=answer)
    return "" if said.status is SetStateStatus.ACCEPT else f"{said.details}"


def answered(clerk: Clerk, run: FlowRun, **answer: object) -> FlowRun:
    """Answer the form as soon as it is there, and see how the run ends."""
    until(lambda: not refused(clerk, run, **answer), 90)
    return until(lambda: clerk.ended(run), 90)


def test_some_lines_are_booked_and_the_others_go_on_waiting(clerk: Clerk):
    first, second, *others = clerk.ask(LISTED)
    lines = [{"number": 1}, {"number": 2, "quantity": 0}]
    run = clerk.begun("adjust-stock/manual")
    ended = answered(clerk, run, decision="some", lines=lines, **SIGNED)

    assert ended.state.type.value == "COMPLETED", ended.state.message
    assert ended.state.message.startswith("調整した明細 2 /")
    assert clerk.ask(LISTED) == others
    assert clerk.ask(BOOKED) == [
        (*first, "店長", "棚を見た"),
        (*second[:3], 0, "店長", "棚を見た"),
    ]


def test_an_answer_nobody_signed_is_not_taken_and_the_run_asks_on(clerk: Clerk):
    waited, before = clerk.ask(LISTED), clerk.ask(BOOKED)
    said = {"decision": "already-adjusted", "lines": []}
    run = clerk.begun("adjust-stock/manual")
    until(lambda: "'who' is a required" in refused(clerk, run, **said), 90)
    ended = answered(clerk, run, **said, **SIGNED)

    assert ended.state.message.startswith(f"調整した明細 {len(waited)} / 在庫の動き 0")
    assert clerk.ask(LISTED) == []
    assert len(clerk.ask(BOOKED)) == len(before) + len(waited)


def test_a_form_that_nobody_answers_ends_failed_with_nothing_changed(
    lab: Sandbox, prefect_api: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
):
    assert lab.shops["demo"].shop_id == SHOP_ID
    path = read_settings().warehouse
    with warehouse(path) as con:
        store(con, a_row(order_number(1), quantity=2))
    monkeypatch.setattr(stock_form, "ANSWER_WITHIN_S", 0)
    state = adjust_stock("lab", return_state=True)

    assert state.type.value == "FAILED"
    assert "何も変更していません" in state.message
    assert "対処: もう一度 adjust-stock を実行してください" in state.message
    with warehouse(path) as con:
        assert len(con.execute(LISTED).fetchall()) == 1
        assert con.execute(BOOKED).fetchall() == []
