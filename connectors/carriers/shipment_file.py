"""What reading a carrier's file gives."""

from dataclasses import dataclass, field
from datetime import date

from connectors.carriers.layout import CarrierLayout
from connectors.mall_csv.decoding import Encoding


@dataclass(frozen=True)
class ShipmentRow:
    """One parcel. Row 1 is the header, or the first row of a file without one.

    `order_ref` is a short key in its one form, else what stands there, which should be
    an order's number; `package_ref` is the mall's 送付先ID where the file has it.
    `shipping_detail_id` names the row to change at the mall, `replaces` the wrong
    number that this one corrects.
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
class Remark:
    """What is to be said of one row; holds no cell but the order's reference."""

    row_number: int
    column_name: str | None
    reason: str
    order_ref: str | None


@dataclass(frozen=True)
class ShipmentFile:
    """A whole file: every row read is in `rows`, `rejects`, or counted as left out."""

    layout: CarrierLayout
    file_name: str
    sha256: str
    encoding: Encoding
    rows_read: int
    rows: tuple[ShipmentRow, ...]
    rejects: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    notices: tuple[str, ...] = ()
    left_out: int = field(default=0)
    """Cancelled slips, repeated and blank rows, repeated headers."""
