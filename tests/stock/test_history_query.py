"""The analysts' query of stock over time."""

from pathlib import Path

import polars as pl

from tests.stock.made import a_count, count, order, see
from tests.support.orders import order_number

MARTS = Path(__file__).parents[2] / "data" / "marts"


def test_stock_history_tells_every_movement_with_the_level_after_it(con):
    count(con, a_count(10, own_sku="TEA-100"), minute=0)
    see(con, order(ordered=5))
    see(con, order(minute=20, status="900", ordered=5))

    rows = pl.DataFrame(con.sql((MARTS / "stock_history.sql").read_text()))
    assert rows.select("kind", "quantity", "level").rows() == [
        ("count", 10, 10),
        ("order", -2, 8),
        ("cancellation", 2, 10),
    ]
    assert rows["order_number"].to_list() == [None, order_number(1), order_number(1)]
