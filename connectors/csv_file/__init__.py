"""The strict CSV reader, for the files of malls, carriers and stock alike.

    def parcels(csv: CsvFile) -> list[Parcel]:
        place = csv.header.index("伝票番号")            # what the columns mean is ours
        for block in csv.blocks():
            for row, cells in block.records(csv.header): ...
            block.rejects                               # rows set aside, each with why
            block.blanked                               # cells read as blank

    read_csv(path, parcels, advice="…")                 # or raises CsvRefused

A file passes from `source` (bytes, zip) through `decoding` (UTF-8, else CP932),
`header`, `records` (split fast, by `tokens` to the letter where in doubt) and `verdict`
(kept, dropped, set aside); `reader` puts them together. Everything is judged strictly:
what RFC 4180 does not allow refuses the file (docs/order-files.md §3, §11).
"""

from connectors.csv_file.header import (
    Header,
    refuse_changed,
    refuse_other_columns,
    unknown_columns,
    unknown_names,
)
from connectors.csv_file.reader import CsvFile, read_csv
from connectors.csv_file.records import Block
from connectors.csv_file.refusal import CsvRefused, Position, faulty_rows
from connectors.csv_file.source import GIVEN, display_name, given_name

__all__ = [
    "GIVEN",
    "Block",
    "CsvFile",
    "CsvRefused",
    "Header",
    "Position",
    "display_name",
    "faulty_rows",
    "given_name",
    "read_csv",
    "refuse_changed",
    "refuse_other_columns",
    "unknown_columns",
    "unknown_names",
]
