"""Open the warehouse for one transaction, or keep everybody out of it.

Every opening of the file goes through `door.py`; those that only read are in
`readers.py`.

DuckDB lets one process hold the file, read-only ones included, so sessions are
short: open, work, commit, close. Within a process they queue as well.

Nothing else in this process may open the file while a session is open: closing any
handle to it drops the lock DuckDB holds (that is how POSIX locks work).

A session adds its transaction to the WAL. Only one that finds the WAL long writes it
into the file, and keeps a copy for as long as a kill could tear that (ADR 22).
"""

import fcntl
import logging
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from duckdb import DuckDBPyConnection

from data.model.japan_time import JST
from data.model.matter import MatterKind
from data.warehouse.door import (
    connect_when_free,
    give_key,
    identity,
    private,
    require,
    turn,
)
from data.warehouse.house.incidents import record_incident
from data.warehouse.house.safety_copy import repaired_of, saved, wal_size
from data.warehouse.instance import attach, connect, detach, spill_of
from data.warehouse.matter_view import renew_matter_view
from data.warehouse.migrate import fill, migrate
from data.warehouse.people_key import use_key
from data.warehouse.why_closed import busy, out_of_reach, room_for

log = logging.getLogger("juchu.warehouse")

Connection = DuckDBPyConnection
"""What a session works with; callers above need not know DuckDB."""

LONGEST_WAL = 512 * 1024
SHORTEST_WAL = 16 * 1024
REPLAY_OF_ROOT = 8
"""Bytes of WAL that a session replays and leaves to the next one, half a millisecond a
kilobyte: so many times the square root of the file's bytes, between the two. Where a
checkpoint costs as the file is large, the replays and the checkpoints between them are
cheapest at a root of its size (ADR 22). What a session wrote itself, as a sweep does
batch by batch, counts only from the longest on."""
_SPILLED = "duckdb_temp_*"
"""How DuckDB calls what it spills: rows of the warehouse, buyers among them."""


