"""`import-order-csv`'s reading and storing beside DuckDB and dlt, on the same file."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from tests.bench.measured import Measured, measure
from tests.bench.rows import Row, at_least, at_most, told
from tests.support.mall_csv import write_rakuten

LINES, MANY, HELD = 100_000, 1_000_000, 5_000_000
OVER_FLOOR = 1.5
FASTER_THAN_DLT = 8.0
OVER_LINEAR = 1.2
PEAK_MB = 1000.0
OVER_EMPTY = 1.5


def csv_bench(folder: Path, console: Console) -> Iterator[Row]:
    """Import 100,000 lines by all three, a million, and into a full warehouse."""
    short, utf8, long = (
        folder / name for name in ("short.csv", "utf8.csv", "long.csv")
    )
    console.print(f"writing {LINES:,} and {MANY:,} lines")
    write_rakuten(short, LINES)
    utf8.write_bytes(short.read_bytes().decode("cp932").encode())
    write_rakuten(long, MANY)

    floor = _best(console, folder, "csv_duckdb", utf8)
    ours = _best(console, folder, "csv_import", short)
    yield at_most(
        "CSV: juchu / DuckDB read_csv", ours.seconds / floor.seconds, OVER_FLOOR
    )
    peer = _once(console, folder, "csv_dlt", short)
    yield at_least("CSV: dlt / juchu", peer.seconds / ours.seconds, FASTER_THAN_DLT)
    many = _once(console, folder, "csv_import", long)
    linear = many.seconds / (ours.seconds * MANY / LINES)
    yield at_most(f"CSV: {MANY:,} lines over linear", linear, OVER_LINEAR)
    yield at_most(f"CSV: peak memory, {MANY:,} lines (MB)", many.peak_mb, PEAK_MB)

    full = _home(folder)
    subprocess.run(
        [sys.executable, "-m", "tests.bench.csv_full_warehouse", full, str(HELD)],
        check=True,
    )
    held = told(
        console, "csv_import, full", measure("csv_import", f"{short}", f"{full}")
    )
    yield at_most(
        f"CSV: beside {HELD:,} lines / empty", held.seconds / ours.seconds, OVER_EMPTY
    )


def _best(console: Console, folder: Path, module: str, path: Path) -> Measured:
    """The fastest of three, each into an empty folder: the machine is shared."""
    return min(_once(console, folder, module, path) for _ in range(3))


def _once(console: Console, folder: Path, module: str, path: Path) -> Measured:
    home = _home(folder)
    return told(console, module, measure(module, f"{path}", f"{home}"))


def _home(folder: Path) -> Path:
    home = folder / "csv-home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    return home
