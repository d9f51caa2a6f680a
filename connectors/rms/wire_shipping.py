"""A shipping report as RMS takes it (rms/order-api.md §4.2, 4.2b).

A key that is left out keeps what RMS has, an empty text erases it and null may do
either; so what is not said is left out, and nothing here erases or deletes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any


@dataclass(frozen=True)
class ReportRow:
    """One parcel of one package.

    With `shipping_detail_id` that row of RMS is changed; without it a row is added,
    every time it is sent. ValueError for an id that is no number, an empty text, and a
    new row without carrier.
    """

    basket_id: str
    carrier_code: str | None = None
    tracking_number: str | None = None
    shipping_date: date | None = None
    shipping_detail_id: str | None = None

    def __post_init__(self) -> None:
        for name in (self.basket_id, self.shipping_detail_id or "0"):
            if not (name.isascii() and name.isdigit()):
                raise ValueError("RMS's ids are numbers")
        if "" in (self.carrier_code, self.tracking_number):
            raise ValueError("an empty text would erase what RMS has")
        if self.shipping_detail_id is None and self.carrier_code is None:
            raise ValueError("a new row needs its carrier")

    def wire(self) -> dict[str, Any]:
        """Write the row by RMS's names."""
        row = {
            "shippingDetailId": self.shipping_detail_id
            and int(self.shipping_detail_id),
            "deliveryCompany": self.carrier_code,
            "shippingNumber": self.tracking_number,
            "shippingDate": self.shipping_date and self.shipping_date.isoformat(),
        }
        return {name: value for name, value in row.items() if value is not None}


def _basket(row: ReportRow) -> int:
    return int(row.basket_id)


@dataclass(frozen=True)
class ShippingReport:
    """The rows of one order, kept in the order RMS counts them: package by package.

    RMS takes 20 rows per package (§4.2) and says so itself, row by row. ValueError for
    a report without rows.
    """

    order_number: str
    rows: Sequence[ReportRow]

    def __post_init__(self) -> None:
        if not self.rows:
            raise ValueError("a shipping report has at least one row")
        in_order = tuple(sorted(self.rows, key=_basket))
        object.__setattr__(self, "rows", in_order)

    def row(self, data_number: int) -> ReportRow:
        """Give RMS's row of this number, counted from 1 through all packages."""
        return self.rows[data_number - 1]

    def wire(self) -> dict[str, Any]:
        """Write the order by RMS's names, the odd `BasketidModelList` too (§0)."""
        return {
            "orderNumber": self.order_number,
            "BasketidModelList": [
                {
                    "basketId": basket_id,
                    "ShippingModelList": [row.wire() for row in rows],
                }
                for basket_id, rows in groupby(self.rows, _basket)
            ],
        }
