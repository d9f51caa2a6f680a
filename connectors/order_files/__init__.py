"""Order files: the malls' order CSVs, parsed strictly into typed rows of our own words.

    with read_order_file([path], "rakuten") as file:   # or raises CsvRefused
        for batch in file.batches(20_000):
            batch.rows      # one line of an order a row, its order's cells repeated
            batch.rejects   # row_number, column_name, reason, order_number

The whole file is decoded, split and converted in one pass, and kept on disk if it is
long, before `read_order_file` returns. So a refusal comes before a single row is used,
and memory does not grow with the file.

A file passes from `csv_file` (bytes to records) through `registry` (which layout),
`column_plan` (which column is which cell), `rows`, `numbering`, `typed` and
`conversion` (text to typed cells) into an `order_file`. What is a mall's own stands in
`layouts/`.

What the caller owes (docs/order-files.md §1, docs/rules.md §6.2):
  - an order that any reject names is not stored, its other rows included;
  - rows equal in everything but `row_number` are one line (`layout.repeats == "drop"`),
    or units of one line to be added up (`"add_units"`);
  - same (order_number, line_id), other content: the later row wins, with a warning;
  - a null clears under 書換 only; a cell not in `columns_present` never clears;
  - `shop_id`, where present, is compared with the shop picked; null means not visible;
  - `layout.checks` hold for each order with `amounts_fixed`, or a warning is due.
"""

from connectors.csv_file import CsvRefused, Position
from connectors.order_files.order_file import Batch, OrderFile
from connectors.order_files.reading import read_order_file

__all__ = ["Batch", "CsvRefused", "OrderFile", "Position", "read_order_file"]
