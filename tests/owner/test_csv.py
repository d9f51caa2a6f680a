"""Points 11 to 17 of docs/owner.md, one test each."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from connectors.order_files import CsvRefused, read_order_file
from data.model.order import Mall
from data.model.shops.rms_menus import ORDER_CSV
from tests.support.csv_counter import Counter
from tests.support.mall_csv import HEADER, rakuten_bytes, rakuten_row
from tests.support.planted import caught, planted_sql

ROOT = Path(__file__).parents[2]
SHOPIFY = (ROOT / "data/samples/shopify.csv").read_bytes()
ORDERS = "SELECT mall, shop_id, count(*) FROM orders GROUP BY ALL ORDER BY ALL"
OF_MIHON = [("shopify", "mihon", 3)]


def refused(counter: Counter, path: str, **given: str | bool) -> str:
    """Import the file and return why it was refused; nothing was stored of it."""
    before = counter.contents()
    kind, message = counter.ended(path, **given)
    assert (kind, "対処" in message) == ("FAILED", True)
    assert counter.contents() == before
    return message


def test_11_a_mall_or_shop_that_is_not_set_up_is_refused(counter: Counter):
    path = counter.file(SHOPIFY, "shopify.csv")
    no_mall = refused(counter, path, mall="shopfy", shop="mihon")
    no_shop = refused(counter, counter.rows(rakuten_row()), shop="lav")
    no_name = refused(counter, path, mall="shopify", shop="見本 店")
    first = counter.ended(path, mall="shopify", shop="mihon")
    typing_error = refused(counter, path, mall="shopify", shop="mihn")
    of_another_mall = refused(counter, path, mall="shopify", shop="lab")

    assert all(mall in no_mall for mall in Mall)
    assert "「shopify」ではありませんか" in no_mall
    assert "登録済みの店舗: lab。「lab」ではありませんか" in no_shop
    assert "見本 店" in no_name
    assert first[0] == "COMPLETED"
    assert "登録済みの店舗: mihon。「mihon」ではありませんか" in typing_error
    assert "new_shop=true" in typing_error
    assert "登録済みの店舗: mihon。" in of_another_mall
    assert counter.ask(ORDERS) == OF_MIHON
    again = counter.ended(path, mall="shopify", shop="mihon")
    added = counter.ended(path, mall="shopify", shop="second", new_shop=True)
    assert again[0] == added[0] == "COMPLETED"
    assert counter.ask(ORDERS) == [*OF_MIHON, ("shopify", "second", 3)]


def test_12_update_keeps_and_replace_clears_what_is_blank(counter: Counter):
    asked = "SELECT delivery_on FROM orders"
    counter.ended(counter.rows(rakuten_row()))
    filled = counter.ask(asked)
    counter.ended(counter.rows(rakuten_row(お届け日指定="")), mode="update")
    updated = counter.ask(asked)
    counter.ended(counter.rows(rakuten_row(お届け日指定="")), mode="replace")

    assert filled == updated != [(None,)]
    assert counter.ask(asked) == [(None,)]


def without(row: Mapping[str, str], *columns: str) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if name not in columns}


def test_13_a_file_whose_columns_somebody_changed_is_refused_with_all_named(
    counter: Counter,
):
    changed = without(rakuten_row(), "単価", "個数", "請求金額")
    message = refused(counter, counter.rows(changed))

    assert [name for name in ("単価", "個数", "請求金額") if name not in message] == []


def test_13_a_renamed_and_a_doubled_column_are_named_as_well(counter: Counter):
    names = [{"個数": "数量", "商品名": "単価"}.get(name, name) for name in HEADER]
    header = rakuten_bytes([rakuten_row()]).split(b"\r\n", 1)[1]
    first = ",".join(f'"{name}"' for name in names).encode("cp932")
    message = refused(counter, counter.file(first + b"\r\n" + header))

    assert re.search("必要な列がありません: [^。]*「商品名」[^。]*「個数」", message)
    assert "同じ列が2つ以上あります: 「単価」。" in message
    assert "対応していない列があります: 「数量」。" in message


def test_14_the_same_order_number_is_never_stored_twice(counter: Counter):
    row = rakuten_row()
    once_more = row | {"コメント": "another file"}
    ends = [
        counter.ended(counter.rows(*rows))[0] for rows in ((row, row), (once_more,))
    ]

    assert ends == ["COMPLETED"] * 2
    assert counter.ask("SELECT order_number FROM orders") == [(row["注文番号"],)]
    assert counter.ask("SELECT count(*) FROM order_lines") == [(1,)]


def test_14_would_see_an_order_that_is_taken_for_a_new_one(counter: Counter):
    plant = (
        "judge_csv_orders",
        "o.order_number IS NOT NULL AS is_known",
        "false AS is_known",
    )
    with planted_sql(*plant), caught():
        test_14_the_same_order_number_is_never_stored_twice(counter)


def test_15_the_upload_moves_its_orders_to_in_process(counter: Counter):
    path = counter.rows(rakuten_row(ステータス="100"))
    counter.ended(path)

    assert counter.ask("SELECT status FROM orders") == [("受注処理中",)]


def test_16_orders_from_csv_move_no_stock_and_people_are_told(counter: Counter):
    counter.ended(counter.rows(rakuten_row()))
    report = counter.artifacts()["import-report"]

    assert counter.ask("SELECT stock_policy FROM orders") == [("manual",)]
    assert counter.ask("SELECT count(*) FROM stock_movements") == [(0,)]
    assert counter.ask("SELECT count(*) FROM manual_stock_adjustments") == [(1,)]
    assert "在庫の手動調整待ち 1行" in report
    assert "adjust-stock/manual" in report


WAY = (
    "受注・決済管理",
    "受注管理",
    "データダウンロード",
    "通常購入データ",
    "データ作成条件",
    "全カラム用ダウンロード",
    "ユーザ名・パスワード",
    "データを作成する",
)


def test_17_the_whole_way_to_the_file_is_said_where_it_is_asked_for(tmp_path: Path):
    path = tmp_path / "orders.csv"
    path.write_bytes(rakuten_bytes([{"列": "値"}]))
    with pytest.raises(CsvRefused) as refusal:
        read_order_file([path], "rakuten")
    page = (ROOT / "docs/order-files.md").read_text("utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith("| 楽天市場 |")]

    for said in (row, str(refusal.value)):
        places = [said.find(place) for place in WAY]
        assert -1 not in places
        assert places == sorted(places)
        assert "申し込み要・無料" in said
        assert ORDER_CSV in said
