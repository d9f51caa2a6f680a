"""A SKU shows its level, its ledger and what the malls were told."""

from pathlib import Path

import duckdb
import pytest

from data.warehouse.analytics.publish import publish
from data.warehouse.desk.stock import find_skus, listings
from data.warehouse.session import warehouse
from tests.analytics.filled import fill
from tests.desk.conftest import AtDesk


@pytest.fixture
def desk(home: Path, desk: AtDesk) -> AtDesk:
    with warehouse(home / "juchu.duckdb") as con:
        fill(con)
    publish(home / "juchu.duckdb", home / "analytics.duckdb", desk.clock[0])
    return desk


def test_a_sku_is_found_and_explains_its_level(desk):
    assert "SENCHA-100" in desk.browser.get("/stock").text
    assert "該当するSKUはありません" in desk.browser.get("/stock?text=nix").text
    page = desk.browser.get("/stock?sku=SENCHA-100").text
    assert "<strong>10個</strong>" in page
    assert "棚卸(10個)" in page
    assert "棚卸をまだ取り込んでいない" not in page
    assert "鷹羽根" not in page


@pytest.mark.parametrize(
    ("typed", "item"),
    [
        ("sencha", "煎茶"),
        ("ＳＥＮＣＨＡ－１", "煎茶"),
        ("ぴんくのｔしゃつ", "ピンクのＴシャツ"),
        ("ﾋﾟﾝｸ", "ぴんくのTシャツ"),
        ("シャツ　100 ", "100% こっとんの ｔｼｬﾂ"),
    ],
)
def test_a_sku_is_found_in_whichever_signs_it_was_typed(typed, item):
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE stock_levels AS SELECT * FROM (VALUES"
            " ('SENCHA-100', 3, true), ('MUG-1', 1, true))"
            " AS s(sku, level, is_counted);"
            "CREATE TABLE sales AS SELECT 'SENCHA-100' AS sku, $item AS item_name,"
            " DATE '2026-07-01' AS day_jst",
            {"item": item},
        )

        assert [one.sku for one in find_skus(con, typed)] == ["SENCHA-100"]


def test_a_listing_without_its_own_safety_stock_has_that_of_its_last_push():
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE shops (mall TEXT, shop_id TEXT, shop TEXT);"
            "CREATE TABLE sku_map AS SELECT 'rakuten' AS mall, '1' AS shop_id,"
            " 'tea' AS manage_number, unnest(['own', 'shop', 'new']) AS variant_id,"
            " 'TEA' AS sku;"
            "CREATE TABLE stock_settings AS SELECT * EXCLUDE (sku), 7 AS safety"
            " FROM sku_map WHERE variant_id = 'own';"
            "CREATE TABLE inventory_pushes AS SELECT *, 3 AS safety, 4 AS offered,"
            " 'verified' AS state, 1 AS level_seq, 1 AS push_id, now() AS planned_at,"
            " now() AS sent_at, now() AS verified_at"
            " FROM sku_map WHERE variant_id <> 'new'"
        )

        safety = {one.variant_id: one.safety for one in listings(con, "TEA")}
    assert safety == {"own": 7, "shop": 3, "new": None}


def test_a_push_that_another_took_the_place_of_does_not_hide_what_the_mall_shows():
    """Two pushes of one moment and level: the later one counts."""
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE shops (mall TEXT, shop_id TEXT, shop TEXT);"
            "CREATE TABLE sku_map AS SELECT 'rakuten' AS mall, '1' AS shop_id,"
            " 'tea' AS manage_number, 'a' AS variant_id, 'TEA' AS sku;"
            "CREATE TABLE stock_settings AS SELECT *, 0 AS safety FROM sku_map LIMIT 0;"
            "CREATE TABLE inventory_pushes AS SELECT m.*, p.*, 0 AS safety,"
            " now() AS sent_at, now() AS verified_at FROM sku_map AS m, (VALUES"
            " (1, 5, 'verified', 1, TIMESTAMPTZ '2026-11-30 09:00:00+09'),"
            " (2, 4, 'verified', 1, TIMESTAMPTZ '2026-11-30 09:00:00+09'),"
            " (3, 6, 'superseded', 2, TIMESTAMPTZ '2026-11-30 09:01:00+09'))"
            " AS p(push_id, offered, state, level_seq, planned_at)"
        )

        (one,) = listings(con, "TEA")
    assert (one.offered, one.state) == (4, "verified")


def test_an_unknown_sku_is_told_as_text(desk):
    page = desk.browser.get("/stock?sku=<script>").text
    assert "在庫の動きはありません" in page
    assert "<script>" not in page.replace('<script src="/static/desk.js"', "")


def test_the_pictures_can_do_nothing(desk):
    assert "まだありません" in desk.browser.get("/pictures").text
    assert desk.browser.get("/pictures/file").status_code == 404
    (desk.home / "reports").mkdir()
    (desk.home / "reports" / "analytics.html").write_text("<p>売上")
    assert "<iframe" in desk.browser.get("/pictures").text
    policy = desk.browser.get("/pictures/file").headers["content-security-policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
