"""What each shop had set of its stock link, and since when (docs/rules.md 6.5)."""

from datetime import datetime

from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.model.stock_link import StockLink
from data.warehouse.statements import SQL


def record_link(
    con: DuckDBPyConnection,
    shop_id: str,
    link: StockLink,
    *,
    mall: Mall = Mall.RAKUTEN,
    at: datetime,
) -> None:
    """Store what the shop has set now, if it is not what was found last."""
    given = {
        "mall": mall.value,
        "shop_id": shop_id,
        "since": at,
        "is_on": link.is_on,
        "silent_hours": link.silent_hours.strip(),
    }
    SQL.run(con, "insert_stock_link", given)
