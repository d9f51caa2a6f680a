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


def test_a_path_shows_its_last_part_only():
    download = Download((Path("../../etc/x.csv"),), "rakuten", "demo")

    assert download.name == "x.csv"
