"""A folder or file that one process works in at a time; a kill releases its lock."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait for the folder's lock and hold it.

    The lock is the folder itself, so that no file is left behind by it.

    Raises:
        OSError: there is no such folder, or it cannot be opened.

    """
    with _opened(folder) as number:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield


def is_in_use(folder: Path) -> bool:
    """Return whether anybody holds the folder's lock, in this process or another.

    Raises:
        OSError: there is no such folder, or it cannot be opened.

    """
    with _opened(folder) as number:
        return is_locked(number)


def takes_lock(number: int) -> bool:
    """Take the lock of an open file until it is closed; False where it is held."""
    return _flock(number, fcntl.LOCK_EX)


def is_locked(number: int) -> bool:
    """Return whether anybody else holds the lock of an open file or folder.

    Those who only ask do not keep each other out.
    """
    if not _flock(number, fcntl.LOCK_SH):
        return True
    fcntl.flock(number, fcntl.LOCK_UN)
    return False


def _flock(number: int, how: int) -> bool:
    try:
        fcntl.flock(number, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield number
    finally:
        os.close(number)
