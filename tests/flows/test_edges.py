"""What a person reads who enters something wrong: in Japanese, with what to do."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated, Any, get_origin

import pytest
from pydantic import TypeAdapter, WrapValidator
from pydantic.fields import FieldInfo

from flows.daily import daily
from flows.export_shipping_labels import export_shipping_labels
from flows.import_order_csv import import_order_csv
from flows.import_shipments import import_shipments
from flows.import_stock_count import import_stock_count
from flows.ingest_orders import ingest_orders
from flows.onboard_shop import onboard_shop
from flows.push_tracking import push_tracking
from tasks import forms
from tasks.forms.fields import DayOrNone
from tests.support.csv_counter import Counter, Shown
from tests.support.effort import for_ci
from tests.support.sandbox import Sandbox

SAMPLES = Path("data/samples").resolve()
RAKUTEN = str(SAMPLES / "rakuten.csv")
COUNT = str(SAMPLES / "stock_count.csv")
B2 = str(SAMPLES / "shipments-yamato-b2.csv")
YAHOO = [str(SAMPLES / f"yahoo-{half}.csv") for half in ("order", "item")]

NEEDED: dict[str, dict[str, Any]] = {
    "adjust_stock": {},
    "check_connection": {},
    "drain_notices": {},
    "export_shipping_labels": {"carrier": "yamato"},
    "import_order_csv": {"path": RAKUTEN},
    "import_shipments": {"path": B2, "carrier": "yamato"},
    "import_stock_count": {"path": COUNT},
    "ingest_orders": {},
    "onboard_shop": {},
    "push_inventory": {},
    "push_tracking": {},
}
"""What each flow has to be given beside the shop; `daily` is looked at by itself."""
MODULES = {name: import_module(f"flows.{name}") for name in NEEDED}
READERS = ("import_order_csv", "import_shipments", "import_stock_count")


def refused_by(name: str, **given: object) -> str:
    """Run the flow of that name, as the fixture has it, and return its message."""
    return refusal(
        getattr(MODULES[name], name), **{"shop": "lab"} | NEEDED[name] | given
    )


def refusal(flow: Callable[..., Any], *given: object, **named: object) -> str:
    """Run the flow and return its message; it has to fail, and say what to do."""
    state = flow(*given, return_state=True, **named)
    assert state.type.value == "FAILED"
    assert "対処" in state.message
    assert "Input should" not in state.message
    return str(state.message)


@pytest.mark.parametrize("name", NEEDED)
def test_a_shop_nobody_described_is_refused_with_the_nearest(lab: Sandbox, name: str):
    message = refused_by(name, shop="lav")

    assert "店舗 lav は登録されていません" in message
    assert "登録済みの店舗: lab。「lab」ではありませんか" in message
    assert "作成してください" not in message
    assert lab.journal()["requests"] == []


@for_ci
def test_a_morning_of_a_shop_nobody_described_fails(lab: Sandbox):
    assert daily("lav", return_state=True).type.value == "FAILED"
    assert lab.journal()["requests"] == []


@pytest.mark.parametrize("shop", ["Lab", "../lab", "ラボ", "x" * 300])
def test_a_shop_that_is_no_name_at_all_is_refused(lab: Sandbox, shop: str):
    message = refusal(push_tracking, shop)

    assert "登録済みの店舗: lab" in message
    assert len(message) < 300


def test_where_no_shop_is_described_the_first_steps_are_shown(
    shown: Shown, home: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JUCHU_HOME", str(home))

    assert "docs/onboarding.md" in refusal(push_tracking, "demo")


@pytest.mark.parametrize("typed", ["2026-13-45", "昨日", "2026-02-30 09:00", "9"])
@pytest.mark.parametrize("field", ["since", "until"])
def test_what_is_no_time_is_refused_with_an_example(lab: Sandbox, field: str, typed):
    message = refusal(ingest_orders, "lab", **{field: typed})

    assert typed in message
    assert "2026-11-24 09:00 のように" in message
    assert lab.journal()["requests"] == []


@pytest.mark.parametrize(
    ("begin", "end"),
    [("2026-11-20", "2026-11-10"), ("2026/11/20 9:00", "２０２６年１１月２０日 ９時")],
)
def test_a_window_that_ends_before_it_begins_is_refused(lab: Sandbox, begin, end):
    message = refusal(ingest_orders, "lab", since=begin, until=end)

    assert "開始日時 2026-11-20" in message
    assert "より前ではありません" in message
    assert lab.journal()["requests"] == []


def test_a_time_of_the_other_flows_is_refused_with_an_example(lab: Sandbox):
    counted = refusal(import_stock_count, COUNT, "lab", counted_at="2026-13-45")
    starts = refusal(onboard_shop, "lab", step="申請準備", start_on="2026-02-30")
    approved = refusal(onboard_shop, "lab", step="申請準備", approved_at="きのう")

    assert "「数えた日時・届いた日時」に入力された「2026-13-45」" in counted
    assert "「通知の開始日」に入力された「2026-02-30」" in starts
    assert "2026-12-01 のように" in starts
    assert "「通知を承認した日時」に入力された「きのう」" in approved


@pytest.mark.parametrize("name", READERS)
def test_a_file_that_is_not_there_is_named_with_where_it_was_looked_for(
    lab: Sandbox, home: Path, name: str
):
    (home / "folder").mkdir()
    (home / "empty.csv").touch()

    missing = refused_by(name, path="no/such.csv")
    assert "such.csv が見つかりません" in missing
    assert str(Path.cwd()) in missing
    assert "folder はフォルダーです" in refused_by(name, path=str(home / "folder"))
    assert "0バイト" in refused_by(name, path=str(home / "empty.csv"))


@pytest.mark.parametrize("name", ["import_shipments", "import_stock_count"])
def test_a_path_that_was_left_blank_is_asked_for(lab: Sandbox, name: str):
    assert "パスが入力されていません" in refused_by(name, path="")


def test_a_file_of_another_mall_is_told_by_what_it_looks_like(counter: Counter):
    rakuten = refusal(import_order_csv, RAKUTEN, mall="yahoo", shop="mihon")
    yahoo = refusal(import_order_csv, YAHOO, mall="rakuten", shop="lab")
    half = refusal(import_order_csv, YAHOO[0], mall="yahoo", shop="mihon")

    assert "ファイルは rakuten(楽天市場" in rakuten
    assert "ファイルは yahoo(Yahoo!ショッピング" in yahoo
    assert "2つのファイルが必要です" in half


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("import_shipments", {"carrier": "yamat"}, "「yamato」ではありませんか"),
        ("export_shipping_labels", {"carrier": "fedex"}, "yamato、sagawa のいずれか"),
        ("import_order_csv", {"mode": "renew"}, "update、replace のいずれか"),
        ("import_order_csv", {"other_shops": "keep"}, "refuse、skip のいずれか"),
        ("import_stock_count", {"kind": "receipts"}, "「receipt」ではありませんか"),
        ("onboard_shop", {"step": "稼動中"}, "「稼働中」ではありませんか"),
        ("drain_notices", {"limit": 0}, "「上限」: 1 以上の整数"),
        ("drain_notices", {"limit": 1_000_000}, "100000 以下の整数"),
        ("drain_notices", {"limit": "many"}, "「上限」: 整数で"),
        ("push_inventory", {"dry_run": "perhaps"}, "「試行」: true または false"),
        ("adjust_stock", {"note": "あ" * 501}, "「メモ」: 500文字以内"),
        ("onboard_shop", {"who": " "}, "「担当者」"),
        (
            "adjust_stock",
            {"adjustments": [{"order_number": "1", "quantity": -1}]},
            "「調整」: 0 以上の整数",
        ),
        ("adjust_stock", {"adjustments": [{}]}, "「調整」"),
        (
            "adjust_stock",
            {"before": "2099-01-01", "who": "a", "note": "b"},
            "未来の日付です",
        ),
    ],
)
def test_a_choice_or_number_that_cannot_be_is_refused_with_what_may_be(
    lab: Sandbox, name: str, given: dict, told: str
):
    message = refused_by(name, **given)

    assert told in message
    assert "validation error" not in message


@for_ci
@pytest.mark.parametrize("name", READERS)
def test_a_file_that_cannot_be_read_to_its_end_says_what_to_do(lab: Sandbox, name: str):
    message = refused_by(name, path="/proc/self/mem")  # as a disk that gives up

    assert "mem を最後まで読み取れません" in message


def test_a_row_of_a_carrier_that_cannot_be_read_fails_the_run_and_no_other_row(
    lab: Sandbox, tmp_path: Path
):
    whole = Path(B2).read_text(encoding="cp932")
    number = re.search(r"\d{12}", whole)
    assert number
    path = tmp_path / "b2.csv"
    path.write_text(whole.replace(number[0], "", 1), encoding="cp932")
    state = import_shipments(str(path), "yamato", "lab", return_state=True)

    assert state.type.value == "FAILED"
    assert "取り込めなかった行 1" in state.message
    assert "shipments-report" in state.message


def test_every_form_refuses_a_value_of_another_kind_in_japanese():
    """Prefect's command line reads `-p note=1.5` as a number, `[…]` as a list."""
    fields = {
        name: found
        for module in iter_modules(forms.__path__)
        for name, found in vars(import_module(f"tasks.forms.{module.name}")).items()
        if get_origin(found) is Annotated and _is_titled(found)
    }
    left = {
        name
        for name, found in fields.items()
        if not any(isinstance(one, WrapValidator) for one in found.__metadata__)
    }

    assert {"Limit", "MemoText", "OneShop", "Since", "StartOn"} <= fields.keys()
    # What tells of a person refuses by itself.
    assert left == {"Applied", "WhoForgets", "NumberOfBuyer", "MailOfBuyer"}


