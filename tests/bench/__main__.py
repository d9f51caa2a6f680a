"""Measure juchu beside its peers, in one run, and print the ratios.

Ends with 1 when a target is missed. Takes about ten minutes on two cores.
"""

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.csv import csv_bench
from tests.bench.orders import orders_bench

console = Console(soft_wrap=True)


def main() -> int:
    """Run every benchmark and print one table."""
    with tempfile.TemporaryDirectory(prefix="juchu-bench-") as folder:
        rows = [
            *orders_bench(Path(folder), console),
            *csv_bench(Path(folder), console),
        ]
    table = Table("what", "measured", "target", "", title="juchu bench")
    for row in rows:
        table.add_row(row.what, row.measured, row.target, "ok" if row.is_met else "NO")
    console.print(table)
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
