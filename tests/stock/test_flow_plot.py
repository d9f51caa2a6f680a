"""The plot of a SKU's level: a file that needs nothing but itself."""

from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest

from data.model.japan_time import JST
from data.model.stock import MOVEMENT_WORDS
from data.warehouse.session import warehouse
from data.warehouse.stock.ledger import explain_level
from tasks.stock.plots import NothingToPlot, level_chart, main, save_chart
from tests.stock.made import a_count, count, order, see
from tests.support.browser import browser_page
from tests.support.effort import for_ci
from tests.support.orders import order_number

OUT = Path("out")


def test_the_picture_shows_every_level_and_no_order(counted, tmp_path):
    see(counted, order(1, 10, ordered=9), minute=10)
    chart = level_chart("TEA-100", explain_level(counted, "TEA-100"))
    page, picture = save_chart(chart, tmp_path / "reports", "TEA/100")
    text = page.read_text(encoding="utf-8")

    drawn = {
        given["title"]: [y for _, y in map(corner, values)]
        for values, given in chart.raw_series
    }
    assert drawn == {"在庫数": [10, 10, 8], "棚卸": [10], "受注": [8]}
    assert page.name == "stock-TEA_100.html"
    assert order_number(1) not in text
    assert "受注 -2" in text
    assert "<script src=" not in text
    assert "在庫数の推移" in picture.read_text(encoding="utf-8")


def test_a_movement_has_one_word_at_the_desk_and_in_the_marts():
    """One order line fewer is no cancelled order; both are one kind of movement."""
    mart = Path("data/marts/ja/stock_movements.sql").read_text(encoding="utf-8")

    assert [
        f"WHEN '{kind}' THEN '{word}'" in mart for kind, word in MOVEMENT_WORDS.items()
    ] == [True] * len(MOVEMENT_WORDS)


def corner(point: tuple[float, int] | dict[str, Any]) -> tuple[float, int]:
    return point["value"] if isinstance(point, dict) else point


def test_a_sku_with_signs_of_html_is_only_text(counted, tmp_path):
    see(counted, order(1, 10, ordered=9), minute=10)
    name = "<script>alert(1)</script>"
    chart = level_chart(name, explain_level(counted, "TEA-100"))
    page, _ = save_chart(chart, tmp_path, name)

    assert "<script>alert" not in page.read_text(encoding="utf-8")


@for_ci
@pytest.mark.browser
def test_the_page_opens_offline_with_japan_times(counted, tmp_path):
    see(counted, order(1, 10, ordered=9), minute=10)
    movements = explain_level(counted, "TEA-100")
    page, _ = save_chart(level_chart("TEA-100", movements), tmp_path, "TEA-100")
    with browser_page() as window:
        asked: list[str] = []
        window.on("request", lambda request: asked.append(request.url))
        window.goto(page.as_uri())
        OUT.mkdir(exist_ok=True)
        window.screenshot(path=OUT / "stock-plot.png")
        shown = window.locator("svg").text_content()

    assert [url for url in asked if not url.startswith("file:")] == []
    assert f"{movements[0].moved_at.astimezone(JST):%Y/%m/%d}" in shown


def test_a_sku_that_never_moved_is_told_so(con):
    with pytest.raises(NothingToPlot, match="対処"):
        level_chart("no-such", explain_level(con, "no-such"))


def test_a_wrong_setting_is_named_without_a_traceback(monkeypatch):
    monkeypatch.setenv("JUCHU_CLOSE_DAY", "99")
    monkeypatch.setattr("sys.argv", ["make plot", "--sku", "TEA-100"])

    with pytest.raises(SystemExit, match=r"JUCHU_CLOSE_DAY: .*例: JUCHU_CLOSE_DAY=10"):
        main()


def test_a_folder_that_cannot_be_written_is_named(home, monkeypatch):
    """A file stands where the folder of reports is to be made."""
    (home / "reports").touch()
    monkeypatch.setenv("JUCHU_HOME", str(home))
    monkeypatch.setattr("sys.argv", ["make plot", "--sku", "TEA-100"])
    with warehouse(home / "juchu.duckdb") as con:
        count(con, a_count(10, own_sku="TEA-100"), minute=0)

    with pytest.raises(SystemExit, match=r"reports に書き込めません.*対処"):
        main()


def test_a_full_disk_is_named_though_the_system_names_no_file(home, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setenv("JUCHU_HOME", str(home))
    monkeypatch.setattr("sys.argv", ["make plot", "--sku", "TEA-100"])
    with warehouse(home / "juchu.duckdb") as con:
        count(con, a_count(10, own_sku="TEA-100"), minute=0)
    monkeypatch.setattr(Path, "write_text", full)

    with pytest.raises(SystemExit, match=r"^JUCHU_HOME に書き込めません\(No space"):
        main()
