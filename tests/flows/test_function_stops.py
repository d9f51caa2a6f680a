"""One function that is off stops itself; orders never stop for stock."""

import importlib
import pkgutil
from typing import Any

import pytest

from connectors import rms as rms_modules
from connectors.rms import shipping
from connectors.rms.answers import RmsFunction
from connectors.rms.check import check
from connectors.rms.errors import CredentialsRefused
from connectors.settings.reading import read_settings
from data.model.shops.connection import CallEnd, ConnectionStatus
from data.warehouse.session import warehouse
from flows.cancel_order import cancel_order
from flows.check_connection import check_connection
from flows.daily import daily
from flows.import_shipments import import_shipments
from flows.import_stock_count import import_stock_count
from flows.ingest_orders import ingest_orders
from flows.push_inventory import push_inventory
from flows.push_tracking import push_tracking
from flows.show_payment import show_payment
from flows.update_memo import update_memo
from flows.update_sub_status import update_sub_status
from tasks import machine, rms
from tasks.shops import connection
from tasks.shops.blocks import load_shop
from tests.carriers.made import GOOD, TEMPLATE, csv_bytes
from tests.flows.test_connection import key_is_old
from tests.support.csv_counter import Shown
from tests.support.effort import for_ci
from tests.support.sandbox import Sandbox
from tests.support.work_to_do import lay_down_a_parcel

READ, WRITE = "inventories.bulk.get", "inventories.bulk.upsert"
REPORT, SEARCH = "updateOrderShippingAsync", "searchOrder"
WHO = "店長"


def ask(query: str) -> list[tuple[Any, ...]]:
    with warehouse(read_settings().warehouse) as con:
        return con.execute(query).fetchall()


def stops() -> set[str]:
    return {name for (name,) in ask("SELECT function_name FROM shop_stops")}


def ended(flow: Any) -> tuple[str, str]:
    state = flow("lab", return_state=True)
    return state.name, state.message or ""


@pytest.fixture(autouse=True)
def old_key(lab: Sandbox) -> None:
    key_is_old()


