"""Open DuckDB with the settings of every session, and keep what is slow to make.

To make an instance of DuckDB costs 20 ms of CPU, to attach a file to one 5 ms. So the
instance of a session that ended well waits, without a file, for the next session of the
same file in this process; between sessions the file is free for every other process.
"""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Final

import duckdb
from duckdb import DuckDBPyConnection

SETTINGS: Final[dict[str, str]] = {"memory_limit": "600MB"}
"""Of every instance."""
ONLY_WHEN_ASKED: Final = {
    "checkpoint_threshold": "1TB",
    "auto_checkpoint_skip_wal_threshold": "1000000000000",
}
"""No checkpoint by a commit, however long the WAL or large the transaction."""
OF_A_FILE: Final = ("", ".wal", ".wal.checkpoint", ".wal.recovery")
"""Endings of the files that DuckDB keeps for one database."""

_lock = Lock()
_waiting: dict[Path, DuckDBPyConnection] = {}
"""The instance of the last session that ended well, one at most."""
_at_work: dict[Path, DuckDBPyConnection] = {}


def literal(path: Path | str) -> str:
    """Return a path, or any text, as a literal of SQL."""
    doubled = str(path).replace("'", "''")
    return f"'{doubled}'"


def spill_of(path: Path) -> Path:
    """Return the folder beside the file for what DuckDB spills to disk."""
    return path.with_name(path.name + ".tmp")


def connect(path: Path) -> DuckDBPyConnection:
    """Open a file at once, in an instance that ends with the connection."""
    return locked(_opened(path))


def attach(path: Path) -> DuckDBPyConnection:
    """Open a file for one session; whoever does calls `detach` in the end.

    One session of a process at a time may have a file; the caller sees to it. Raises a
    duckdb.IOException while another process has the file, or another duckdb.Error.
    """
    if left := _at_work.pop(path, None):  # by a caller that was interrupted
        left.close()
    instance = _taken(path) or _made(path)
    try:
        con = instance.cursor()
        con.execute(f"ATTACH {literal(path)} AS warehouse")
        con.execute("USE warehouse")
    except duckdb.IOException:  # somebody has it: the next try comes soon
        _keep_only({path: instance})
        raise
    except BaseException:
        instance.close()
        raise
    _at_work[path] = instance
    return con


def detach(path: Path, con: DuckDBPyConnection, *, ended_well: bool = True) -> None:
    """Close a session's connection and free its file; undo what it did not commit.

    The instance of a session that failed may be broken: it ends with it.
    """
    con.close()
    instance = _at_work.pop(path, None)
    if instance is None:  # opened by itself
        return
    if not ended_well:
        instance.close()
        return
    try:
        instance.execute("DETACH warehouse")
    except duckdb.Error:
        instance.close()
    else:
        _keep_only({path: instance})


def locked(con: DuckDBPyConnection) -> DuckDBPyConnection:
    """Set what holds for every session, and allow no statement to change it."""
    try:
        # before the lock: 2.0 cannot after
        con.execute("SET GLOBAL TimeZone = 'Asia/Tokyo'")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
    except BaseException:
        con.close()
        raise
    return con


def _opened(database: Path | str, **settings: str) -> DuckDBPyConnection:
    """Make an instance that writes to its files when it is told to, and only then."""
    con = duckdb.connect(database, config={**SETTINGS, **ONLY_WHEN_ASKED, **settings})
    con.execute("PRAGMA disable_checkpoint_on_shutdown")
    return con


def _made(path: Path) -> DuckDBPyConnection:
    """Make an instance that may attach this file, and reach no other one."""
    instance = _opened(":memory:", temp_directory=str(spill_of(path)))
    files = [f"{path}{ending}" for ending in OF_A_FILE]
    instance.execute("SET allowed_paths = $files", {"files": files})
    return locked(instance)


def _taken(path: Path) -> DuckDBPyConnection | None:
    with _lock:
        return _waiting.pop(path, None)


def _keep_only(waiting: Mapping[Path, DuckDBPyConnection]) -> None:
    """Keep these instances for later sessions, and end those kept before."""
    with _lock:
        others = list(_waiting.values())
        _waiting.clear()
        _waiting.update(waiting)
    for other in others:
        other.close()


# An instance has threads, and those do not live on in a forked process.
os.register_at_fork(before=partial(_keep_only, {}))
