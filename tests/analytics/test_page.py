"""The page of pictures: offline, in Japanese, of what the marts say."""

import re
from datetime import date

from tasks.analytics_page import page_of, write_page

NOTHING = {
    "freshness": [("2026-07-01 10:00",)],
    "sales": [],
    "age": [],
    "safety": [],
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

    assert page.count("表示するものがありません。") == 6


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
