"""接続チェック: which thing is at fault, what it stops, and what starts it again."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import cloudpickle
import pytest

from connectors.settings.reading import read_settings
from data.model.japan_time import JST
from data.model.shops.connection import ConnectionStatus
from data.model.shops.licence import NO_END, key_fingerprint
from data.warehouse.session import warehouse
from data.warehouse.shops import key_in_use, record_key
from flows.check_connection import check_connection
from flows.ingest_orders import ingest_orders
from tasks.rms import ShopStopped
from tasks.shops import connection
from tasks.shops import connection as connection_report
from tasks.shops.blocks import load_shop
from tests.support.canary import leaks
from tests.support.csv_counter import Shown
from tests.support.effort import first
from tests.support.plain_runs import both_ways
from tests.support.sandbox import Sandbox

SOLD_ON_ANOTHER_PORT = "http://127.0.0.1:9"


def checked() -> tuple[str, str]:
    state = check_connection("lab", return_state=True)
    return state.type.value, state.message


def rows(query: str) -> list[tuple]:
    with warehouse(read_settings().warehouse) as con:
        return con.execute(query).fetchall()


def status() -> str:
    return rows("SELECT connection_status FROM shops")[0][0]


def key_is_old() -> None:
    """Let the key have been seen an hour ago, so that a refusal is meant."""
    with warehouse(read_settings().warehouse) as con:
        an_hour_ago = datetime.now(JST) - timedelta(hours=1)
        record_key(con, load_shop("lab"), an_hour_ago)


def maintenance(style: str) -> list[dict[str, str]]:
    span = {"from": "2020-01-01T00:00:00+09:00", "to": "2099-01-01T00:00:00+09:00"}
    return [span | {"style": style}]


CAUSES: dict[str, tuple[Callable[[Sandbox], object], ConnectionStatus, str, str]] = {
    "wrong key": (
        lambda lab: lab.shop("demo", license_key="another-key"),
        ConnectionStatus.KEY_OR_SECRET,
        "FAILED",
        "ライセンスキーまたは serviceSecret",
    ),
    "wrong secret": (
        lambda lab: lab.shop("demo", service_secret="another-secret"),
        ConnectionStatus.KEY_OR_SECRET,
        "FAILED",
        "ライセンスキーまたは serviceSecret",
    ),
    "expired": (
        lambda lab: lab.shop("demo", license_expires_at="2020-01-01T00:00:00+09:00"),
        ConnectionStatus.KEY_ENDED,
        "FAILED",
        "期限が切れています",
    ),
    "function off": (
        lambda lab: lab.shop("demo", functions_off=["getOrder"]),
        ConnectionStatus.FUNCTION,
        "FAILED",
        "「アップデート」してください: getOrder",
    ),
    "maintenance page": (
        lambda lab: lab.shop("demo", maintenance=maintenance("html")),
        ConnectionStatus.MAINTENANCE,
        "COMPLETED",
        "メンテナンス中",
    ),
    "maintenance at the gateway": (
        lambda lab: lab.shop("demo", maintenance=maintenance("gateway")),
        ConnectionStatus.MAINTENANCE,
        "COMPLETED",
        "メンテナンス中",
    ),
}
MARKS = {"wrong key": pytest.mark.prefect}


@first(2)
@pytest.mark.parametrize(
    ("spoil", "found", "kind", "says"),
    [
        pytest.param(*cause, id=name, marks=MARKS.get(name, ()))
        for name, cause in CAUSES.items()
    ],
)
def test_each_cause_is_told_in_japanese_with_what_to_do(
    lab: Sandbox, shown: Shown, spoil, found: ConnectionStatus, kind: str, says: str
):
    key_is_old()
    if found is ConnectionStatus.KEY_ENDED:
        checked()  # RMS tells the end only while the key lives
        rows_set_end("2020-01-01")
    spoil(lab)
    ended = checked()

    assert (ended[0], status()) == (kind, found.value)
    assert says in ended[1]
    assert "対処" in ended[1]
    assert says in shown("connection-report").replace("\\", "")


def rows_set_end(day: str) -> None:
    with warehouse(read_settings().warehouse) as con:
        con.execute("UPDATE shop_keys SET told_expires_at = $day", {"day": day})


def test_a_good_check_calls_every_function_the_day_needs_and_keeps_the_end_of_the_key(
    lab: Sandbox,
):
    kind, message = checked()
    called = set(lab.journal()["counts"])

    assert (kind, message) == ("COMPLETED", "接続できました。")
    assert called == {
        "searchOrder",
        "getOrder",
        "inventories.bulk.get",
        "license.expiryDate.get",
        "updateOrderShippingAsync",
        "getResultUpdateOrderShippingAsync",
        "inventories.bulk.upsert",
    }
    assert lab.stock_writes() == []
    assert rows("SELECT connection_status, license_expires_at > now() FROM shops") == [
        ("ok", True)
    ]


def test_a_key_without_an_end_is_told_and_leaves_nothing_to_be_done(
    lab: Sandbox, shown: Shown, monkeypatch
):
    """docs/rms/inventory-and-license-api.md §8: nothing to watch, say so."""
    soon = datetime.now(JST).date() + timedelta(days=3)
    monkeypatch.setenv("JUCHU_SHOP_LAB_LICENSE_EXPIRES_ON", f"{soon}")
    lab.shop("demo", license_expires_at=None)
    kind, said = checked()

    assert (kind, said) == ("COMPLETED", f"接続できました。{NO_END}")
    assert NO_END in shown("connection-report")
    assert "あと3日" not in shown("connection-report")
    assert shown("licence-warning") == ""
    assert rows("SELECT * FROM shop_warnings") == []


def test_no_network_is_not_the_keys_fault(lab: Sandbox, monkeypatch):
    key_is_old()
    monkeypatch.setenv("JUCHU_RMS_URL", SOLD_ON_ANOTHER_PORT)
    kind, message = checked()

    assert (kind, status()) == ("FAILED", "network")
    assert "キーの問題ではありません" in message


def test_a_fresh_key_is_waited_for_and_says_until_when(lab: Sandbox):
    in_ten = (datetime.now(JST) + timedelta(minutes=10)).isoformat()
    lab.shop("demo", license_live_from=in_ten)
    kind, message = checked()

    assert (kind, status()) == ("COMPLETED", "fresh-key")
    assert "にもう一度" in message


def test_stock_switched_off_stops_no_order(lab: Sandbox):
    lab.shop("demo", functions_off=["inventories.bulk.get"])
    kind, message = checked()

    assert (kind, status()) == ("COMPLETED", "ok")
    assert "使えない機能があります: inventories.bulk.get" in message


def test_a_refused_key_stops_all_calls_until_a_check_is_good(lab: Sandbox):
    key_is_old()
    right = lab.shops["demo"].license_key
    lab.shop("demo", license_key="another-key")
    first = ingest_orders("lab", return_state=True)
    calls = len(lab.journal()["requests"])
    second = ingest_orders("lab", return_state=True)
    calls_then = len(lab.journal()["requests"])
    lab.shop("demo", license_key=right)
    still = ingest_orders("lab", return_state=True)
    good = checked()
    after = ingest_orders("lab", return_state=True)

    assert calls == calls_then == 3  # two others were tried: the key is at fault
    assert "RMS searchOrder" in first.message
    assert isinstance(second.result(raise_on_failure=False), ShopStopped)
    assert "停止しています" in second.message
    assert "対処: 接続チェック" in still.message
    assert [good[0], after.type.value] == ["COMPLETED", "COMPLETED"]


@both_ways
def test_a_key_that_has_ended_meanwhile_is_not_tried(lab: Sandbox):
    checked()
    rows_set_end("2020-01-01")
    lab.empty_journal()
    state = ingest_orders("lab", return_state=True)

    assert "期限が切れています" in state.message
    assert lab.journal()["requests"] == []


def test_an_end_that_a_person_typed_stops_nothing_before_rms_refuses_the_key(
    lab: Sandbox,
):
    """A former key's date stopped a shop from midnight to the check at 08:50."""
    key_is_old()
    lab.shop("demo", license_expires_at=None)
    checked()
    with warehouse(read_settings().warehouse) as con:
        con.execute(
            "UPDATE shop_keys SET typed_expires_at = '2026-01-01',"
            " answered_at = '2025-12-31'"
        )
    assert ingest_orders("lab", return_state=True).name == "Completed"

    lab.shop("demo", license_key="another-key")  # it had ended indeed
    ingest_orders("lab", return_state=True)
    lab.empty_journal()
    then = ingest_orders("lab", return_state=True)

    assert status() == ConnectionStatus.KEY_ENDED.value
    assert "期限が切れています" in then.message
    assert lab.journal()["requests"] == []