def _is_titled(form: Any) -> bool:
    return any(
        isinstance(one, FieldInfo) and one.json_schema_extra
        for one in form.__metadata__
    )


@for_ci
@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("ingest_orders", {"shop": ["lab"]}, "「店舗」: 文字で入力してください"),
        ("ingest_orders", {"since": [1]}, "「開始日時」: 日時を 2026-11-24 09:00"),
        ("import_order_csv", {"path": {"a": 1}}, "「ファイル」: 文字で入力して"),
        ("export_shipping_labels", {"shipping_date": [1]}, "「出荷日」: 日付を 2026"),
    ],
)
def test_a_value_of_another_kind_is_refused_in_japanese(lab, name, given, told):
    assert told in refused_by(name, **given)


@pytest.mark.parametrize(
    "given",
    [datetime.fromisoformat("2026-07-01T08:00"), datetime(2026, 6, 30, 15, tzinfo=UTC)],
)
def test_a_day_given_as_a_moment_is_japans(given):
    assert TypeAdapter(DayOrNone).validate_python(given) == date(2026, 7, 1)


def test_labels_without_a_sender_name_every_setting(lab: Sandbox):
    message = refusal(export_shipping_labels, "yamato", "lab")

    for name in ("NAME", "ZIP", "ADDRESS", "PHONE"):
        assert f"JUCHU_SENDER_{name}" in message
    assert ".env" in message


def test_what_was_not_retried_leaves_no_table_of_retries(lab: Sandbox, shown: Shown):
    refusal(push_tracking, "lav")

    assert shown("retries") == ""


def test_what_is_retried_is_listed_without_advice_to_run_it_again(
    lab: Sandbox, shown: Shown
):
    lab.sell(1)
    lab.fault("503", times=1)
    state = ingest_orders("lab", return_state=True)
    rows = json.loads(shown("retries"))

    assert state.type.value == "COMPLETED"
    assert [row["attempt"] for row in rows] == [1]
    assert "対処" not in rows[0]["error"]
