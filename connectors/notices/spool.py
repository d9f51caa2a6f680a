"""Notices on disk: from Rakuten's hands into a file, from the file into the warehouse.

    spool/shop-123456/<notice_key>.json   waits
    spool/tmp/                            being written; swept when an hour old
    spool/damaged/                        could not be read back; for a person

A name is our own hash, never anything from outside. A file's date is the moment its
notice was received. Files are 0600, folders 0700 (reliability.md §2, §4.2).
"""

import contextlib
import errno
import heapq
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import ValidationError

from connectors.notices import disk
from data.model.notice import Notice

LEFT_BEHIND: Final = timedelta(hours=1)
"""A file in tmp/ that old belongs to a writer that is no more."""

_NAME: Final = re.compile(r"[0-9a-f]{64}\.json")
_LARGEST: Final = 10_000
"""Bytes of a notice's file; ours are some three hundred."""
_OURS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""Troubles of this process: they say nothing about a file."""
_PROBE: Final = b"probe" * 200

log = logging.getLogger(__name__)


class SpoolFull(Exception):
    """The notice is not on disk: no room, no right, or the disk failed.

    Nothing may be acknowledged. `reason` is the system's word for it, e.g. ENOSPC.
    """

    def __init__(self, error: OSError) -> None:
        self.reason = _word(error)
        super().__init__(f"the spool cannot be written: {self.reason}")


class Kept(NamedTuple):
    """How many notices are on disk now that were not, and how many already were."""

    new: int
    repeated: int


class SpoolState(NamedTuple):
    """How many wait, and since when the oldest."""

    depth: int
    oldest: datetime | None


_Waiting = tuple[int, str]
"""When it was received, in nanoseconds, and the path: sorted by arrival."""


class Spool:
    """The folder of notices received and not yet settled. Safe in many threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tmp = folder / "tmp"
        self._damaged = folder / "damaged"

    def keep(self, notices: Iterable[Notice]) -> Kept:
        """Have every notice on disk, so that no power cut loses it, or SpoolFull.

        A repeat writes nothing. After SpoolFull some of them may wait all the same:
        they were not acknowledged, will come again, and are recognised then.
        """
        finals = {self._path(notice): notice for notice in notices}
        written: list[tuple[Path, Path]] = []
        try:
            for final, notice in finals.items():
                if not final.exists():
                    written.append((self._write(notice), final))
            for temporary, final in written:
                temporary.rename(final)
            # For repeats as well: who wrote them may not have come this far yet.
            for folder in {final.parent for final in finals}:
                disk.sync_folder(folder)
        except OSError as error:
            for temporary, _ in written:
                disk.remove_if_there(temporary)
            raise SpoolFull(error) from error
        return Kept(len(written), len(finals) - len(written))

    def waiting(self, limit: int, shop_id: str | None = None) -> list[Notice]:
        """Give the oldest waiting notices, oldest first; [] only when none can be read.

        A file that cannot be read is moved to damaged/ and stands in nobody's way.
        """
        passed: set[str] = set()
        while True:
            files = self._files(shop_id)
            if passed:
                files = (each for each in files if each[1] not in passed)
            oldest = [path for _, path in heapq.nsmallest(limit, files)]
            read = [notice for path in oldest for notice in self._read(path)]
            if read or not oldest:
                return read
            passed.update(oldest)

    def remove(self, notices: Iterable[Notice]) -> None:
        """Let go of notices that are recorded elsewhere; those gone already are fine.

        Not synced: a file that comes back after a power cut is only a repeat.
        """
        for notice in notices:
            self._path(notice).unlink(missing_ok=True)

    def depth(self, shop_id: str | None = None) -> int:
        """Count what waits."""
        return sum(1 for _ in self._entries(shop_id))

    def oldest(self, shop_id: str | None = None) -> datetime | None:
        """Say when the oldest waiting notice was received."""
        return self.state(shop_id).oldest

    def state(self, shop_id: str | None = None) -> SpoolState:
        """Count and date what waits, in one look."""
        depth, oldest = 0, sys.maxsize
        for received_ns, _ in self._files(shop_id):
            depth += 1
            oldest = min(oldest, received_ns)
        return SpoolState(depth, disk.moment(oldest) if depth else None)

    def sweep(self, now: datetime) -> int:
        """Remove what writers left behind in tmp/ an hour ago; say how much."""
        old = (now - LEFT_BEHIND).timestamp()
        swept = 0
        for entry in disk.scan(self._tmp):
            with contextlib.suppress(FileNotFoundError):
                if entry.stat(follow_symlinks=False).st_mtime < old:
                    Path(entry.path).unlink()
                    swept += 1
        return swept

    def probe(self) -> None:
        """Write, sync and remove a file, or raise SpoolFull."""
        try:
            number, name = self._temporary("probe")
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(_PROBE)
                    file.flush()
                    os.fsync(number)
            finally:
                disk.remove_if_there(name)
        except OSError as error:
            raise SpoolFull(error) from error

    def _path(self, notice: Notice) -> Path:
        return self._shop_folder(notice.shop_id) / f"{notice.notice_key}.json"

    def _shop_folder(self, shop_id: str) -> Path:
        return self._folder / f"shop-{shop_id}"

    def _write(self, notice: Notice) -> Path:
        """Write a notice to tmp/ and sync it; give the file's name."""
        disk.make_folder(self._path(notice).parent)
        number, name = self._temporary(notice.notice_key)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(notice.model_dump_json().encode())
                file.flush()
                received_ns = disk.nanoseconds(notice.received_at)
                os.utime(number, ns=(received_ns, received_ns))
                os.fsync(number)
        except OSError:
            disk.remove_if_there(name)
            raise
        return name

    def _temporary(self, prefix: str) -> tuple[int, Path]:
        disk.make_folder(self._tmp)
        number, name = tempfile.mkstemp(dir=self._tmp, prefix=f"{prefix}.")
        return number, Path(name)

    def _entries(self, shop_id: str | None) -> Iterator["os.DirEntry[str]"]:
        folders = (
            [self._shop_folder(shop_id)]
            if shop_id is not None
            else [
                self._folder / entry.name
                for entry in disk.scan(self._folder)
                if entry.name.startswith("shop-")
            ]
        )
        for folder in folders:
            for entry in disk.scan(folder):
                if _NAME.fullmatch(entry.name):
                    yield entry

    def _files(self, shop_id: str | None) -> Iterator[_Waiting]:
        # No `suppress`, no second call: this is done a million times after a bad day.
        for entry in self._entries(shop_id):
            try:
                received_ns = entry.stat(follow_symlinks=False).st_mtime_ns
            except FileNotFoundError:  # settled meanwhile
                continue
            yield received_ns, entry.path

    def _read(self, path: str) -> Iterator[Notice]:
        try:
            number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(number, "rb") as file:
                notice = Notice.model_validate_json(file.read(_LARGEST))
            if str(self._path(notice)) == path:
                yield notice
                return
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno in _OURS:
                raise
        except ValidationError:
            pass
        self._set_aside(path)

    def _set_aside(self, path: str) -> None:
        name = Path(path).name
        log.error("a notice on disk cannot be read; moved to damaged/: %s", name)
        try:
            disk.make_folder(self._damaged)
            Path(path).replace(self._damaged / name)
        except OSError as error:
            log.warning("it could not be moved: %s", _word(error))


def _word(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "EIO")
