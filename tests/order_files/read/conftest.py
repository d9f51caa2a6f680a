from dataclasses import dataclass

import polars as pl
import pytest

from connectors.order_files import OrderFile, read_order_file
from connectors.order_files.typed import REJECTS, WARNINGS


@dataclass
class Read:
    """What came of a file: everything, in one frame each."""

    file: OrderFile
    rows: pl.DataFrame
    rejects: pl.DataFrame
    warnings: pl.DataFrame

    def column(self, name):
        return self.rows[name].to_list()

    def warned(self):
        return [
            (row["row_number"], row["column_name"], row["kind"])
            for row in self.warnings.to_dicts()
        ]

    def reasons(self):
        return [
            (row["row_number"], row["column_name"], row["order_number"])
            for row in self.rejects.to_dicts()
        ]


@pytest.fixture
def read(tmp_path):
    """Write bytes to a file (or several) and read it to its end."""

    def read_bytes(*contents, mall="rakuten", size=20_000):
        paths = []
        for number, content in enumerate(contents):
            path = tmp_path / f"in{number}.csv"
            path.write_bytes(content)
            paths.append(path)
        with read_order_file(paths, mall) as file:
            batches = list(file.batches(size))
            return Read(
                file,
                pl.concat([file.schema.to_frame(), *(b.rows for b in batches)]),
                pl.concat([REJECTS.to_frame(), *(b.rejects for b in batches)]),
                pl.concat([WARNINGS.to_frame(), *(b.warnings for b in batches)]),
            )

    return read_bytes
