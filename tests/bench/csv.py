"""`import-order-csv`'s reading and storing beside DuckDB, pandas and dlt.

All take the same file, each in a process of its own, into an empty folder.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from tests.bench.measured import Measured, measure
from tests.bench.rows import Row, at_least, at_most, told
from tests.support.mall_csv import Shape, write_rakuten

LINES, MANY, HELD = 100_000, 1_000_000, 5_000_000
OVER_FLOOR = 1.5
FASTER_THAN_PANDAS = 1.0
FASTER_THAN_DLT = 8.0
TIMES = 5
"""How often the short ones run, in turn; the fastest counts: the machine is shared."""
OVER_LINEAR = 1.2
PEAK_MB = 1000.0
OVER_EMPTY = 1.5
ORDERS = 250_000
"""Of one line each: the file that holds the warehouse longest for its size (ADR 30)."""
HELD_OF_RUN, HELD_S = 0.25, 12.0


def csv_bench(folder: Path, console: Console) -> Iterator[Row]:
    """Import 100,000 lines by all four, a million, and into a full warehouse."""
    short, utf8, long = (
        folder / name for name in ("short.csv", "utf8.csv", "long.csv")
    )
    console.print(f"writing {LINES:,} and {MANY:,} lines")
    write_rakuten(short, LINES)
    with (
        short.open(encoding="cp932", newline="") as file,
        utf8.open("w", encoding="utf-8", newline="") as copy,
    ):
        shutil.copyfileobj(file, copy, 1 << 20)
    write_rakuten(long, MANY)

    floor, ours, pandas = _fastest(
        console,
        folder,
        {"csv_duckdb": utf8, "csv_import": short, "csv_pandas": short},
    )
    yield at_most(
        "CSV: juchu / DuckDB read_csv", ours.seconds / floor.seconds, OVER_FLOOR
    )
    yield at_least(
        "CSV: pandas / juchu", pandas.seconds / ours.seconds, FASTER_THAN_PANDAS
    )
    peer = _once(console, folder, "csv_dlt", short)
    yield at_least("CSV: dlt / juchu", peer.seconds / ours.seconds, FASTER_THAN_DLT)
    many = _once(console, folder, "csv_import", long)
    linear = many.seconds / (ours.seconds * MANY / LINES)
    yield at_most(f"CSV: {MANY:,} lines over linear", linear, OVER_LINEAR)
    yield at_most(f"CSV: peak memory, {MANY:,} lines (MB)", many.peak_mb, PEAK_MB)

    write_rakuten(long, ORDERS, shape=Shape(lines_of_orders=(1,)))
    one = _once(console, folder, "csv_import", long)
    yield at_most(
        f"CSV: {ORDERS:,} orders, held / run", one.held_s / one.seconds, HELD_OF_RUN
    )
    yield at_most(f"CSV: {ORDERS:,} orders, held (s)", one.held_s, HELD_S)

    full = folder / "full"
    full.mkdir()
    subprocess.run(
        [sys.executable, "-m", "tests.bench.csv_full_warehouse", full, str(HELD)],
        check=True,
    )
    held = min(_beside(console, folder, full, short) for _ in range(TIMES))
    yield at_most(
        f"CSV: beside {HELD:,} lines / empty", held.seconds / ours.seconds, OVER_EMPTY
    )


def _beside(console: Console, folder: Path, full: Path, path: Path) -> Measured:
    """Import into a copy of the full warehouse."""
    home = _home(folder)
    for file in full.iterdir():
        shutil.copy(file, home)
    os.sync()  # else the import waits for the copy to reach the disk
    return told(
        console, "csv_import, full", measure("csv_import", f"{path}", f"{home}")
    )


def _fastest(
    console: Console, folder: Path, files: dict[str, Path]
) -> Iterator[Measured]:
    """Run modules in turn, so that all have the same neighbours; keep each best."""
    rounds = [
        [_once(console, folder, module, path) for module, path in files.items()]
        for _ in range(TIMES)
    ]
    return (min(runs) for runs in zip(*rounds, strict=True))


def _once(console: Console, folder: Path, module: str, path: Path) -> Measured:
    home = _home(folder)
    return told(console, module, measure(module, f"{path}", f"{home}"))


def _home(folder: Path) -> Path:
    home = folder / "csv-home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    return home