@pytest.fixture(autouse=True)
def no_pause(lab: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """RMS settles a report at once, and is asked for it at once."""
    lab.settings(async_delay_s=0)
    monkeypatch.setattr(shipping, "FIRST_PAUSE_S", 0.01)


def count_stock(lab: Sandbox) -> None:
    """Count what the mall shows and ten more, so that there is a level to push."""
    path = read_settings().home / "count.csv"
    rows = [
        f"{row['manageNumber']},{row['variantId']},{row['quantity'] + 10}"
        for row in lab.stock()
        if row["known"]
    ]
    head = "商品管理番号,SKU管理番号,数量"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    assert import_stock_count(str(path), "lab", return_state=True).name == "Completed"


def off(lab: Sandbox, *functions: str) -> None:
    lab.shop("demo", functions_off=list(functions))


@for_ci
@pytest.mark.parametrize("function", [WRITE])  # both: see below, with tracking
def test_with_stock_switched_off_orders_go_on_and_the_report_names_it(
    lab: Sandbox, shown: Shown, function: str
):
    assert ended(ingest_orders)[0] == "Completed"
    count_stock(lab)
    sold = lab.sell(3, progress=300, over_days=0)
    off(lab, function)
    name, said = ended(daily)

    assert name == "Failed"
    assert function in said
    assert {n for (n,) in ask("SELECT order_number FROM orders")} == set(sold)
    assert stops() == {function}
    assert ("ok",) in ask("SELECT connection_status FROM shops")
    assert ask("SELECT kind, key FROM needs_a_person WHERE kind = 'function_stopped'")
    assert "発行" not in shown("day-report")


def test_a_refusal_stops_that_function_only_and_asks_no_more(lab: Sandbox):
    off(lab, READ)
    count_stock(lab)
    ended(push_inventory)
    asked = lab.journal()["counts"][READ]

    assert stops() == {READ}
    name, said = ended(push_inventory)
    assert (name, READ in said) == ("Failed", True)
    assert lab.journal()["counts"][READ] == asked
    assert ended(ingest_orders)[0] == "Completed"


def test_without_the_search_open_orders_are_read_again_all_the_same(lab: Sandbox):
    """A cancelled order stood as one to ship, as long as the search was off."""
    first, second = lab.sell(2, progress=300)
    assert ended(ingest_orders)[0] == "Completed"
    off(lab, SEARCH)
    lab.edit(first, orderProgress=900)
    refused = ended(ingest_orders)
    lab.edit(second, orderProgress=900)
    stopped = ended(ingest_orders)

    assert [name for name, _ in (refused, stopped)] == ["Failed", "Failed"]
    assert SEARCH in refused[1]
    assert SEARCH in stopped[1]
    assert ask("SELECT DISTINCT status FROM orders") == [("キャンセル",)]


def test_what_a_stop_keeps_back_was_not_sent(lab: Sandbox):
    """It stood as sent and without an answer, run after run."""
    lay_down_a_parcel(lab, read_settings().home)
    count_stock(lab)
    off(lab, WRITE, REPORT)
    ended(check_connection)
    assert stops() == {WRITE, REPORT}
    pushed, tracked = ended(push_inventory), ended(push_tracking)

    assert (WRITE in pushed[1], REPORT in tracked[1]) == (True, True)
    sent = ask("SELECT state, sent_at FROM inventory_pushes WHERE sent_at IS NOT NULL")
    assert sent == []
    assert ask("SELECT state, sent_at FROM shipments") == [("planned", None)]


def test_a_key_renewed_while_a_run_is_at_work_is_not_stopped_for_the_old_one(
    lab: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    """The run keeps the key it began with, and RMS takes that one no more."""
    begun_with = load_shop("lab")
    (sold,) = lab.sell(1)
    lab.shop("demo", license_key="SL0000_renewed")
    monkeypatch.setenv("JUCHU_SHOP_LAB_LICENSE_KEY", "SL0000_renewed")
    with monkeypatch.context() as at_work:
        at_work.setattr(rms, "shop_of_now", lambda _: begun_with)
        with pytest.raises(CredentialsRefused), rms.open_rms("lab") as client:
            client.orders.get([sold])

    assert ended(ingest_orders)[0] == "Completed"


def test_a_dead_key_still_stops_everything(lab: Sandbox):
    lab.shop("demo", license_key="another-key")
    ended(ingest_orders)

    assert stops() == set()
    assert ask("SELECT connection_status FROM shops") == [
        (ConnectionStatus.KEY_OR_SECRET.value,)
    ]


def test_a_good_check_lifts_exactly_what_it_proved(lab: Sandbox):
    off(lab, READ, REPORT)
    ended(check_connection)
    assert stops() == {READ, REPORT}

    off(lab, REPORT)
    ended(check_connection)
    assert stops() == {REPORT}

    off(lab)
    assert ended(check_connection)[0] == "Completed"
    assert stops() == set()


MARKS = {
    "updateOrderMemo": lambda n: update_memo("lab", n, "折り返し待ち", WHO),
    "updateOrderSubStatus": lambda n: update_sub_status("lab", n, "解除", WHO),
    "cancelOrder": lambda n: cancel_order("lab", n, 8, WHO),
    "getPayment": lambda n: show_payment("lab", n),
}


@pytest.mark.parametrize("function", MARKS)
def test_a_mark_that_was_refused_is_stopped_and_started_by_a_check(
    lab: Sandbox, function: str
):
    (number,) = lab.sell(1, progress=300)
    off(lab, function)
    with pytest.raises(Exception, match=function):
        MARKS[function](number)
    assert stops() == {function}

    before = lab.orders()
    off(lab)
    assert ended(check_connection)[0] == "Completed"
    assert (stops(), lab.orders()) == (set(), before)


def test_whatever_can_be_stopped_is_tried_by_a_check_while_it_is(lab: Sandbox):
    """Else its stop would stand for ever."""
    known = {
        one.name
        for module in pkgutil.iter_modules(rms_modules.__path__, "connectors.rms.")
        for one in vars(importlib.import_module(module.name)).values()
        if isinstance(one, RmsFunction)
    }
    shop = load_shop("lab")
    with rms.rms_client(shop) as client:
        tried = check(client, shop.shop_id, machine.now(), known).probes

    assert {probe.function for probe in tried} == known
    assert {probe.answer for probe in tried} == {CallEnd.OK}


def test_a_check_of_writes_has_no_effect(lab: Sandbox):
    lab.sell(1, progress=300)
    before, stock = lab.orders(), lab.stock()
    ended(check_connection)

    assert (lab.orders(), lab.stock()) == (before, stock)
    assert lab.stock_writes() == []
    assert {REPORT, WRITE} <= set(lab.journal()["counts"])


def test_planted_a_refusal_that_blames_the_key_stops_orders_for_stock(
    lab: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rms, "probes_of_others", lambda *_: ())
    with pytest.raises(AssertionError):
        test_a_refusal_stops_that_function_only_and_asks_no_more(lab)


def test_planted_a_check_that_lifts_all_is_caught(
    lab: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    def lift_all(con: Any, *_: object) -> None:
        con.execute("DELETE FROM shop_stops")

    monkeypatch.setattr(connection, "lift_stops", lift_all)
    monkeypatch.setattr(connection, "stop_function", lambda *_: None)
    with pytest.raises(AssertionError):
        test_a_good_check_lifts_exactly_what_it_proved(lab)


def parcel_of(lab: Sandbox, number: str) -> None:
    """Import a parcel of an order, as the clerk's template has it."""
    path = read_settings().home / "parcels.csv"
    cells = {
        "注文番号": number,
        "配送会社": "1001",
        "伝票番号": GOOD,
        "発送日": f"{machine.now():%Y/%m/%d}",
    }
    path.write_bytes(csv_bytes(TEMPLATE, [cells]))
    import_shipments(str(path), "template", "lab")


def test_orders_and_tracking_go_on_while_stock_is_off_and_the_day_names_the_function(
    lab: Sandbox, shown: Shown
):
    (known,) = lab.sell(1, progress=300, over_days=0)
    ended(ingest_orders)
    count_stock(lab)
    parcel_of(lab, known)
    (new,) = lab.sell(1, progress=300, over_days=0)
    off(lab, READ, WRITE)
    name, _ = ended(daily)
    (row,) = lab.orders()[known]["PackageModelList"][0]["ShippingModelList"]
    failed, _, rest = shown("day-report").partition("## 対応が必要なもの")

    assert name == "Failed"
    assert "失敗した処理 1件" in failed
    assert "push-inventory" in failed
    assert READ in failed
    assert f"RMSの機能 {READ}" in rest.replace("\\", "")
    assert row["shippingNumber"] == GOOD
    assert ask("SELECT state FROM shipments") == [("verified",)]
    assert (new,) in ask("SELECT order_number FROM orders")
    assert lab.stock_writes() == []


@for_ci
def test_an_order_cancelled_after_its_number_was_reported_is_in_the_days_report(
    lab: Sandbox, shown: Shown
):
    gone, kept = lab.sell(2, progress=300, over_days=0)
    ended(ingest_orders)
    parcel_of(lab, gone)
    assert ended(push_tracking)[0] == "Completed"
    lab.cancel(gone)
    name, said = ended(daily)
    report = shown("day-report")

    assert name == "Failed"
    assert "止める荷物のある注文 1" in said
    (line,) = [one for one in report.splitlines() if "荷物を止めてください" in one]
    assert gone in line
    assert GOOD in line
    assert kept not in line