@contextmanager
def warehouse(
    path: Path,
    patience_s: float = 30.0,
    *,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[DuckDBPyConnection]:
    """Open, migrate if needed, begin; commit if the block succeeds.

    Leaving the block by an error undoes all of it. A kill at any moment costs what was
    not committed, and nothing else. The file, its WAL and what DuckDB spills can be
    read by their owner only.
    Raises WarehouseBusy when the file stays taken for longer than our patience,
    WarehouseFull when the disk has no room for the commit, or another WarehouseClosed
    that says why the file did not open.
    """
    path = path.absolute()
    give_up_at = clock() + patience_s
    with (
        turn(path, patience_s),
        ExitStack() as held,
        _opened(path, give_up_at, clock, wait) as con,
    ):
        give_key(con, path)
        with private(), room_for(path):
            try:
                migrate(con, partial(saved, path, held))
                renew_matter_view(con, partial(saved, path, held))
            except OSError as exc:
                raise out_of_reach(path) from exc
        con.begin()
        # No rollback anywhere: after a failed commit it would raise in turn and
        # hide the cause (a full disk); closing undoes what was not committed.
        with room_for(path):
            repaired = _record_repair(con, path)
            yield con
        with private(), room_for(path):
            before = wal_size(path)
            con.commit()
            if wal_size(path) != before:  # one that wrote nothing rings for nobody
                _ring(path)
            if repaired:
                repaired.unlink(missing_ok=True)
            if wal_size(path) > LONGEST_WAL or before > longest_replay(path):
                _checkpoint(con, path, held)


def bell_of(path: Path) -> Path:
    """Return the file that is touched after each commit that wrote something."""
    return path.with_name(path.name + ".bell")


def longest_replay(path: Path) -> int:
    """Return how many bytes of WAL a session may replay and leave to the next one."""
    of_file = REPLAY_OF_ROOT * math.isqrt(path.stat().st_size)
    return min(LONGEST_WAL, max(SHORTEST_WAL, of_file))


def _ring(path: Path) -> None:
    """Touch the bell, on which watchers wait; nothing depends on it."""
    with suppress(OSError):
        bell_of(path).touch(mode=0o600)


def _record_repair(con: DuckDBPyConnection, path: Path) -> Path | None:
    """Record that the file was put back, if so, and return the sign of it."""
    sign = repaired_of(path)
    try:
        at = datetime.fromtimestamp(sign.stat().st_mtime, JST)
    except FileNotFoundError:
        return None
    what = (
        "書き込みの途中で処理が停止したため、データベースを直前の状態に戻しました。"
        "保存済みの内容は失われていません。対処: 必要ありません。"
        "確認したら、dismiss で一覧から外してください。"
    )
    key = f"{at:%Y%m%d-%H%M%S}"
    record_incident(con, MatterKind.FILE_REPAIRED, key, at, what)
    return sign


@contextmanager
def holding(
    path: Path, patience_s: float = 30.0
) -> Iterator[tuple[DuckDBPyConnection, ExitStack]]:
    """Keep everybody else out of the file, without a transaction or a migration.

    For work on the files themselves: what the second value closes is closed after the
    connection, because closing a handle to the file would let others in.
    Raises WarehouseMissing where there is no file, and else what `warehouse` raises.
    """
    path = path.absolute()
    give_up_at = time.monotonic() + patience_s
    require(path)
    with (
        turn(path, patience_s),
        ExitStack() as held,
        _opened(path, give_up_at) as con,
    ):
        yield con, held


@contextmanager
def shut(path: Path) -> Iterator[ExitStack]:
    """Keep everybody out of a file that need not open, to put another in its place.

    It is locked as DuckDB locks it, and not waited for; where there is none, an empty
    one stands for it until the block ends. Nothing else in the block may open the file;
    what the value closes is closed with the lock.

    Raises:
        WarehouseBusy: somebody has it open.
        WarehouseOutOfReach: it may not be opened to write.

    """
    path = path.absolute()
    with turn(path, 0), ExitStack() as held:
        try:
            number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            held.callback(os.close, number)
            fcntl.lockf(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise busy(path, None) from exc
        except OSError as exc:
            raise out_of_reach(path) from exc
        locked = os.fstat(number)
        if identity(path) != (locked.st_dev, locked.st_ino):
            raise busy(path, None)  # another one was renamed over it just now
        try:
            yield held
        finally:
            if identity(path) == (locked.st_dev, locked.st_ino) and not locked.st_size:
                path.unlink()


def checkpoint(path: Path, patience_s: float = 30.0) -> int:
    """Write the WAL into the file now; return the bytes of WAL that are left."""
    with holding(path, patience_s) as (con, held), private():
        _checkpoint(con, path.absolute(), held)
        return wal_size(path)


def _checkpoint(con: DuckDBPyConnection, path: Path, held: ExitStack) -> None:
    """Write the WAL into the file; if that fails, nothing is lost.

    Everything is committed by now. Where there is no room for the copy the WAL grows;
    where the checkpoint fails, the next session puts the copy back.
    """
    try:
        with saved(path, held):
            con.execute("CHECKPOINT")
    except (OSError, duckdb.Error) as exc:
        log.warning("%s: checkpoint put off: %s", path, exc)


@contextmanager
def _opened(
    path: Path,
    give_up_at: float,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[DuckDBPyConnection]:
    """Open the file, with a folder beside it for what DuckDB spills to disk."""
    spill, ended_well = spill_of(path), False
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise out_of_reach(path) from exc
    con = connect_when_free(path, give_up_at, _open, clock, wait)
    try:
        try:
            spill.mkdir(mode=0o700, exist_ok=True)
            for left in spill.glob(_SPILLED):  # by a killed session: we have the file
                left.unlink()
        except OSError as exc:
            raise out_of_reach(spill) from exc
        yield con
        ended_well = True
    finally:
        with private():
            try:
                spill.rmdir()
            except OSError:  # in use: DuckDB spilled; the next session tidies
                ended_well = False
            detach(path, con, ended_well=ended_well)


def _open(path: Path) -> DuckDBPyConnection:
    if not path.exists():
        _make(path)
    return attach(path)


def _make(path: Path) -> None:
    """Make a migrated file in a folder beside, and put it in its place when whole."""
    with TemporaryDirectory(prefix=f"{path.name}.", dir=path.parent) as folder:
        new = Path(folder) / path.name
        con = connect(new)
        try:
            use_key(con, path)
            fill(con)
            renew_matter_view(con)  # its checkpoint is the file's first
        finally:
            con.close()
        with suppress(FileExistsError):  # another process was first
            path.hardlink_to(new)
