"""A wrong clock or shop number stores nothing, says so, and heals once it is right."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.settings.reading import read_settings
from data.model.japan_time import JST
from data.model.shipping.short_key import PackageRef
from data.warehouse.session import warehouse
from data.warehouse.shipping.labels import record_labels
from flows.check_connection import check_connection
from flows.drain_notices import drain_notices
from flows.import_stock_count import import_stock_count
from flows.ingest_orders import ingest_orders
from flows.push_inventory import push_inventory
from tasks import machine, orders, rms
from tasks.runs import loads as runs
from tests.support.csv_counter import Shown
from tests.support.effort import for_ci
from tests.support.planted import planted_sql
from tests.support.rules import broken_rules
from tests.support.sandbox import Sandbox

A_DAY = timedelta(days=1)


def ask(query: str) -> list[tuple[Any, ...]]:
    with warehouse(read_settings().warehouse) as con:
        assert broken_rules(con) == []
        return con.execute(query).fetchall()


def ended(flow: Any, **given: Any) -> tuple[str, str]:
    state = flow("lab", return_state=True, **given)
    return state.name, state.message or ""


@pytest.fixture
def clock_is(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Set this machine's clock ahead; RMS's goes on."""

    def set_ahead(by: timedelta) -> None:
        for module in (machine, orders, rms, runs):
            monkeypatch.setattr(module, "now", lambda: datetime.now(JST) + by)

    return set_ahead


def test_by_a_clock_somewhat_behind_a_sweep_sees_the_newest_order(
    lab: Sandbox, clock_is
):
    clock_is(timedelta(seconds=-20))
    (newest,) = lab.sell(1, over_days=0)

    assert ended(ingest_orders)[0] == "Completed"
    assert ask("SELECT order_number FROM orders") == [(newest,)]


@pytest.mark.parametrize("by", [A_DAY, -A_DAY, timedelta(seconds=70)])
def test_a_run_by_a_wrong_clock_stores_nothing(lab: Sandbox, clock_is, by):
    lab.sell(2)
    clock_is(by)
    name, said = ended(ingest_orders)

    assert name == "Failed"
    assert "時計" in said
    assert "対処" in said
    assert ask("SELECT * FROM orders") == []


def test_half_a_minute_is_right(lab: Sandbox, clock_is):
    lab.sell(2)
    clock_is(timedelta(seconds=30))

    assert ended(ingest_orders)[0] == "Completed"


def test_what_a_fast_clock_wrote_is_put_right_by_the_next_run(lab: Sandbox, clock_is):
    """RMS showed no time, so nobody noticed; now it does."""
    (kept, gone) = lab.sell(2, progress=300)
    lab.settings(dated_by="nothing")
    clock_is(A_DAY)
    assert ended(ingest_orders)[0] == "Completed"
    lab.edit(kept, remarks="置き配")
    assert ended(ingest_orders)[0] == "Completed"

    clock_is(timedelta(0))
    lab.settings(dated_by="machine")
    lab.cancel(gone)
    assert ended(ingest_orders)[0] == "Completed"

    assert ask("SELECT order_number FROM orders WHERE cancelled") == [(gone,)]
    ahead = ask("SELECT count(*) FROM order_log WHERE observed_at > now()")
    assert ahead == [(0,)]
    assert ask("SELECT count(*) FROM order_cursors WHERE seen_until > now()") == [(0,)]
    assert ask("SELECT count(*) FROM loads WHERE started_at > now()") == [(0,)]


def test_a_label_that_a_fast_clock_printed_for_a_cancelled_order_is_told(
    lab: Sandbox, clock_is
):
    """A day ahead, the order read "later" hid the cancellation from the label."""
    (gone,) = lab.sell(1, progress=300)
    lab.settings(dated_by="nothing")
    clock_is(A_DAY)
    assert ended(ingest_orders)[0] == "Completed"
    label_printed(gone)

    clock_is(timedelta(0))
    lab.settings(dated_by="machine")
    lab.cancel(gone)
    assert ended(ingest_orders)[0] == "Completed"

    ((told, since, what),) = ask(
        "SELECT order_number, since <= now(), what FROM needs_a_person"
        " WHERE kind = 'parcel_to_stop'"
    )
    assert (told, since) == (gone, True)
    assert "荷物を止めてください" in what
    assert ask("SELECT exported_at <= now() FROM shipping_labels") == [(True,)]


def label_printed(number: str) -> None:
    """Record a label by this machine's clock, as the export does."""
    with warehouse(read_settings().warehouse) as con:
        ((mall, shop_id, basket),) = con.execute(
            "SELECT mall, shop_id, basket_id FROM order_packages"
            " WHERE order_number = ?",
            [number],
        ).fetchall()
        package = PackageRef(mall, shop_id, number, basket)
        record_labels(con, [package], "yamato", exported_at=machine.now())


