"""The few moves on disk that the spool is made of."""

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from data.model.japan_time import in_japan

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def make_folder(folder: Path) -> None:
    """Have the folder and those above it, 0700, and have them survive a power cut."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        try:
            sync_folder(folder.parent)
        except OSError:
            with contextlib.suppress(OSError):
                folder.rmdir()  # so that the next writer tries again
            raise


def sync_folder(folder: Path) -> None:
    """Have the names in the folder survive a power cut, or raise OSError."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def scan(folder: Path) -> Iterator["os.DirEntry[str]"]:
    """Go through a folder of any size without holding it; nothing if there is none."""
    try:
        entries = os.scandir(folder)
    except FileNotFoundError:
        return
    with entries:
        yield from entries


def remove_if_there(path: Path) -> None:
    """Remove a file on which nothing depends."""
    with contextlib.suppress(OSError):
        path.unlink()


def nanoseconds(moment: datetime) -> int:
    """Write a moment as a file's date, exactly."""
    return (moment - _EPOCH) // _MICROSECOND * 1000


def moment(nanoseconds_: int) -> datetime:
    """Read a file's date as a moment in Japan."""
    return in_japan(_EPOCH + nanoseconds_ // 1000 * _MICROSECOND)
