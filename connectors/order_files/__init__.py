"""Mall order CSVs, read strictly: bytes in, typed rows of our own words out.

    with read_order_file([path], "rakuten") as file:   # or raises CsvRefused
        for batch in file.batches(20_000):
            batch.rows      # one line of an order a row, its order's cells repeated
            batch.rejects   # row_number, column_name, reason, order_number

Reading is one pass. The whole file is decoded, split, converted and set aside on disk
before `read_order_file` returns, so a refusal comes before a single row is used, and
memory does not grow with the file. `batches` then only gives the rows back.

What the caller owes (csv/formats.md §1, design rule 6.2):
  - an order that any reject names is not stored, its other rows included;
  - rows equal in everything but `row_number` are one line (`layout.repeats == "drop"`),
    or units of one line to be added up (`"add_units"`);
  - same (order_number, line_id), other content: the later row wins, with a warning;
  - a null clears under 書換 only; a cell not in `columns_present` never clears;
  - `shop_id`, where present, is compared with the shop picked; null means not visible;
  - `layout.checks` hold for each order with `amounts_fixed`, or a warning is due.
"""

from connectors.csv_file.refusal import CsvRefused, Position
from connectors.order_files.order_file import Batch, OrderFile
from connectors.order_files.reading import read_order_file

__all__ = ["Batch", "CsvRefused", "OrderFile", "Position", "read_order_file"]
