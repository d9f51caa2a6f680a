"""CSV files good and bad, imported by hand."""

import io
import json
from pathlib import Path

import pytest

from connectors.uploads import Uploads
from flows.dismiss import dismiss
from flows.export_tracking import export_tracking
from tasks.order_files import imports as csv_progress
from tasks.runs.file_outcome import KEY, FileOutcome
from tasks.stock import adjust
from tests.support.csv_counter import Counter
from tests.support.effort import first
from tests.support.mall_csv import rakuten_bytes, rakuten_row

GOLDEN = Path("tests/order_files/golden")
SHOPIFY = Path("data/samples/shopify.csv").read_bytes()
SECOND = {
    "注文番号": "123456-20261124-0000000002",
    "送付先ID": "0000000008",
    "商品明細ID": "0000000012",
}


def test_a_blank_cell_is_kept_by_update_and_cleared_by_replace(counter: Counter):
    asked = "SELECT delivery_on FROM orders"
    counter.ended(counter.rows(rakuten_row()))
    full = counter.ask(asked)
    counter.ended(counter.rows(rakuten_row(お届け日指定="")), mode="update")
    updated = counter.ask(asked)
    counter.ended(counter.rows(rakuten_row(お届け日指定="")), mode="replace")

    assert full == updated != [(None,)]
    assert counter.ask(asked) == [(None,)]


def test_a_trial_says_what_would_happen_and_writes_nothing(counter: Counter):
    counter.ended(counter.rows(rakuten_row()))
    before = counter.contents()
    path = counter.rows(rakuten_row(), rakuten_row(**SECOND))
    kind, message = counter.ended(path, dry_run=True)
    tried = outcome(counter)

    assert kind == "COMPLETED"
    assert message.startswith("試行: 何も書き込んでいません。 新規 1 /")
    assert "試行: 何も書き込んでいません" in counter.artifacts()["import-report"]
    assert counter.contents() == before
    assert tried.is_trial
    assert tried.counts["新規の注文"] == 1
    assert tried.counts["変更なしの注文"] == 1
    assert tried.facts["ファイル"] == "orders.csv"
    assert (tried.left_out, tried.warned, tried.problem) == ([], [], "")


def outcome(counter: Counter) -> FileOutcome:
    """What the latest import left for the desk."""
    left = counter.artifacts()[KEY]
    found = FileOutcome.of_tables({KEY: json.loads(left)})
    assert found is not None
    return found


def test_a_trial_names_row_and_column_of_what_it_would_leave_out(counter: Counter):
    path = counter.rows(rakuten_row(), rakuten_row(**SECOND, 個数="x"))
    counter.ended(path, dry_run=True)
    (rows,) = outcome(counter).left_out

    assert rows.total == 1
    assert [(one.row, one.column, one.order, one.what) for one in rows.remarks] == [
        (3, "個数", SECOND["注文番号"], "個数(整数)として読み取れません。")
    ]
    assert outcome(counter).counts["取り込まない注文"] == 1


def test_the_report_of_a_trial_tells_of_no_order_as_stored(counter: Counter):
    """Whoever reads that it is stored would not import it, and pack nothing."""
    counter.ended(str(GOLDEN / "rakuten-158" / "in.csv"), dry_run=True)
    report = counter.artifacts()["import-report"]

    assert "## 警告" in report
    assert "取り込みますが、内容を確認してください。" in report
    assert "取り込み済みです" not in report
    assert "manual_stock_adjustments" not in report


def test_a_trial_of_another_malls_file_says_what_to_choose(counter: Counter):
    counter.ended(counter.file(SHOPIFY, "shopify.csv"), dry_run=True)
    found = outcome(counter)

    assert "対処:" in found.problem
    assert (found.counts, found.left_out) == ({}, [])


def test_an_upload_is_shown_under_the_name_its_owner_gave_it(counter: Counter):
    uploads = Uploads(counter.home / "uploads")
    content = io.BytesIO(rakuten_bytes([rakuten_row()]))
    upload = uploads.keep(
        [("7月の注文.csv", content)],
        kind="orders",
        choices={},
        who="山田",
        most=100_000,
    )
    (path,) = uploads.paths(upload)
    counter.ended(str(path))

    assert outcome(counter).facts["ファイル"] == "7月の注文.csv"
    assert counter.ask("SELECT file_name FROM csv_imports") == [("7月の注文.csv",)]


KINDS = "SELECT DISTINCT kind FROM needs_a_person WHERE kind LIKE 'csv%' ORDER BY 1"