@for_ci
def test_planted_an_unhealed_sighting_keeps_the_cancellation_out(
    lab: Sandbox, clock_is
):
    with (
        planted_sql("is_dated_ahead", "> $after", "> $after + INTERVAL 9 DAY"),
        pytest.raises(AssertionError),
    ):
        test_what_a_fast_clock_wrote_is_put_right_by_the_next_run(lab, clock_is)


def test_without_a_time_it_is_said_once_a_day(
    lab: Sandbox, clock_is, caplog: pytest.LogCaptureFixture
):
    lab.settings(dated_by="nothing")
    warnings = []
    for by in (timedelta(0), timedelta(0), A_DAY):
        clock_is(by)
        assert ended(ingest_orders)[0] == "Completed"
        warnings.append(caplog.text.count("時計を確認できません"))

    assert warnings == [1, 1, 2]


def test_the_check_says_that_the_clock_is_wrong_and_stops_nothing(
    lab: Sandbox, clock_is
):
    clock_is(A_DAY)
    name, said = ended(check_connection)
    assert (name, "時計" in said) == ("Failed", True)

    clock_is(timedelta(0))
    assert ended(ingest_orders)[0] == "Completed"


def test_product_and_sandbox_share_a_clock(
    lab: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = tmp_path / "clock.json"
    lab.clock(file=str(file))
    moment = datetime.now(JST).replace(microsecond=0) + timedelta(days=20)
    lab.clock(set=moment.isoformat(), hold=True)
    monkeypatch.setenv("JUCHU_TEST_CLOCK", str(file))
    lab.sell(1)

    assert machine.now() == moment
    assert ended(ingest_orders)[0] == "Completed"
    assert len(ask("SELECT * FROM orders")) == 1


@pytest.fixture
def other_number(lab: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The block has another shop's number beside the right key."""
    monkeypatch.setenv("JUCHU_SHOP_LAB_SHOP_ID", "777777")
    rms.shop_of_run.cache_clear()
    yield "777777"
    rms.shop_of_run.cache_clear()  # or the next test's run is of that shop


def test_orders_of_another_shop_number_are_refused_before_anything_is_stored(
    lab: Sandbox, other_number: str, shown: Shown
):
    lab.sell(3)
    name, said = ended(ingest_orders)

    assert name == "Failed"
    assert other_number in said
    assert "店舗番号" in said
    assert ask("SELECT * FROM orders") == []
    assert ask("SELECT * FROM stock_movements") == []
    assert ask("SELECT * FROM order_people") == []


def test_the_check_says_that_the_shop_number_is_wrong(lab: Sandbox, other_number: str):
    name, said = ended(check_connection)

    assert (name, "店舗番号" in said) == ("Failed", True)


def test_an_order_named_by_a_notice_is_refused_too(lab: Sandbox, other_number: str):
    (number,) = lab.sell(1)
    load = runs.open_load("lab")
    taken = orders.take_orders("lab", [number], load)

    assert [one.code for one in taken.refused] == ["OTHER_SHOP"]
    assert ask("SELECT * FROM orders") == []
    assert ended(drain_notices)[0] == "Completed"


@pytest.fixture
def other_shops_key(lab: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The block's key was renewed, and another shop's was put in."""
    theirs = lab.shops["demo2"]
    monkeypatch.setenv("JUCHU_SHOP_LAB_SERVICE_SECRET", theirs.service_secret)
    monkeypatch.setenv("JUCHU_SHOP_LAB_LICENSE_KEY", theirs.license_key)
    rms.shop_of_run.cache_clear()


MUG = {"manageNumber": "kakuu-mug", "variantId": "kakuu-mug"}


def test_no_stock_goes_to_the_shop_whose_key_was_put_in_by_mistake(
    lab: Sandbox, other_shops_key: None, tmp_path: Path
):
    """Both have the same items, so that our level would be read back as ours."""
    lab.set_stocks([MUG | {"quantity": 2}], shop="demo2")
    count = tmp_path / "count.csv"
    count.write_text("商品管理番号,SKU管理番号,数量\nkakuu-mug,kakuu-mug,80\n")
    import_stock_count(path=count, shop="lab")

    name, said = ended(push_inventory)

    assert (name, "店舗番号" in said) == ("Failed", True)
    assert lab.stock_writes() == []
    assert ask("SELECT kind FROM needs_a_person") == [("shop_stopped",)]
    assert "店舗番号" in ended(ingest_orders)[1]  # no call any more: "stopped"


@for_ci
def test_planted_a_number_nobody_compares_stores_another_shops_order(
    lab: Sandbox, other_number: str, shown: Shown, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(orders, "is_of_other_shop", lambda *_: False)
    monkeypatch.setattr("connectors.rms.fetch.is_of_other_shop", lambda *_: False)
    with pytest.raises(AssertionError):
        test_orders_of_another_shop_number_are_refused_before_anything_is_stored(
            lab, other_number, shown
        )
