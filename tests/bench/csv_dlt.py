"""The peer: the same rows merged into DuckDB by dlt, keyed by order and line."""

import csv
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import dlt

from tests.bench.measured import Stopwatch, report

PAGE = 10_000


NAMES = [f"c{number}" for number in range(1, 159)]
"""dlt makes every Japanese column name the same word, and so one column of them all."""


@dlt.resource(name="lines", primary_key=["c1", "c71"], write_disposition="merge")
def lines(path: str) -> Iterator[list[dict[str, str]]]:
    """Rows keyed by 注文番号 and 商品明細ID."""
    with Path(path).open(encoding="cp932", newline="") as file:
        rows = csv.DictReader(file, NAMES, strict=True)
        next(rows)
        while page := list(itertools.islice(rows, PAGE)):
            yield page


def main(path: str, home: str) -> None:
    pipeline = dlt.pipeline(
        "csv_peer",
        pipelines_dir=f"{home}/state",
        destination=dlt.destinations.duckdb(str(Path(home) / "dlt.duckdb")),
        dataset_name="mall",
    )
    watch = Stopwatch()
    # Its default, INSERT statements, needs more memory than there is; Parquet, pyarrow.
    pipeline.run(lines(path), loader_file_format="jsonl")
    spent = watch.read()
    with pipeline.sql_client() as sql:
        rows = sql.execute_sql("SELECT count(*) FROM lines")
    report(spent, rows[0][0] if rows else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
