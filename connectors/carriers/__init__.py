"""The carriers' files: tracking numbers read from theirs, labels written for theirs.

    file = read_shipment_file(path, Carrier.YAMATO)   # or raises CsvRefused
    file.rows       # one parcel a row: reference, company, number, date
    file.rejects    # rows set aside: row, column, reason
    file.warnings   # rows kept that a person should look at

    made = write_b2_labels(parcels, sender)
    made.content    # the file's bytes, CP932
    made.refused    # orders that are not in it, and why

What the caller owes: a row's `order_ref` is matched with `short_key.match_reference`,
and neither a reference nor a label's content goes into a log.
"""

from connectors.carriers.labels.b2 import write_b2_labels
from connectors.carriers.labels.ehiden3 import write_ehiden3_labels
from connectors.carriers.labels.file import LabelFile, RefusedLabel
from connectors.carriers.parcels import Remark, ShipmentFile, ShipmentRow
from connectors.carriers.reading import read_shipment_file
from connectors.csv_file.refusal import CsvRefused, Position

__all__ = [
    "CsvRefused",
    "LabelFile",
    "Position",
    "RefusedLabel",
    "Remark",
    "ShipmentFile",
    "ShipmentRow",
    "read_shipment_file",
    "write_b2_labels",
    "write_ehiden3_labels",
]
