"""Lines that wait for an adjustment of stock, as the published copy has them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from data.warehouse.desk.published import published
from data.warehouse.handles import make_handle_of
from data.warehouse.statements import SQL


@dataclass(frozen=True)
class PublishedLine:
    """A waiting line with what a person decides by; nothing of the buyer.

    shop        its handle, or the id under which its orders are stored
    variant_id  SKU管理番号: which choice of the item
    level       of its SKU at that moment; None if nobody has counted it
    booked      units adjusted before for this SKU by lines that the order no longer has
    is_counted_since  its SKU was counted after the order was placed
    """

    shop: str
    mall: str
    shop_id: str
    order_number: str
    line_id: str
    sku: str
    item_name: str | None
    variant_id: str | None
    quantity: int
    level: int | None
    booked: int
    is_cancelled: bool
    imported_at: datetime
    ordered_at: datetime | None
    is_counted_since: bool

    @property
    def placed_at(self) -> datetime:
        """When its order was placed; where the file does not say so, when it came."""
        return self.ordered_at or self.imported_at


class PublishedWaiting(NamedTuple):
    """The first waiting lines, and how many there are in all."""

    lines: list[PublishedLine]
    total: int


def published_waiting(copy: Path, most: int) -> PublishedWaiting:
    """Return the lines that waited when the copy was made, the oldest order first.

    Raises:
        WarehouseClosed: there is no copy, or it does not open.

    """
    with published(copy) as con:
        make_handle_of(con)
        rows = SQL.run(con, "list_published_waiting", {"row_limit": most}).fetchall()
        total = SQL.value(con, "count_published_waiting")
    return PublishedWaiting([PublishedLine(*row) for row in rows], total)
