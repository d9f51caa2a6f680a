"""Save the warehouse's file before it is rewritten in place; put it back after a kill.

A transaction only adds to the WAL and to blocks the file does not use yet. A checkpoint
rewrites blocks in place, and a process killed within one of those writes leaves a file
that does not open. So file and WAL are copied first, into `juchu.duckdb.saved`, and the
folder goes when the file is whole again. Whoever opens the file and finds the folder
knows that a process died in between, and puts the copies back. Nothing is committed
while the folder is there, so they hold all that was (ADR 22).

A restore ends in the same way. File and WAL cannot be replaced in one step, and the one
without the other is another warehouse: so the new file is first put beside, by one
rename, and whoever opens the old one puts it in that place.

    juchu.duckdb.saved/          complete: file, WAL; its being there is the sign
    juchu.duckdb.saved.part/     being made or being removed; means nothing
    juchu.duckdb.restored/       complete: what a restore puts in the file's place
    juchu.duckdb.repaired        made by putting back, until a session has recorded it
"""

import errno
import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from data.warehouse.half_made import removed_on_error

log = logging.getLogger("juchu.warehouse")

_CHUNK: Final = 1 << 20


def wal_of(path: Path) -> Path:
    """Return where DuckDB keeps the file's write-ahead log."""
    return path.with_name(path.name + ".wal")


def saved_of(path: Path) -> Path:
    """Return the folder of the copies; while it is there, they are the truth."""
    return path.with_name(path.name + ".saved")


def restored_of(path: Path) -> Path:
    """Return the folder of what a restore puts in place; while there, the truth."""
    return path.with_name(path.name + ".restored")


def is_unfinished(path: Path) -> bool:
    """Return whether something is to be put in the file's place before it is opened."""
    return saved_of(path).is_dir() or restored_of(path).is_dir()


def repaired_of(path: Path) -> Path:
    """Return the empty file that was last changed when the copies were put back."""
    return path.with_name(path.name + ".repaired")


def wal_size(path: Path) -> int:
    """Return the length of the file's WAL in bytes."""
    try:
        return wal_of(path).stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def saved(path: Path, held: ExitStack) -> Iterator[None]:
    """Have copies of file and WAL on disk for as long as the block rewrites the file.

    A block that fails leaves them, like a kill. `held` closes after the connection:
    closing a handle to the file would drop the lock that DuckDB has on it.

    Raises:
        OSError: the copies could not be made; the block was not entered.

    """
    part = _part_of(path)
    _remove(part)
    with removed_on_error(part):
        part.mkdir(mode=0o700)
        for each in (path, wal_of(path)):
            with suppress(FileNotFoundError):
                copy_file(each, part / each.name, held)
        sync(part)
        part.rename(saved_of(path))
        sync(path.parent)
    yield
    discard(path)


def discard(path: Path) -> None:
    """Remove the copies, because the file is whole without them."""
    part = _part_of(path)
    _remove(part)
    with suppress(FileNotFoundError):
        saved_of(path).rename(part)
        sync(path.parent)
    _remove(part)


def put_back(path: Path) -> bool:
    """End what a process died in: put copies back, or what it restored in its place.

    Returns whether there was anything to end. A kill while this works changes nothing:
    the next one begins it anew.

    Raises:
        BlockingIOError: another process has the file, and may be at work on it.
        OSError: the disk did not allow it; the copies are still there.

    """
    if not is_unfinished(path):
        return False
    number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        # The kind of lock that DuckDB takes: it refuses the file to everybody else.
        fcntl.lockf(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(number), path.stat()):  # just replaced
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN), f"{path}")
        if restored_of(path).is_dir():
            put_restored(path)
            told = "途中で停止した復元を、最後まで行いました"
        elif saved_of(path).is_dir():
            _write_over(number, saved_of(path) / path.name)
            _put_back_wal(path)
            sync(path.parent)
            repaired_of(path).touch(mode=0o600)
            discard(path)
            told = "書き込みの途中で停止したため、直前の状態に戻しました"
        else:
            return False
    finally:
        os.close(number)
    log.warning(
        "%s: %s。保存済みの内容は失われていません。対処: 必要ありません。", path, told
    )
    return True


def put_restored(path: Path) -> None:
    """Put what was restored in the file's place; the caller holds the file's lock."""
    for old in (repaired_of(path), wal_of(path)):
        old.unlink(missing_ok=True)
    with suppress(FileNotFoundError):  # a kill came between this and the next step
        (restored_of(path) / path.name).replace(path)
    sync(path.parent)
    _remove(restored_of(path))


def _put_back_wal(path: Path) -> None:
    wal = wal_of(path)
    kept = saved_of(path) / wal.name
    if not kept.exists():
        wal.unlink(missing_ok=True)
        return
    new = _part_of(path)
    _remove(new)
    with removed_on_error(new), ExitStack() as held:
        new.mkdir(mode=0o700)
        copy_file(kept, new / wal.name, held)
        (new / wal.name).replace(wal)


def _part_of(path: Path) -> Path:
    return path.with_name(path.name + ".saved.part")


def _remove(folder: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


def copy_file(source: Path, target: Path, held: ExitStack) -> None:
    """Copy a file to a new one, 0600 and synced; the source is closed with `held`.

    Raises:
        OSError: there is no room for it, which is seen before a byte is written, or
            one of the two cannot be read or written.

    """
    number = os.open(source, os.O_RDONLY)
    held.callback(os.close, number)
    new = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        if os.fstat(number).st_size > shutil.disk_usage(target.parent).free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"{target}")
        _pour(number, new)
        os.fsync(new)
    finally:
        os.close(new)


def _write_over(number: int, source: Path) -> None:
    """Overwrite an open file with what the source holds."""
    kept = os.open(source, os.O_RDONLY)
    try:
        os.lseek(number, 0, os.SEEK_SET)
        _pour(kept, number)
        os.ftruncate(number, os.fstat(kept).st_size)
        os.fsync(number)
    finally:
        os.close(kept)


def _pour(source: int, target: int) -> None:
    at = 0
    while chunk := os.pread(source, _CHUNK, at):
        at += len(chunk)
        while chunk:
            chunk = chunk[os.write(target, chunk) :]


def sync(path: Path) -> None:
    """Have a file's content, or the names in a folder, survive a power cut."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
