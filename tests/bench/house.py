"""What keeping the file costs: copies before a checkpoint, backups, a restore."""

import shutil
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from data.model.japan_time import JST
from data.warehouse import session
from data.warehouse.house.backup import back_up
from data.warehouse.house.restore import restore
from tests.bench.rows import Row, at_most
from tests.warehouse import rewriting

SESSIONS: Final = 60
A_SESSION: Final = 20
ROUNDS: Final = 2
ORDERS: Final = 20_000
AT_ONCE: Final = 2_000
SLOWEST: Final = 60
MOST: Final = 1.10
NIGHT: Final = datetime(2026, 7, 1, 3, tzinfo=JST)


def house_bench(folder: Path, console: Console) -> list[Row]:
    """Compare sessions with and without copies; time a backup and a restore."""
    cpu, wall = _sessions(folder)
    console.print(f"house: {ROUNDS} times {SESSIONS} sessions of {A_SESSION} orders")
    backup, restored = _copies(folder)
    console.print(f"house: backup and restore of {ORDERS:,} orders, scaled")
    return [
        at_most("sessions that copy before a checkpoint (x CPU of plain)", cpu, MOST),
        at_most("sessions that copy before a checkpoint (x time of plain)", wall, MOST),
        at_most("a backup, checked (s per 100,000 orders)", backup, SLOWEST),
        at_most("a restore, checked (s per 100,000 orders)", restored, SLOWEST),
    ]


def _sessions(folder: Path) -> tuple[float, float]:
    """Return CPU and time of sessions over those of sessions without copies."""
    kept, used = session.saved, {True: [0.0, 0.0], False: [0.0, 0.0]}
    for nth in range(2 * ROUNDS):
        with_copies = nth % 2 == 0
        plain: Any = lambda _path, _held: nullcontext()  # noqa: E731
        session.saved = kept if with_copies else plain
        try:
            spent = _spent(lambda nth=nth: _work(folder / str(nth) / "juchu.duckdb"))
        finally:
            session.saved = kept
        used[with_copies] = [
            a + b for a, b in zip(used[with_copies], spent, strict=True)
        ]
        shutil.rmtree(folder / str(nth))
    cpu, wall = (a / b for a, b in zip(used[True], used[False], strict=True))
    return cpu, wall


def _work(path: Path) -> None:
    path.parent.mkdir()
    for batch in range(SESSIONS):
        rewriting.store(path, batch, A_SESSION)


def _copies(folder: Path) -> tuple[float, float]:
    """Return the seconds of a backup and of a restore, per 100,000 orders."""
    path = folder / "home" / "juchu.duckdb"
    path.parent.mkdir()
    for batch in range(ORDERS // AT_ONCE):
        rewriting.store(path, batch, AT_ONCE)
    session.checkpoint(path)
    backups = path.parent / "backup"
    _, made = _spent(lambda: back_up(path, backups, NIGHT))
    path.write_bytes(b"broken")
    until = NIGHT + timedelta(days=1)
    _, restored = _spent(lambda: restore(path, backups, until, over_good=False))
    return made * 100_000 / ORDERS, restored * 100_000 / ORDERS


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    """Return the CPU and the time that it took."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall
