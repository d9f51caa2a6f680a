"""The files behind `analytics.duckdb`: a link to the newest of several versions.

Each copy has a folder of its own, `analytics/<when>-<stamp>/analytics.duckdb`, and is
never written again once the link shows it. DuckDB follows the link before it opens or
makes a file (1.5 and later), so what a client writes, its WAL included, stays beside
the version that it opened: no WAL ever meets another file. A version is removed when
nobody has it open.

The stamp says of which state of the warehouse a copy is.
"""

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from grp import getgrnam
from pathlib import Path
from typing import Final

from data.warehouse.errors import WarehouseOutOfReach
from data.warehouse.half_made import removed_on_error

FILE: Final = "analytics.duckdb"
KEPT: Final = timedelta(minutes=10)
"""How long a version stays that a newer one has replaced: a client may be about to
open what the link showed it."""
OF_OTHERS: Final = 0o007
_WHEN: Final = "%Y%m%dT%H%M%S.%f%z"
_UNFINISHED: Final = ".new"


def stamp(warehouse: Path) -> int:
    """Return what changes with every commit: when the WAL or the file was written.

    It rises, unless the clock was set back. Of a file that a fast clock dated the WAL
    alone tells: each commit is in it until a checkpoint empties it. Returns 0 where
    there is no file.
    """
    wal = warehouse.with_name(f"{warehouse.name}.wal")
    for file in (wal, warehouse):
        with suppress(FileNotFoundError):
            found = file.stat()
            if found.st_size:
                return found.st_mtime_ns
    return 0


def is_due(warehouse: Path, link: Path) -> bool:
    """Return whether the warehouse has changed since the copy behind the link."""
    return stamp(warehouse) not in {0, stamp_of(link)}


def stamp_of(link: Path) -> int | None:
    """Return the state of the warehouse that the link's copy is of; None for none."""
    if not link.is_symlink() or not link.exists():
        return None
    _, _, written = link.readlink().parent.name.rpartition("-")
    return int(written) if written.isdecimal() else None


@contextmanager
def new_version(link: Path, at: datetime, of: int, group: str) -> Iterator[Path | None]:
    """Yield a path to write the next version to; the link shows it after the block.

    One writer at a time. None where another one has just published that state, or a
    later one; one dated later than now is of a clock that was ahead. After an error the
    link shows what it showed before, and what was made of the new version is removed.
    The group may read the copy, and nothing else of the home.

    Raises:
        WarehouseOutOfReach: a folder cannot be written, or not be given to the group.

    """
    folder = link.with_suffix("")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _one_writer(folder):
            shown = stamp_of(link) or 0
            if shown == of or of < shown <= at.timestamp() * 1e9:
                yield None
                return
            _remove_unfinished(folder)
            name = f"{at.strftime(_WHEN)}-{of}"
            own = folder / f"{name}{_UNFINISHED}"
            version = folder / name
            with removed_on_error(own, version):
                own.mkdir(mode=0o700)
                yield own / FILE
                _give_to(group, link.parent, folder, own)
                own.replace(version)
                _show(link, version / FILE)
            _remove_replaced(folder, name, at)
    except OSError as error:
        raise WarehouseOutOfReach(
            f"分析用データベース {link} を作成できません({error.strerror})。"
            "対処: フォルダーの有無、書き込みの権限、ディスクの空き容量、"
            "JUCHU_ANALYTICS_GROUP のグループを確認してください。"
        ) from error


def remove_replaced(link: Path, at: datetime) -> None:
    """Remove versions that are old and that nobody has open, without making a new one.

    A version made before a buyer was forgotten still tells that buyer again.
    """
    folder = link.with_suffix("")
    if link.is_symlink() and folder.is_dir():
        with _one_writer(folder):
            _remove_replaced(folder, link.readlink().parent.name, at)


@contextmanager
def _one_writer(folder: Path) -> Iterator[None]:
    lock = os.open(folder / ".lock", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _give_to(group: str, home: Path, folder: Path, own: Path) -> None:
    """Allow the group to read the copy, and to pass through the folders it stands in.

    The home can be passed through but not listed, and its files stay the owner's.
    """
    if not group:
        return
    gid = getgrnam(group).gr_gid
    _close_to_others(home)
    for path, mode in (
        (home, 0o710),
        (folder, 0o750),
        (own, 0o750),
        (own / FILE, 0o640),
    ):
        os.chown(path, -1, gid)
        path.chmod(mode)


def _close_to_others(home: Path) -> None:
    """Take away what others may do with what stands in the home, its door by now.

    Staff make the folders of `incoming/`, and a copy of a file has the rights of the
    first. A link leads elsewhere, and what is not ours we may not change.
    """
    for each in home.iterdir():
        with suppress(PermissionError, FileNotFoundError):
            found = each.lstat().st_mode
            if found & OF_OTHERS and not stat.S_ISLNK(found):
                each.chmod(stat.S_IMODE(found) & ~OF_OTHERS)


def _show(link: Path, version: Path) -> None:
    """Point the link at the version, in one step.

    A WAL beside the link is one of DuckDB 1.4 or older, which does not follow the link
    for it; it belongs to the copy before.
    """
    link.with_name(f"{link.name}.wal").unlink(missing_ok=True)
    beside = link.with_name(f".{link.name}")
    beside.unlink(missing_ok=True)
    beside.symlink_to(version.relative_to(link.parent))
    beside.replace(link)


def _remove_unfinished(folder: Path) -> None:
    """Remove what a killed writer left; the lock says that nobody writes it."""
    for left in folder.glob(f"*{_UNFINISHED}"):
        shutil.rmtree(left)


def _remove_replaced(folder: Path, shown: str, at: datetime) -> None:
    """Remove versions that are old, or dated ahead, and that nobody has open."""
    for version in folder.iterdir():
        when, _, _ = version.name.rpartition("-")
        if version.name == shown or not version.is_dir():
            continue
        with suppress(ValueError):  # somebody's own folder
            made_at = datetime.strptime(when, _WHEN)  # noqa: DTZ007 - has %z
            if abs(at - made_at) < KEPT:
                continue
            if not _is_open(version / FILE):
                shutil.rmtree(version)


def _is_open(file: Path) -> bool:
    """Return whether a DuckDB client has the file open: each locks it."""
    try:
        with file.open("r+b") as opened:
            fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
