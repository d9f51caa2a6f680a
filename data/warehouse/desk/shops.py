"""Whose orders there are, as the published copy has them."""

from pathlib import Path
from typing import NamedTuple

from data.warehouse.desk.published import published
from data.warehouse.statements import SQL


class Seller(NamedTuple):
    """A shop with orders: where they are stored, and what the flows call it."""

    mall: str
    shop_id: str
    shop: str


def published_sellers(copy: Path) -> list[Seller]:
    """Return every shop with an order in the copy.

    Raises:
        WarehouseClosed: there is no copy, or it does not open.

    """
    with published(copy) as con:
        rows = SQL.run(con, "list_published_sellers").fetchall()
    return [Seller(*row) for row in rows]
