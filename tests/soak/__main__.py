"""Measure the way of a notice at full length, and print one table.

`python -m tests.soak` takes about ten minutes on two cores; `python -m tests.soak 30`
lets the last part run for thirty minutes. Ends with 1 when a target is missed.
"""

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.notices import notices_bench
from tests.soak.arrive import arrive
from tests.soak.endure import endure
from tests.soak.services import with_all_services

MINUTES = 3.0
console = Console(soft_wrap=True)


def main(minutes: float = MINUTES) -> int:
    """Run every part, the longest last."""
    with tempfile.TemporaryDirectory(prefix="juchu-soak-") as name:
        folder = Path(name)
        rows = [
            *notices_bench(folder, console),
            *arrive(folder, console),
            *with_all_services(folder, console),
            *endure(folder, console, minutes),
        ]
    table = Table("what", "measured", "target", "", title="juchu soak")
    for row in rows:
        table.add_row(row.what, row.measured, row.target, "ok" if row.is_met else "NO")
    console.print(table)
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
