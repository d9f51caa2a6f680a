"""Sixty seconds from a cause to the mall: speed, cost, storms and a full shelf.

An hour and a half: `make bench PART=sixty`. Shorter for tries, with rows that count for
nothing: `JUCHU_BENCH="notices=20 idle=1 storm=1"` before it (minutes; a peer's pace
shrinks with its storm).
"""

import os
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from tests.bench.quiet_desk import IDLE_MINUTES, NOTICES, quiet_desk
from tests.bench.rows import Row, as_far_as_it_comes
from tests.bench.stock import stock_bench
from tests.bench.storm import MINUTES, storms

USUAL = {"notices": float(NOTICES), "idle": IDLE_MINUTES, "storm": MINUTES}


def sixty_bench(folder: Path, console: Console) -> Iterator[Row]:
    """Measure a desk at rest, two storms, and 10,000 SKUs that are due at once."""
    size = USUAL | given(os.environ.get("JUCHU_BENCH", ""))
    if size != USUAL:
        console.print(f"shortened: {size}")
    notices, idle = int(size["notices"]), size["idle"]
    for name, rows in (
        ("quiet desk", quiet_desk(folder / "quiet", console, notices, idle)),
        ("storms", storms(folder / "storms", console, size["storm"])),
        ("due shelf", stock_bench(folder / "shelf", console)),
    ):
        yield from as_far_as_it_comes(name, rows, console)


def given(words: str) -> dict[str, float]:
    """Return the sizes named, as in "idle=1 storm=2".

    Raises:
        ValueError: there is no such size.

    """
    sizes = {name: float(size) for name, size in (w.split("=") for w in words.split())}
    if unknown := sizes.keys() - USUAL.keys():
        raise ValueError(f"unknown {sorted(unknown)}; there are {sorted(USUAL)}")
    return sizes
