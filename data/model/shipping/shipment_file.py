"""A carrier's file of tracking numbers, as it was read: parcels and remarks."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from data.model.csv_file import RowRemark
from data.model.shipping.shipment import Carrier


class ShipmentRow(NamedTuple):
    """One parcel as the file lists it.

    order_ref           a short key in its one form, or else what somebody typed, which
                        should be an order's number: personal until it is matched
    package_ref         the mall's 送付先ID
    carrier_code        the company by RMS's code
    tracking_number     in its one form, without hyphens
    shipping_detail_id  the row of the mall's report to change
    replaces            the wrong number that this one corrects
    """

    row_number: int
    order_ref: str
    package_ref: str | None
    carrier_code: str
    tracking_number: str
    shipping_date: date
    shipping_detail_id: str | None = None
    replaces: str | None = None


@dataclass(frozen=True)
class ShipmentFile:
    """A checked file: every row read is in `rows` or `rejects`, or left out.

    layout, title     the kind of file, for us and for people
    reference_column  where its `order_ref` stands, for people
    warnings          on rows that are in `rows` and should be looked at
    deleted           parcels whose label was deleted, or whose number is taken back
    left_out          deleted labels, repeated parcels, repeated headers, blank rows
    """

    carrier: Carrier
    layout: str
    title: str
    reference_column: str
    file_name: str
    sha256: str
    encoding: str
    rows_read: int
    rows: tuple[ShipmentRow, ...]
    rejects: tuple[RowRemark, ...]
    warnings: tuple[RowRemark, ...] = ()
    notices: tuple[str, ...] = ()
    left_out: int = 0
    deleted: tuple[ShipmentRow, ...] = ()
