"""Measure juchu beside its peers, in one run, and print the ratios.

`python -m tests.bench orders` or `csv`. Ends with 1 when a target is missed. Each part
takes about five minutes on two cores.
"""

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.csv import csv_bench
from tests.bench.orders import orders_bench

console = Console(soft_wrap=True)
PARTS = {"orders": orders_bench, "csv": csv_bench}


def main(*parts: str) -> int:
    """Run the parts named and print one table."""
    with tempfile.TemporaryDirectory(prefix="juchu-bench-") as folder:
        rows = [row for part in parts for row in PARTS[part](Path(folder), console)]
    table = Table("what", "measured", "target", "", title="juchu bench")
    for row in rows:
        table.add_row(row.what, row.measured, row.target, "ok" if row.is_met else "NO")
    console.print(table)
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
