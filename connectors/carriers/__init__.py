"""The carriers' files: tracking numbers are read from them, labels written for them.

    file = read_shipment_file(path, Carrier.YAMATO)   # or raises CsvRefused
    file.rows       # one parcel a row: reference, company, number, date
    file.rejects    # rows set aside: row, column, reason
    file.warnings   # rows kept that a person should look at

    made = write_b2_labels(parcels, sender)
    made.content    # the file's bytes, CP932
    made.refused    # orders that are not in it, and why

Files of tracking numbers are described in `layouts/`, label files in `labels/`, one
module each. What the caller owes: a row's `order_ref` is matched by
`short_key.match_reference`, and neither a reference nor a label's content is logged.
"""

from connectors.carriers.labels.b2 import write_b2_labels
from connectors.carriers.labels.ehiden3 import write_ehiden3_labels
from connectors.carriers.labels.file import LabelFile, RefusedLabel
from connectors.carriers.reading import read_shipment_file
from connectors.csv_file import CsvRefused, Position

__all__ = [
    "CsvRefused",
    "LabelFile",
    "Position",
    "RefusedLabel",
    "read_shipment_file",
    "write_b2_labels",
    "write_ehiden3_labels",
]
