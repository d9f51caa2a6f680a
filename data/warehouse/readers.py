"""Open the warehouse to read only, or whole, beside another file.

They wait for the file and keep it from others as a session does (`session.py`).
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir
from typing import Final

import duckdb
from duckdb import DuckDBPyConnection

from data.warehouse.door import connect_when_free, give_key, private, require, turn
from data.warehouse.house.safety_copy import saved
from data.warehouse.instance import SETTINGS, literal, locked, spill_of
from data.warehouse.statements import SQL
from data.warehouse.why_closed import out_of_reach, room_for

OLDEST_READER: Final = "v1.4.0"
"""The oldest DuckDB that reads the analysts' copy; 2.0's own form no older one does."""
COPY_ROW_GROUP: Final = 61_440
"""Rows that the copy compresses at a time, half of DuckDB's own number: a table below
that is kept whole in memory and read again at the commit, a sixth of the copy's CPU."""
_READING: Final = "juchu-reading-"
_LEFT_S: Final = 24 * 3600.0
"""A folder of a reader that old belongs to a process that was killed."""


@contextmanager
def reading(
    path: Path,
    patience_s: float = 30.0,
) -> Iterator[tuple[DuckDBPyConnection, Path]]:
    """Open to read only: nothing is made, migrated or changed, not even a folder.

    The second value is an empty folder, the only place that statements may write to;
    it goes with the session.
    Raises WarehouseMissing where there is no file, and else what `warehouse` raises.
    """
    path = path.absolute()
    give_up_at = time.monotonic() + patience_s
    require(path)
    _remove_left()
    with TemporaryDirectory(prefix=_READING) as folder, turn(path, patience_s):
        place = Path(folder)
        con = connect_when_free(path, give_up_at, partial(_open_to_read, place))
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
) -> Iterator[tuple[DuckDBPyConnection, Callable[[], AbstractContextManager[None]]]]:
    """Open the file as database `old`, to copy it whole or to put another in its place.

    In no transaction, and other files may be attached: for our own statements only. The
    second value is the context that a checkpoint of `old` needs (`saved`).
    Raises what `warehouse` raises.
    """
    path = path.absolute()
    with turn(path, patience_s), private(), ExitStack() as held:
        con = connect_when_free(path, time.monotonic() + patience_s, _open_beside)
        try:
            yield con, partial(saved, path, held)
        finally:
            con.close()


@contextmanager
def copying(
    path: Path,
    copy: Path,
    patience_s: float,
) -> Iterator[DuckDBPyConnection]:
    """Open to read only as `juchu`, beside a new file `analytics` to write into.

    Names without a database are the new file's. It is written to disk when the block
    ends, in the form that DuckDB 1.4 reads, and is its owner's only.
    Raises WarehouseMissing where there is no warehouse, WarehouseOutOfReach where the
    new file cannot be made, and what `warehouse` raises.
    """
    path = path.absolute()
    give_up_at = time.monotonic() + patience_s
    require(path)
    with turn(path, patience_s):
        con = connect_when_free(path, give_up_at, partial(_open_to_copy, copy))
        try:
            _attach_copy(con, copy)
            give_key(con, path)
            con.begin()
            with room_for(copy):
                yield con
            with private(), room_for(copy):
                con.execute("COMMIT")
                con.execute("USE memory")
                con.execute("DETACH analytics")
        finally:
            con.close()


def _open_beside(path: Path) -> DuckDBPyConnection:
    """Attach the file; what spills is beside it, where the next session tidies up.

    DuckDB would put it into the folder that the process stands in.
    """
    con = duckdb.connect(config={**SETTINGS, "temp_directory": str(spill_of(path))})
    try:
        con.execute("PRAGMA disable_checkpoint_on_shutdown")
        SQL.run(con, "attach_old_file", {"path": str(path)})
    except BaseException:
        con.close()
        raise
    return con


def _open_to_read(place: Path, path: Path) -> DuckDBPyConnection:
    """Open read-only; what DuckDB spills or a statement writes is in `place`."""
    spill = str(place / "spill")
    con = duckdb.connect(
        path,
        read_only=True,
        config={**SETTINGS, "temp_directory": spill},
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
    con = duckdb.connect(":memory:", config={**SETTINGS, "temp_directory": spill})
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
        with private():
            con.execute(
                f"ATTACH {literal(copy)} AS analytics"
                f" (STORAGE_VERSION '{OLDEST_READER}', ROW_GROUP_SIZE {COPY_ROW_GROUP})"
            )
        con.execute("USE analytics")
    except duckdb.Error as exc:
        raise out_of_reach(copy) from exc
    locked(con)
