"""Measure juchu beside its peers, in one run, and print the ratios.

Ends with 1 when a target is missed. Takes about six minutes on two cores.
"""

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from tests.bench.orders import orders_bench

console = Console(soft_wrap=True)


class Row(NamedTuple):
    """One line of the result: what, by how much, and whether that is enough."""

    what: str
    measured: str
    target: str
    is_met: bool


def main() -> int:
    """Run every benchmark and print one table."""
    with tempfile.TemporaryDirectory(prefix="juchu-bench-") as folder:
        rows = [Row(*row) for row in orders_bench(Path(folder), console)]
    table = Table("what", "measured", "target", "", title="juchu bench")
    for row in rows:
        table.add_row(row.what, row.measured, row.target, "ok" if row.is_met else "NO")
    console.print(table)
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
