"""The plot of a SKU's level: a file that needs nothing but itself."""

import pytest

from data.warehouse.stock.ledger import explain_level
from tasks.stock.plots import NothingToPlot, level_chart, save_chart
from tests.stock.made import order, see
from tests.support.orders import order_number


def test_the_picture_shows_every_level_and_no_order(counted, tmp_path):
    see(counted, order(1, 10, ordered=9), minute=10)
    chart = level_chart("TEA-100", explain_level(counted, "TEA-100"))
    page, picture = save_chart(chart, tmp_path / "reports", "TEA/100")
    text = page.read_text(encoding="utf-8")

    assert [row["level"] for row in chart.data.to_dicts()] == [10, 8]
    assert page.name == "stock-TEA_100.html"
    assert "https://cdn" not in text
    assert order_number(1) not in text
    assert "在庫数の推移" in picture.read_text(encoding="utf-8")


def test_a_sku_that_never_moved_is_told_so(con):
    with pytest.raises(NothingToPlot, match="対処"):
        level_chart("no-such", explain_level(con, "no-such"))
