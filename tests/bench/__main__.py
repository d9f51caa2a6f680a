"""Measure juchu beside its peers, in one run, and print the ratios.

`python -m tests.bench` runs the parts that take up to five minutes each on two cores,
`python -m tests.bench csv` one of them, and `python -m tests.bench sixty` the part that
takes an hour and a half. Ends with 1 when a target is missed.
"""

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.analytics import analytics_bench
from tests.bench.csv import csv_bench
from tests.bench.house import house_bench
from tests.bench.notices import notices_bench
from tests.bench.orders import orders_bench
from tests.bench.rows import as_far_as_it_comes
from tests.bench.shops import shops_bench
from tests.bench.sixty import sixty_bench
from tests.bench.stock import stock_bench, stock_soak
from tests.bench.tracking import tracking_bench

console = Console(soft_wrap=True)
PARTS = {
    "orders": orders_bench,
    "csv": csv_bench,
    "notices": notices_bench,
    "stock": stock_bench,
    "stock-faults": stock_soak,
    "tracking": tracking_bench,
    "shops": shops_bench,
    "analytics": analytics_bench,
    "house": house_bench,
}
LONG = {"sixty": sixty_bench}
"""Parts that run only where they are named."""


def main(*parts: str) -> int:
    """Run the parts named and print one table; refuse a name that is none first."""
    known = PARTS | LONG
    if unknown := [part for part in parts if part not in known]:
        sys.exit(f"no part {', '.join(unknown)}; PART= may be {', '.join(known)}")
    with tempfile.TemporaryDirectory(prefix="juchu-bench-") as folder:
        rows = [
            row
            for part in parts or PARTS
            for row in as_far_as_it_comes(
                part, known[part](_folder(folder, part), console), console
            )
        ]
    table = Table("what", "measured", "target", "", title="juchu bench")
    for row in rows:
        table.add_row(row.what, row.measured, row.target, "ok" if row.is_met else "NO")
    console.print(table)
    return 0 if all(row.is_met for row in rows) else 1


def _folder(within: str, part: str) -> Path:
    own = Path(within) / part
    own.mkdir()
    return own


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