def test_a_shop_under_a_new_name_is_one_shop(lab: Sandbox):
    """The line of an order stood twice on lists; the key's alarm never ended."""
    checked()
    before = "INSERT INTO shops BY NAME SELECT * REPLACE ('{0}' AS shop) FROM shops"
    with warehouse(read_settings().warehouse) as con:
        con.execute(before.format("lab-before"))
        con.execute("UPDATE shops SET shop_id = '9' WHERE shop = 'lab-before'")
        con.execute(before.format("lab-too") + " WHERE shop = 'lab'")
    checked()

    assert rows("SELECT shop FROM shops ORDER BY shop") == [("lab",), ("lab-before",)]


@pytest.fixture
def new_key(lab: Sandbox, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new key in the shop's settings, the one so far kept beside it."""
    former = lab.shops["demo"].license_key
    monkeypatch.setenv("JUCHU_SHOP_LAB_LICENSE_KEY", "SL123456_CANARY-new")
    monkeypatch.setenv("JUCHU_SHOP_LAB_LICENSE_KEY_BEFORE", former)
    return "SL123456_CANARY-new"


def in_use() -> str | None:
    with warehouse(read_settings().warehouse) as con:
        return key_in_use(con, "lab")


def test_the_former_key_is_used_until_the_new_one_answers(
    lab: Sandbox, new_key: str, shown: Shown
):
    lab.sell(3)
    unchecked = ingest_orders("lab", return_state=True)
    waiting = checked()
    report = shown("connection-report")
    used_first = in_use()
    between = ingest_orders("lab", return_state=True)
    lab.shop("demo", license_key=new_key)
    changed = checked()
    after = ingest_orders("lab", return_state=True)
    shop = load_shop("lab")

    assert [s.type.value for s in (unchecked, between, after)] == ["COMPLETED"] * 3
    assert (waiting[0], changed) == ("COMPLETED", ("COMPLETED", "接続できました。"))
    assert "現在は前のキーを使用しています" in waiting[1]
    assert "新しいライセンスキーの反映を待っています" in waiting[1]
    assert "新しいライセンスキーの反映を待っています" in report
    assert used_first == key_fingerprint(shop.license_key_before)
    assert in_use() == key_fingerprint(shop.license_key)


def test_the_new_key_is_used_when_the_former_one_ends_before_the_next_check(
    lab: Sandbox, new_key: str
):
    """No order came and no level went from midnight to the check at 08:50."""
    checked()  # RMS does not take the new key yet
    lab.shop("demo", license_key=new_key)
    with warehouse(read_settings().warehouse) as con:
        con.execute(
            "UPDATE shop_keys SET told_expires_at = '2020-01-01' WHERE key_hash = ?",
            [key_in_use(con, "lab")],
        )
    ended = ingest_orders("lab", return_state=True)

    assert (ended.type.value, in_use()) == (
        "COMPLETED",
        key_fingerprint(load_shop("lab").license_key),
    )


def test_a_network_that_is_down_changes_no_key(lab: Sandbox, new_key, monkeypatch):
    checked()
    before = in_use()
    monkeypatch.setenv("JUCHU_RMS_URL", SOLD_ON_ANOTHER_PORT)
    checked()

    assert in_use() == before


def test_a_new_key_that_is_wrong_leaves_the_shop_at_work(lab: Sandbox, new_key: str):
    """Who had changed the key read 接続できました, until the former one ended."""
    key_is_old()
    kind, says = checked()

    assert (kind, status()) == ("COMPLETED", "ok")
    assert "新しいキー: 認証に失敗しました" in says
    assert ingest_orders("lab", return_state=True).type.value == "COMPLETED"


def test_the_keys_end_is_warned_of_once(lab: Sandbox, shown: Shown, monkeypatch):
    told: list[dict] = []
    monkeypatch.setattr(
        connection_report,
        "emit_event",
        lambda event, **more: told.append(more | {"event": event}),
    )
    in_ten_days = datetime.now(JST) + timedelta(days=10)
    lab.shop("demo", license_expires_at=in_ten_days.isoformat(timespec="seconds"))
    checked()
    checked()

    assert [(each["event"], each["payload"]["days_left"]) for each in told] == [
        ("juchu.licence.ending", 10)
    ]
    assert "あと10日" in shown("licence-warning")
    assert rows("SELECT days FROM shop_warnings") == [(14,)]


def test_a_check_leaves_no_key_in_any_byte_it_writes_or_hands_on(
    lab: Sandbox, new_key: str, shown: Shown, tmp_path: Path, caplog
):
    caplog.set_level(logging.DEBUG)
    shop = load_shop("lab")
    secrets = (shop.service_secret, shop.license_key, shop.license_key_before)
    keys = [each.get_secret_value() for each in secrets]
    key_is_old()
    handed_on = connection.check_shop.fn("lab")
    lab.shop("demo", license_key="another-key")
    state = check_connection("lab", return_state=True)
    seen = [caplog.text, repr(handed_on), state.model_dump_json()]
    seen += [shown(key) for key in ("connection-report", "licence-warning")]
    (tmp_path / "seen").write_text("\n".join(seen), encoding="utf-8")
    (tmp_path / "handed-on").write_bytes(cloudpickle.dumps(handed_on))

    assert all(keys)
    assert "接続チェック" in shown("connection-report")
    assert leaks(tmp_path, keys) == []
