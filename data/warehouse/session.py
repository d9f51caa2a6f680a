"""Open the warehouse file: the only place that does.

DuckDB lets one process hold the file, read-only ones included, so sessions are
short: open, work, commit, close. Within a process they queue as well: a second
connection to an open file would share its instance, and with it settings that are
locked by then.

Nothing else in this process may open the file while a session is open: closing any
handle to it drops the lock DuckDB holds (that is how POSIX locks work).

A session adds its transaction to the WAL. Only one that finds the WAL long writes it
into the file, and keeps a copy for as long as a kill could tear that (ADR 22).
"""

import fcntl
import logging
import os
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import datetime
from errno import EDQUOT, EFBIG, ENOSPC
from functools import cache, partial
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir
from threading import Lock, RLock

import duckdb
from duckdb import DuckDBPyConnection

from data.model.japan_time import JST
from data.model.matter import MatterKind
from data.warehouse.errors import (
    WarehouseBusy,
    WarehouseDamaged,
    WarehouseFull,
    WarehouseMissing,
    WarehouseOutOfReach,
)
from data.warehouse.incidents import record_incident
from data.warehouse.instance import (
    MEMORY_LIMIT,
    attach,
    connect,
    detach,
    literal,
    locked,
    spill_of,
)
from data.warehouse.matter_view import renew_matter_view
from data.warehouse.migrate import fill, migrate
from data.warehouse.people_key import KEY_FILE, use_key
from data.warehouse.safety_copy import put_back, repaired_of, saved, saved_of, wal_size
from data.warehouse.statements import SQL

log = logging.getLogger("juchu.warehouse")

Connection = DuckDBPyConnection
"""What a session works with; callers above need not know DuckDB."""

LONGEST_WAL = 512 * 1024
SHORTEST_WAL = 64 * 1024
OF_FILE = 128
"""Bytes of WAL that a session replays and leaves to the next one, half a millisecond a
kilobyte: this part of the file's own, between the two. A checkpoint copies the file
first, so a large file has it more seldom, and what a session wrote itself, as a sweep
does batch by batch, counts only from the longest on."""
OLDEST_READER = "v1.4.0"
"""The oldest DuckDB that reads the analysts' copy; 2.0's own form no older one does."""
COPY_ROW_GROUP = 61_440
"""Rows that the copy compresses at a time, half of DuckDB's own number: a table below
that is kept whole in memory and read again at the commit, a sixth of the copy's CPU."""
_PAUSE_S = (0.005, 0.03)
_SPILLED = "duckdb_temp_*"
"""How DuckDB calls what it spills: rows of the warehouse, buyers among them."""
_READING = "juchu-reading-"
_LEFT_S = 24 * 3600.0
"""A folder of a reader that old belongs to a process that was killed."""

