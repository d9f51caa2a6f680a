"""The page of pictures: offline, in Japanese, of what the marts say."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from data.warehouse.analytics.publish import publish
from data.warehouse.query import ask_each
from data.warehouse.session import warehouse
from tasks.analytics.page import _QUERIES, page_of, write_page
from tests.support.orders import at

MOVED = """
INSERT INTO stock_movements BY NAME
SELECT
    $seq AS seq, $seq::VARCHAR AS movement_id, $sku AS sku, $quantity AS quantity,
    $kind AS kind, if($kind = 'order', 'api', 'count') AS source,
    if($kind = 'order', 'rakuten', NULL) AS mall,
    if($kind = 'order', 's', NULL) AS shop_id,
    if($kind = 'order', 'o', NULL) AS order_number,
    if($kind = 'order', $seq::VARCHAR, NULL) AS line_id,
    $counted AS counted,
    'c' AS cause_id, 'w' AS who, 'n' AS note,
    $effective AS effective_at, $moved AS moved_at
"""

NOTICED = """
INSERT INTO notices BY NAME SELECT
    uuid()::VARCHAR AS notice_key, 'rakuten' AS mall, $shop AS shop_id,
    uuid()::VARCHAR AS order_number, 'order' AS kind, $at AS received_at,
    $at AS recorded_at, $end AS settled_at, 'stored' AS reason, 0 AS looks
"""
PUSHED = (
    """
INSERT INTO sku_map BY NAME SELECT
    'rakuten' AS mall, '1' AS shop_id, 'tea' AS manage_number, 'v' AS variant_id,
    'TEA' AS sku, 'order' AS source, $at AS mapped_at
""",
    """
INSERT INTO inventory_pushes BY NAME SELECT
    'p' AS push_id, 'r' AS run_id, 'rakuten' AS mall, '1' AS shop_id,
    'tea' AS manage_number, 'v' AS variant_id, 'TEA' AS sku, 1 AS level_seq,
    6 AS level, 2 AS safety, 4 AS offered, 'planned' AS state, $at AS planned_at
""",
)
NOTHING = {
    "freshness": [("2026-07-01 10:00",)],
    "sales": [],
    "age": [],
    "safety": [],
    "levels": [],
    "latency": [],
    "stock": [],
    "imports": [],
}


def test_the_page_shows_the_copys_figures_and_asks_no_network(published, tmp_path):
    file = write_page(published / "analytics.duckdb", tmp_path / "reports", 1)
    page = file.read_text(encoding="utf-8")
    addresses = set(re.findall(r"https?://[^\"'\s<>]+", page))

    assert oct(file.stat().st_mode)[-3:] == "600"
    assert "2026-07-01 10:00 現在(日本時間)" in page
    assert "売上(税込、クーポン・ポイント前)" in page
    assert "07/01" in page
    assert "<script" not in page
    assert {
        each for each in addresses if "w3.org" not in each and "pygal" not in each
    } == (set())


def test_without_figures_each_picture_is_a_sentence():
    page = page_of(NOTHING)

    assert page.count("表示するものがありません。") == 7


@pytest.fixture(scope="module")
def figures(migrated, tmp_path_factory) -> dict[str, list]:
    """SKUs sold before their counts, booked late; notices of three shops, one slow."""
    path = Path(shutil.copy(migrated, tmp_path_factory.mktemp("page")))
    moves = [  # SKU, quantity, kind, day of July it took effect in Japan, counted
        ("TEA", -3, "order", 1, None),
        ("TEA", 13, "count", 2, 10),
        ("TEA", -4, "order", 4, None),
        ("CUP", 20, "count", 2, 20),
        ("CUP", 10, "count", 4, 30),
        ("CUP", -2, "order", 1, None),
        ("CUP", 2, "count", 4, None),  # contained in the count, which is put right
    ]
    with warehouse(path) as con:
        for seq, (sku, quantity, kind, day, counted) in enumerate(moves, start=1):
            con.execute(
                MOVED,
                {
                    "seq": seq,
                    "sku": sku,
                    "counted": counted,
                    "quantity": quantity,
                    "kind": kind,
                    "effective": at((day - 1) * 24 * 60 - 8 * 60),  # 01:00 in Japan
                    "moved": at(9 * 24 * 60),
                },
            )
        for one in PUSHED:
            con.execute(one, {"at": at(0)})
        for shop, waited in (("1", 2), ("1", 2), ("1", 2), ("2", 60), ("3", 2)):
            con.execute(NOTICED, {"shop": shop, "at": at(0), "end": at(waited)})
    link = path.with_name("analytics.duckdb")
    publish(path, link, at(9 * 24 * 60))
    return {name: rows.rows() for name, rows in ask_each(link, _QUERIES).items()}


def test_a_level_is_drawn_from_its_first_count_by_the_day_it_happened(figures):
    levels = [one for one in figures["levels"] if one[1] == "TEA"]

    assert levels == [
        (date(2026, 7, 2), "TEA", 10),
        (date(2026, 7, 3), "TEA", 10),
        (date(2026, 7, 4), "TEA", 6),
    ]


def test_a_level_between_two_counts_knows_no_order_from_before_them(figures):
    levels = [one for one in figures["levels"] if one[1] == "CUP"]

    assert levels == [
        (date(2026, 7, 2), "CUP", 20),
        (date(2026, 7, 3), "CUP", 20),
        (date(2026, 7, 4), "CUP", 30),
    ]


def test_the_safety_stock_of_a_shop_is_what_its_pushes_left(figures):
    """It is in the shop's block; 0 of every listing was drawn instead."""
    assert figures["safety"] == [("TEA", 6, 2), ("CUP", 30, None)]


def test_the_latency_is_that_of_all_shops_together(figures):
    """One value a day: of several shops the last one hid the others."""
    assert sorted(figures["latency"]) == [
        (date(2026, 7, 1), "9割", 60 * (2 + 0.6 * 58)),
        (date(2026, 7, 1), "半数", 120.0),
    ]


def test_what_was_sold_on_a_day_that_nobody_knows_is_drawn():
    page = page_of(NOTHING | {"sales": [(None, "yahoo", 54_321)]})
    known = page_of(NOTHING | {"sales": [(date(2026, 7, 1), "yahoo", 54_321)]})

    assert "日付不明" in page
    assert "54,321" in page
    assert "日付不明" not in known


def test_a_day_on_which_nothing_was_sold_has_its_place():
    days = [date(2026, 6, 1), date(2026, 7, 1), date(2026, 7, 4)]
    page = page_of(NOTHING | {"sales": [(day, "yahoo", 100) for day in days]})

    shown = list(dict.fromkeys(re.findall(r">(0\d/\d\d)<", page)))
    assert shown == [f"06/{day:02}" for day in range(4, 31)] + [
        f"07/{day:02}" for day in range(1, 5)
    ]


def test_a_name_from_outside_is_text():
    odd = "<script>alert(1)</script>"
    page = page_of(
        NOTHING
        | {
            "safety": [(odd, 3, 5)],
            "sales": [(date(2026, 7, 1), odd, 100)],
        }
    )

    assert odd not in page