def test_an_order_set_aside_fails_the_run_and_waits_for_a_person(counter: Counter):
    kind, message = counter.ended(
        counter.rows(rakuten_row(), rakuten_row(**SECOND, 個数="x"))
    )
    report = counter.artifacts()["import-report"]

    assert kind == "FAILED"
    assert message == (
        "新規 1 / 更新 0 / 変更なし 0 / 取り込めなかった行 1 "
        "取り込まなかった注文 1件(修正して、もう一度取り込んでください)。 "
        "対処: 報告「import-report」を確認してください。"
    )
    assert "| 3 | 個数 | 個数(整数)として読み取れません。 |" in report
    assert counter.ask("SELECT count(*) FROM orders") == [(1,)]
    assert counter.ask(KINDS) == [("csv_reject",)]


def test_warnings_alone_complete_the_run_and_wait_for_a_person(counter: Counter):
    path = GOLDEN / "rakuten-158" / "in.csv"
    kind, message = counter.ended(str(path))
    report = counter.artifacts()["import-report"]

    assert kind == "COMPLETED"
    assert "取り込めなかった行 0 警告 " in message
    assert "対処" in message
    assert "8 行目「単価」: 金額(円単位の整数)として読み取れません。" in report
    assert "- 列の足りない行があります: 1件" in report
    assert counter.ask(KINDS) == [("csv_warning",)]
    keys = counter.ask("SELECT key FROM needs_a_person WHERE kind = 'csv_warning'")
    for (key,) in keys:
        dismiss("csv_warning", key, who="受注担当", note="確認した")
    assert counter.ask(KINDS) == []


def cut(content: bytes) -> bytes:
    return content[: content.rindex(b'"', 0, -40) - 1]


REFUSED = {
    "cut": (cut(rakuten_bytes([rakuten_row(), rakuten_row(**SECOND)])), "もう一度"),
    "damaged key": (
        rakuten_bytes([rakuten_row(), rakuten_row(注文番号="1.23E+10")]),
        "3 行目の「注文番号」",
    ),
    "custom template": (
        rakuten_bytes([{k: v for k, v in rakuten_row().items() if k != "単価"}]),
        "必要な列がありません: 「単価」",
    ),
    "wrong mall": (SHOPIFY, "モールは rakuten"),
    "not cp932": (
        rakuten_bytes([rakuten_row()]) + b'"' + b"\xeb\x9f" * 99 + b'"\r\n',
        "CP932(Shift_JIS) の文字ではありません",
    ),
    "empty": (b"", "0バイト"),
    "other shop": (
        rakuten_bytes(
            [rakuten_row(), rakuten_row(注文番号="999999-20261124-0000000001")]
        ),
        "999999",
    ),
}
MARKS = {"cut": pytest.mark.prefect}


@first(2)
@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(*case, id=name, marks=MARKS.get(name, ()))
        for name, case in REFUSED.items()
    ],
)
def test_a_refused_file_says_what_to_do_and_leaves_everything_as_it_was(
    counter: Counter, content: bytes, says: str
):
    counter.ended(counter.rows(rakuten_row()))
    before = counter.contents()
    kind, message = counter.ended(counter.file(content))
    report = counter.artifacts()["import-report"]

    assert kind == "FAILED"
    assert says in message
    assert "対処" in message
    assert "1行も取り込んでいません" in report
    assert counter.contents() == before


@pytest.mark.prefect
def test_a_refusal_is_not_tried_again(counter: Counter):
    counter.ended(counter.file(b""))

    assert set(counter.artifacts()) == {"import-report", KEY}


def test_orders_of_other_shops_are_left_out_when_told_so(counter: Counter):
    path = counter.rows(
        rakuten_row(), rakuten_row(注文番号="999999-20261124-0000000001")
    )
    kind, message = counter.ended(path, other_shops="skip")

    assert kind == "COMPLETED"
    assert "除外した別店舗の注文 1件。" in message
    assert counter.ask("SELECT shop_id, count(*) FROM orders GROUP BY ALL") == [
        ("123456", 1)
    ]


@pytest.mark.parametrize("path", ["../../etc/x", "/etc", "no/such.csv", "x" * 300])
def test_a_path_that_is_no_file_is_refused(counter: Counter, path: str):
    kind, message = counter.ended(path)

    assert kind == "FAILED"
    assert "ファイルを開けません" in message


def test_a_link_is_not_followed(counter: Counter):
    link = counter.home / "link.csv"
    link.symlink_to(counter.rows(rakuten_row()))

    assert "リンクとフォルダーは取り込めません" in counter.ended(str(link))[1]


