"""One function that is off stops itself; orders never stop for stock."""

from typing import Any

import pytest

from connectors.settings import read_settings
from data.model.connection import ConnectionStatus
from data.warehouse.session import warehouse
from flows.check_connection import check_connection
from flows.daily import daily
from flows.import_stock_count import import_stock_count
from flows.ingest_orders import ingest_orders
from flows.push_inventory import push_inventory
from flows.push_tracking import push_tracking
from tasks import rms
from tasks.shops import connection
from tests.flows.test_connection import key_is_old
from tests.support.csv_counter import Shown
from tests.support.sandbox import Sandbox

READ, WRITE = "inventories.bulk.get", "inventories.bulk.upsert"
REPORT = "updateOrderShippingAsync"


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


@pytest.mark.parametrize("function", [READ, WRITE])
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


def test_tracking_goes_on_while_stock_is_off(lab: Sandbox):
    off(lab, READ, WRITE)
    count_stock(lab)
    assert ended(push_inventory)[0] == "Failed"

    assert ended(push_tracking)[0] == "Completed"
