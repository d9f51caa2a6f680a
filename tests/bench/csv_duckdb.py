"""The floor: DuckDB's own reader, the same file in UTF-8, one table of text."""

import sys
from pathlib import Path

import duckdb

from tests.bench.measured import Stopwatch, report

READ = """
CREATE TABLE lines AS
SELECT * FROM read_csv(
    $path, all_varchar = true, header = true, delim = ',', quote = '"', escape = '"',
    strict_mode = true
)
"""


def main(path: str, home: str) -> None:
    watch = Stopwatch()
    with duckdb.connect(Path(home) / "floor.duckdb") as con:
        con.execute(READ, {"path": path})
    spent = watch.read()
    with duckdb.connect(Path(home) / "floor.duckdb") as con:
        rows = con.execute("SELECT count(*) FROM lines").fetchall()[0][0]
    report(spent, rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