@pytest.mark.parametrize(
    ("shop", "says"), [("nobody", "登録済みの店舗: lab"), ("", "店舗コード")]
)
def test_a_rakuten_file_needs_a_shop_somebody_described(counter: Counter, shop, says):
    kind, message = counter.ended(counter.rows(rakuten_row()), shop=shop)

    assert kind == "FAILED"
    assert says in message
    assert "対処" in message


def test_a_shop_described_for_its_mall_is_kept_under_its_id(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JUCHU_SHOP_LAB_MALL", "shopify")
    counter.ended(counter.file(SHOPIFY), mall="shopify")
    refused = counter.ended(counter.rows(rakuten_row()))

    assert counter.ask("SELECT DISTINCT shop_id FROM orders") == [("123456",)]
    assert "楽天市場の店舗ではありません" in refused[1]


def test_a_shop_of_another_mall_needs_no_keys(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JUCHU_SHOP_MIHON_MALL", "shopify")
    monkeypatch.setenv("JUCHU_SHOP_MIHON_SHOP_ID", "mihon-store")
    counter.ended(counter.file(SHOPIFY), mall="shopify", shop="mihon")

    assert counter.ask("SELECT DISTINCT shop_id FROM orders") == [("mihon-store",)]


def test_a_shop_that_was_given_an_id_after_its_orders_is_refused(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
):
    """Its orders would be stored a second time, and wait for stock once more."""
    path = counter.file(SHOPIFY)
    counter.ended(path, mall="shopify", shop="mihon")
    monkeypatch.setenv("JUCHU_SHOP_MIHON_MALL", "shopify")
    monkeypatch.setenv("JUCHU_SHOP_MIHON_SHOP_ID", "mihon-store")
    kind, message = counter.ended(path, mall="shopify", shop="mihon")
    exported = export_tracking("shopify", "mihon", return_state=True)

    assert kind == exported.type.value == "FAILED"
    assert "対処: JUCHU_SHOP_MIHON_SHOP_ID" in message
    assert message in exported.message
    assert counter.ask("SELECT DISTINCT shop_id FROM orders") == [("mihon",)]
    told = counter.ended(path, mall="shopify", shop="mihon", new_shop=True)
    assert told[0] == "COMPLETED"
    assert counter.ended(path, mall="shopify", shop="mihon")[0] == "COMPLETED"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"MALL": "Shopify", "SHOP_ID": "mihon-store"}, "MALL: 値が正しくありません"),
        ({"MALL": "shopify"}, "SHOP_ID が設定されていません"),
    ],
)
def test_a_shop_described_wrongly_is_not_taken_by_its_name_alone(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, wrong: dict, told: str
):
    """Once the setting was right its orders would be stored a second time."""
    for name, value in wrong.items():
        monkeypatch.setenv(f"JUCHU_SHOP_MIHON_{name}", value)
    path = counter.file(SHOPIFY)
    kind, message = counter.ended(path, mall="shopify", shop="mihon")

    assert kind == "FAILED"
    assert f"JUCHU_SHOP_MIHON_{told}" in message
    assert counter.ask("SELECT DISTINCT shop_id FROM orders") == []
    assert counter.ended(path, mall="shopify", shop="other")[0] == "COMPLETED"


def test_a_shop_with_the_same_id_on_another_mall_is_adjusted_by_itself(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
):
    """Its lines were settled unseen: their pieces would be sold once more."""
    monkeypatch.setenv("JUCHU_SHOP_YA_MALL", "shopify")
    monkeypatch.setenv("JUCHU_SHOP_YA_SHOP_ID", "mihon")
    amazon = str(GOLDEN / "amazon-orders" / "in.csv")
    counter.ended(counter.file(SHOPIFY), mall="shopify", shop="ya")
    counter.ended(amazon, mall="amazon", shop="mihon")

    assert {one.mall for one in adjust.waiting_lines("ya")} == {"shopify"}
    assert {one.mall for one in adjust.waiting_lines("mihon")} == {"amazon"}


def test_a_shops_lines_are_found_by_its_id_where_no_shop_has_that_name(
    counter: Counter,
):
    counter.ended(counter.rows(rakuten_row()))

    assert adjust.waiting_lines("lab") == adjust.waiting_lines("123456") != []


@pytest.mark.prefect
def test_a_long_file_shows_a_bar(counter: Counter, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(csv_progress, "LONG_BYTES", 0)
    counter.ended(counter.rows(rakuten_row()))

    assert float(counter.artifacts()["import-progress"]) == 100.0