_umask = RLock()
_sessions: dict[Path, Lock] = defaultdict(Lock)


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
        _turn(path, patience_s),
        ExitStack() as held,
        _opened(path, give_up_at, clock, wait) as con,
    ):
        _keyed(con, path)
        with _private(), room_for(path):
            try:
                migrate(con, partial(saved, path, held))
                renew_matter_view(con, partial(saved, path, held))
            except OSError as exc:
                raise _out_of_reach(path) from exc
        con.begin()
        # No rollback anywhere: after a failed commit it would raise in turn and
        # hide the cause (a full disk); closing undoes what was not committed.
        with room_for(path):
            repaired = _record_repair(con, path)
            yield con
        with _private(), room_for(path):
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
    return min(LONGEST_WAL, max(SHORTEST_WAL, path.stat().st_size // OF_FILE))


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
    if not path.exists() and not saved_of(path).is_dir():
        raise _missing(path)
    with (
        _turn(path, patience_s),
        ExitStack() as held,
        _opened(path, give_up_at, time.monotonic, time.sleep) as con,
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
    with _turn(path, 0), ExitStack() as held:
        try:
            number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            held.callback(os.close, number)
            fcntl.lockf(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise _busy(path, None) from exc
        except OSError as exc:
            raise _out_of_reach(path) from exc
        locked = os.fstat(number)
        if _identity(path) != (locked.st_dev, locked.st_ino):
            raise _busy(path, None)  # another one was renamed over it just now
        try:
            yield held
        finally:
            if _identity(path) == (locked.st_dev, locked.st_ino) and not locked.st_size:
                path.unlink()


def checkpoint(path: Path, patience_s: float = 30.0) -> int:
    """Write the WAL into the file now; return the bytes of WAL that are left."""
    with holding(path, patience_s) as (con, held), _private():
        _checkpoint(con, path.absolute(), held)
        return wal_size(path)


def _checkpoint(con: DuckDBPyConnection, path: Path, held: ExitStack) -> None:
    """Write the WAL into the file; one that does not come off loses nothing.

    Everything is committed by now. Where there is no room for the copy the WAL grows;
    where the checkpoint fails, the next session puts the copy back.
    """
    try:
        with saved(path, held):
            con.execute("CHECKPOINT")
    except (OSError, duckdb.Error) as exc:
        log.warning("%s: checkpoint put off: %s", path, exc)


@contextmanager
def reading(
    path: Path,
    patience_s: float = 30.0,
    *,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[tuple[DuckDBPyConnection, Path]]:
    """Open to read only: nothing is made, migrated or changed, not even a folder.

    The second value is an empty folder, the only place that statements may write to;
    it goes with the session.
    Raises WarehouseMissing where there is no file, and else what `warehouse` raises.
    """
    path = path.absolute()
    give_up_at = clock() + patience_s
    if not path.exists() and not saved_of(path).is_dir():
        raise _missing(path)
    _remove_left()
    with TemporaryDirectory(prefix=_READING) as folder, _turn(path, patience_s):
        place = Path(folder)
        con = _connect_when_free(
            path, give_up_at, clock, wait, partial(_open_to_read, place)
        )
        try:
            yield con, place
        finally:
            con.close()


@cache
def _remove_left() -> None:
    """Remove what killed readers of ours left: answers, and rows that were spilled."""
    for left in Path(gettempdir()).glob(f"{_READING}*"):
        with suppress(OSError):  # another process was faster
            found = left.lstat()
            if found.st_uid == os.getuid() and time.time() - found.st_mtime > _LEFT_S:
                rmtree(left)


@contextmanager
def whole_file(
    path: Path,
    patience_s: float = 30.0,
    *,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[tuple[DuckDBPyConnection, Callable[[], AbstractContextManager[None]]]]:
    """Open the file as database `old`, to copy it whole or to put another in its place.

    In no transaction, and other files may be attached: for our own statements only. The
    second value is the context that a checkpoint of `old` needs (`saved`).
    Raises what `warehouse` raises.
    """
    path = path.absolute()
    with _turn(path, patience_s), _private(), ExitStack() as held:
        con = _connect_when_free(path, clock() + patience_s, clock, wait, _open_beside)
        try:
            yield con, partial(saved, path, held)
        finally:
            con.close()


@contextmanager
def copying(
    path: Path,
    copy: Path,
    patience_s: float = 30.0,
    *,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[DuckDBPyConnection]:
    """Open to read only as `juchu`, beside a new file `analytics` to write into.

    Names without a database are the new file's. It is written to disk when the block
    ends, in the form that DuckDB 1.4 reads, and is its owner's only.
    Raises WarehouseMissing where there is no warehouse, WarehouseOutOfReach where the
    new file cannot be made, and what `warehouse` raises.
    """
    path = path.absolute()
    give_up_at = clock() + patience_s
    if not path.exists() and not saved_of(path).is_dir():
        raise _missing(path)
    with _turn(path, patience_s):
        con = _connect_when_free(
            path, give_up_at, clock, wait, partial(_open_to_copy, copy)
        )
        try:
            _attach_copy(con, copy)
            _keyed(con, path)
            con.begin()
            with room_for(copy):
                yield con
            with _private(), room_for(copy):
                con.execute("COMMIT")
                con.execute("USE memory")
                con.execute("DETACH analytics")
        finally:
            con.close()


@contextmanager
def _opened(
    path: Path,
    give_up_at: float,
    clock: Callable[[], float],
    wait: Callable[[float], None],
) -> Iterator[DuckDBPyConnection]:
    """Open the file, with a folder beside it for what DuckDB spills to disk."""
    spill, ended_well = spill_of(path), False
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise _out_of_reach(path) from exc
    con = _connect_when_free(path, give_up_at, clock, wait, _open)
    try:
        try:
            spill.mkdir(mode=0o700, exist_ok=True)
            for left in spill.glob(_SPILLED):  # by a killed session: we have the file
                left.unlink()
        except OSError as exc:
            raise _out_of_reach(spill) from exc
        yield con
        ended_well = True
    finally:
        with _private():
            try:
                spill.rmdir()
            except OSError:  # in use: DuckDB spilled; the next session tidies
                ended_well = False
            detach(path, con, ended_well=ended_well)


def _keyed(con: DuckDBPyConnection, path: Path) -> None:
    try:
        use_key(con, path)
    except OSError as exc:
        raise _out_of_reach(path.with_name(KEY_FILE)) from exc


@contextmanager
def _turn(path: Path, patience_s: float) -> Iterator[None]:
    """Allow one session of this process at a time."""
    lock = _sessions[path]
    if not lock.acquire(timeout=max(patience_s, 0)):
        raise _busy(path, os.getpid())
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _private() -> Iterator[None]:
    """Make files in this block readable by their owner only."""
    with _umask:
        before = os.umask(0o077)
        try:
            yield
        finally:
            os.umask(before)


def _connect_when_free(
    path: Path,
    give_up_at: float,
    clock: Callable[[], float],
    wait: Callable[[float], None],
    opened: Callable[[Path], DuckDBPyConnection],
) -> DuckDBPyConnection:
    """Connect, again and again while another process holds the file's lock."""
    while True:
        before = _identity(path)
        try:
            with _private():
                put_back(path)
                con = opened(path)
            is_the_file = before in {None, _identity(path)}  # none was renamed over it
            if is_the_file and not saved_of(path).is_dir():
                return con
            detach(path, con)  # somebody rewrote it, or died in a checkpoint, since
        except OSError as exc:
            if not isinstance(exc, BlockingIOError):  # somebody is at work on it
                raise _out_of_reach(path) from exc
            if clock() >= give_up_at:
                raise _busy(path, None) from exc
        except duckdb.Error as exc:
            if not (saved_of(path).is_dir() or _is_taken(exc)):
                raise _unopened(path, exc) from exc
            if clock() >= give_up_at:
                raise _busy(path, _holder(exc)) from exc
        wait(random.uniform(*_PAUSE_S))  # noqa: S311 - spreads waiters, no secret


def _is_taken(exc: duckdb.Error) -> bool:
    """Return whether another process has the file; DuckDB 2.0 says it by text only."""
    return "Could not set lock on file" in str(exc)


def _holder(exc: duckdb.Error) -> int | None:
    named = re.search(r"\(PID (\d+)\)", str(exc))
    return int(named[1]) if named else None


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another of its name; None without a file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open_beside(path: Path) -> DuckDBPyConnection:
    con = duckdb.connect(config={"memory_limit": MEMORY_LIMIT})
    try:
        con.execute("PRAGMA disable_checkpoint_on_shutdown")
        SQL.run(con, "attach_old_file", {"path": str(path)})
    except BaseException:
        con.close()
        raise
    return con


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


def _open_to_read(place: Path, path: Path) -> DuckDBPyConnection:
    """Open read-only; what DuckDB spills or a statement writes is in `place`."""
    spill = str(place / "spill")
    con = duckdb.connect(
        path,
        read_only=True,
        config={"memory_limit": MEMORY_LIMIT, "temp_directory": spill},
    )
    try:
        con.execute("SET allowed_directories = $places", {"places": [str(place)]})
    except BaseException:
        con.close()
        raise
    return locked(con)


def _open_to_copy(copy: Path, path: Path) -> DuckDBPyConnection:
    """Attach the warehouse to read; spill beside the copy."""
    spill = str(copy.with_name("spill"))
    con = duckdb.connect(
        ":memory:", config={"memory_limit": MEMORY_LIMIT, "temp_directory": spill}
    )
    try:
        con.execute(f"ATTACH {literal(path)} AS juchu (READ_ONLY)")
    except BaseException:
        con.close()
        raise
    return con


def _attach_copy(con: DuckDBPyConnection, copy: Path) -> None:
    """Attach the new file to write, and lock the session.

    Apart from opening the warehouse: what is wrong with the copy, or with the room for
    it, is no damage of the warehouse.
    """
    try:
        with _private():
            con.execute(
                f"ATTACH {literal(copy)} AS analytics"
                f" (STORAGE_VERSION '{OLDEST_READER}', ROW_GROUP_SIZE {COPY_ROW_GROUP})"
            )
        con.execute("USE analytics")
    except duckdb.Error as exc:
        raise _out_of_reach(copy) from exc
    locked(con)


def _missing(path: Path) -> WarehouseMissing:
    return WarehouseMissing(
        f"データベース {path} がありません。"
        "対処: JUCHU_HOME を確認してください。"
        "はじめての場合は、先に注文を取り込むか、make demo を実行してください。"
    )


def _busy(path: Path, holder: int | None) -> WarehouseBusy:
    who = f"プロセス {holder}" if holder else "別のプロセス"
    return WarehouseBusy(
        f"{path} は {who} が使用中です。"
        f"対処: {who} の終了を待ってから、もう一度実行してください"
        "(DuckDB を開いたままのツールがあれば閉じてください)。"
    )


@contextmanager
def room_for(path: Path) -> Iterator[None]:
    """Raise WarehouseFull in place of DuckDB's error about a disk without room."""
    try:
        yield
    except duckdb.Error as exc:
        if not (cause := _no_room(exc)):
            raise
        raise WarehouseFull(path, cause) from exc


def _no_room(exc: duckdb.Error) -> str:
    """Return the system's word for a disk without room, "" for another fault.

    DuckDB says it by text only; none of that text is passed on, it may quote a cell.
    """
    words = (os.strerror(each) for each in (ENOSPC, EDQUOT, EFBIG))
    return next((word for word in words if str(exc).endswith(word)), "")


def _unopened(path: Path, exc: duckdb.Error) -> WarehouseDamaged | WarehouseOutOfReach:
    """Return the error for a file that cannot be read, or not be reached."""
    if _no_room(exc):
        return _out_of_reach(path)
    if path.is_file() and os.access(path, os.R_OK | os.W_OK):
        return WarehouseDamaged(
            f"{path} を DuckDB のデータベースとして開けません。"
            "対処: make restore FROM=(backup のフォルダー)を実行してください"
            "(このファイルは別のフォルダーに移して残します)。"
        )
    return _out_of_reach(path)


def _out_of_reach(path: Path) -> WarehouseOutOfReach:
    return WarehouseOutOfReach(
        f"{path} を作成または開くことができません。"
        "対処: フォルダーの有無、読み書きの権限、ディスクの空き容量を"
        "確認してください。"
    )
