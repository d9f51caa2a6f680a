"""Wait until the warehouse's file is free, and open it for one session at a time.

Processes wait for each other by the lock that DuckDB takes on the file, threads of one
process by a lock of ours.
"""

import os
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, RLock
from typing import Final

import duckdb
from duckdb import DuckDBPyConnection

from data.warehouse.house.safety_copy import is_unfinished, put_back
from data.warehouse.instance import detach
from data.warehouse.people_key import KEY_FILE, use_key
from data.warehouse.why_closed import busy, missing, out_of_reach, unopened

_PAUSE_S: Final = (0.005, 0.03)

_umask = RLock()
_sessions: dict[Path, Lock] = {}


@contextmanager
def turn(path: Path, patience_s: float) -> Iterator[None]:
    """Allow one session of this process at a time."""
    # In one step: a defaultdict asks for the hash once more before it stores the lock
    # it made, and meanwhile another thread may have stored one, and taken it.
    lock = _sessions.setdefault(path, Lock())
    if not lock.acquire(timeout=max(patience_s, 0)):
        raise busy(path, os.getpid())
    try:
        yield
    finally:
        lock.release()


@contextmanager
def private() -> Iterator[None]:
    """Make files in this block readable by their owner only."""
    with _umask:
        before = os.umask(0o077)
        try:
            yield
        finally:
            os.umask(before)


def require(path: Path) -> None:
    """Raise WarehouseMissing where there is neither a file nor a safety copy of one.

    WarehouseOutOfReach where the system does not say, as of another user's home.
    """
    try:
        is_there = path.exists() or is_unfinished(path)
    except OSError as exc:
        raise out_of_reach(path) from exc
    if not is_there:
        raise missing(path)


def connect_when_free(
    path: Path,
    give_up_at: float,
    opened: Callable[[Path], DuckDBPyConnection],
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> DuckDBPyConnection:
    """Connect, again and again while another process holds the file's lock."""
    while True:
        before = identity(path)
        try:
            with private():
                put_back(path)
                con = opened(path)
            is_the_file = before in {None, identity(path)}  # none was renamed over it
            if is_the_file and not is_unfinished(path):
                return con
            detach(path, con)  # it was replaced, or a checkpoint died, meanwhile
        except OSError as exc:
            if not isinstance(exc, BlockingIOError):  # somebody is at work on it
                raise out_of_reach(path) from exc
            if clock() >= give_up_at:
                raise busy(path, None) from exc
        except duckdb.Error as exc:
            if not (is_unfinished(path) or _is_taken(exc)):
                raise unopened(path, exc) from exc
            if clock() >= give_up_at:
                raise busy(path, _holder(exc)) from exc
        wait(random.uniform(*_PAUSE_S))  # noqa: S311 - spreads waiters, no secret


def _is_taken(exc: duckdb.Error) -> bool:
    """Return whether another process has the file; DuckDB 2.0 says it by text only."""
    return "Could not set lock on file" in str(exc)


def _holder(exc: duckdb.Error) -> int | None:
    named = re.search(r"\(PID (\d+)\)", str(exc))
    return int(named[1]) if named else None


def identity(path: Path) -> tuple[int, int] | None:
    """Return what identifies the file that has this name now; None without a file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def give_key(con: DuckDBPyConnection, path: Path) -> None:
    """Make the key of buyers' hashes, from beside the file, known to a session."""
    try:
        use_key(con, path)
    except OSError as exc:
        raise out_of_reach(path.with_name(KEY_FILE)) from exc
