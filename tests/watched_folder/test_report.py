"""Words from outside stand in a report as words."""

from pathlib import Path

from connectors.watched_folder import Download
from tasks.order_files.report import refusal_report


def test_a_name_cannot_draw_or_link_in_a_report():
    path = Path("a|b<img src=x>[c](http:d)`\n# e.csv")
    told = refusal_report(Download((path,), "rakuten", "demo"), "理由")

    assert "<img" not in told.replace("\\<", "")
    assert "[c]" not in told.replace("\\[", "").replace("\\]", "")
    assert "\n# e" not in told


def test_a_file_of_no_mall_or_shop_says_so():
    told = refusal_report(Download((Path("e.csv"),), "", ""), "理由")

    assert "モール / 店舗: 不明 / 不明" in told


def test_a_path_shows_its_last_part_only():
    download = Download((Path("../../etc/x.csv"),), "rakuten", "demo")

    assert download.name == "x.csv"
