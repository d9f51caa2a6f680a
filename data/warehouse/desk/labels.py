"""Parcels and where their reports stand, as the published copy has them."""

from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from data.warehouse.desk.published import published
from data.warehouse.handles import make_handle_of
from data.warehouse.statements import SQL


class PublishedParcel(NamedTuple):
    """A parcel with its tracking number and the state of its report."""

    shop: str
    mall: str
    order_number: str
    basket_id: str
    carrier_code: str
    tracking_number: str
    shipping_date: date
    state: str
    changed_at: datetime | None


class PublishedParcels(NamedTuple):
    """The parcels to look at first, and how many there are in each state."""

    first: list[PublishedParcel]
    by_state: dict[str, int]


def published_parcels(copy: Path, most: int) -> PublishedParcels:
    """Return parcels as they stood when the copy was made: refused ones, then latest.

    Raises:
        WarehouseClosed: there is no copy, or it does not open.

    """
    with published(copy) as con:
        make_handle_of(con)
        rows = SQL.run(con, "list_published_parcels", {"row_limit": most}).fetchall()
        counted = SQL.run(con, "count_published_parcels").fetchall()
    return PublishedParcels([PublishedParcel(*row) for row in rows], dict(counted))
