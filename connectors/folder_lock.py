"""A folder that one process works in at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait for the folder's lock and hold it; a kill releases it.

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
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield number
    finally:
        os.close(number)
