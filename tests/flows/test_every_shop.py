"""A run without a shop is a run for each live one, and one's failure is its own."""

from datetime import UTC, datetime

import pytest

from connectors.notices.keys import KEY_FILE
from connectors.settings.reading import read_settings
from data.model.shops.onboarding import Stage, StageStep
from data.warehouse.session import warehouse
from data.warehouse.shops import move_stage
from flows.check_connection import check_connection
from flows.daily import daily
from flows.drain_notices import drain_notices
from flows.ingest_orders import ingest_orders
from flows.push_inventory import push_inventory
from tasks import notices
from tasks.shops import every_shop as live
from tasks.watch.metrics import WatchMetrics
from tasks.watch.work import Watch
from tests.support.csv_counter import Shown, ShownByPrefect
from tests.support.plain_runs import both_ways
from tests.support.sandbox import Sandbox


@pytest.fixture
def two(lab: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Beside `lab` a second shop, `second`; the services' own are not ours."""
    shop = lab.shops["demo2"]
    monkeypatch.setenv("JUCHU_SHOP_SECOND_SHOP_ID", shop.shop_id)
    monkeypatch.setenv("JUCHU_SHOP_SECOND_SERVICE_SECRET", shop.service_secret)
    monkeypatch.setenv("JUCHU_SHOP_SECOND_LICENSE_KEY", shop.license_key)
    monkeypatch.setenv("JUCHU_WAREHOUSE_PATIENCE_S", "20")
    monkeypatch.setattr(live, "rakuten_shops", lambda: ["lab", "second"])
    return lab


def stored() -> set[str]:
    with warehouse(read_settings().warehouse) as con:
        found = con.execute("SELECT order_number FROM orders").fetchall()
    return {number for (number,) in found}


@both_ways
def test_one_morning_for_all_and_one_shop_that_fails(two: Sandbox, shown: Shown):
    good = two.sell(5, shop="demo2")
    two.sell(5)
    two.shop("demo", license_key="another-key")
    state = daily(return_state=True)

    assert state.type.value == "FAILED"
    assert state.message.startswith("失敗した店舗: lab。")
    assert stored() == set(good)
    report = shown("day-report")
    assert "| second | 完了 |" in report
    assert "| lab | 失敗 |" in report
    assert "| rakuten | second | " in report
    failure, *below = report.partition("- **lab**")[2].splitlines()
    assert any(one.startswith("    - ingest-orders: ") for one in below)
    assert "day-report" not in failure
    assert ("/runs/flow-run/" in failure) == isinstance(shown, ShownByPrefect)


def test_a_shop_nobody_can_describe_stops_no_other(
    two: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    good = two.sell(3, shop="demo2")
    monkeypatch.setattr(live, "rakuten_shops", lambda: ["gone", "second"])
    state = ingest_orders(return_state=True)

    assert "失敗した店舗: gone" in state.message
    assert stored() == set(good)


def test_a_shop_whose_variable_is_wrong_stops_no_other(
    two: Sandbox, shown: Shown, monkeypatch: pytest.MonkeyPatch
):
    """One letter in `.env` ended the drain, the push and the warm process of all."""
    monkeypatch.setenv("JUCHU_SHOP_SECOND_SAFETY_STOCK", "x")
    desk = Watch(WatchMetrics())
    desk.look_for_shops()
    drained = drain_notices(return_state=True)
    pushed = push_inventory(return_state=True)

    assert desk.handles() == ("lab",)
    assert drained.message == "処理待ちの通知はありません"
    assert pushed.message.startswith("失敗した店舗: second。")
    assert "JUCHU_SHOP_SECOND_SAFETY_STOCK: 値が正しく" in shown("shops-report")


@both_ways
def test_every_shops_orders_are_stored_in_one_run(two: Sandbox):
    numbers = two.sell(5) + two.sell(5, shop="demo2")
    state = ingest_orders(return_state=True)

    assert (state.type.value, state.message) == (
        "COMPLETED",
        "2店舗の処理が完了しました",
    )
    assert stored() == set(numbers)


def test_a_shop_that_is_not_live_is_left_alone_and_still_checked(two: Sandbox):
    two.sell(3)
    good = two.sell(3, shop="demo2")
    check_connection("lab")
    with warehouse(read_settings().warehouse) as con:
        step = StageStep(
            stage=Stage.KEY_REGISTERED, at=datetime.now(UTC), who="担当者", why="試験"
        )
        move_stage(con, "lab", step)
    ingest_orders(return_state=True)
    checked = check_connection(return_state=True)

    assert stored() == set(good)
    assert checked.message.startswith("2店舗")


def test_a_quiet_minute_makes_no_run_of_any_shop(two: Sandbox):
    state = drain_notices(return_state=True)

    assert state.message == "処理待ちの通知はありません"
    assert two.journal()["requests"] == []


@pytest.mark.prefect
def test_a_prefect_without_shops_lets_nobody_in(
    two: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    file = read_settings().home / KEY_FILE
    notices.share_keys.fn()
    before = file.read_text(encoding="utf-8")
    monkeypatch.setattr(notices, "shops_described_at", lambda _mall: [])
    notices.share_keys.fn()

    assert '"handle": "demo"' in before
    assert '"shops": []' in file.read_text(encoding="utf-8")
