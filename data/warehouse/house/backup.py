"""Back the warehouse up: a copy that was opened and checked before it counts.

    backup/juchu-20261128-030000.duckdb         the warehouse as of that moment
    backup/juchu-20261128-030000.duckdb.sha256  makes it count: written last
    backup/unchecked/                           a copy at work, or one that broke a rule

A sum file is as `sha256sum -c` reads it. Files are 0600, folders 0700. The key of the
hashes (`people.key`) is in no backup.
"""

import fcntl
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

from data.model.backup import backup_name, backup_time, is_dated_ahead, kept_backups
from data.warehouse.errors import BackupRefused
from data.warehouse.half_made import removed_on_error
from data.warehouse.house.safety_copy import copy_file, sync, wal_of
from data.warehouse.instance import connect
from data.warehouse.invariants import Violation, violations
from data.warehouse.session import holding

SUM: Final = ".sha256"
UNCHECKED: Final = "unchecked"
LEFT_BEHIND: Final = timedelta(hours=24)
"""A half-made file that old belongs to a process that is no more."""
_PART: Final = ".part"
_HALF: Final = ("", ".wal", SUM, _PART, SUM + _PART)
_NAMED: Final = len("juchu-20261128-030000.duckdb")


class Backup(NamedTuple):
    """What came of a backup: it counts if no rule shows damage in it."""

    file: Path
    size: int
    broken: tuple[Violation, ...]

    @property
    def counts(self) -> bool:
        """Whether it can be restored."""
        return not any(each.is_damage for each in self.broken)


def back_up(path: Path, folder: Path, at: datetime, patience_s: float = 30) -> Backup:
    """Copy the warehouse, open the copy, check every invariant, and let it count.

    The warehouse is held for as long as its files take to copy. A whole one that breaks
    a rule stays in `unchecked/` in the place of an older such one; one that could not
    be made is removed, so that there is room for orders.

    Raises:
        WarehouseClosed: the warehouse did not open.
        BackupRefused: there is no room, or the folder cannot be written; the copy could
            not be opened and read; or somebody else is making one in this folder.

    """
    unchecked = folder / UNCHECKED
    try:
        with _alone(folder), removed_on_error(unchecked):
            copy = _emptied(unchecked) / backup_name(at)
            with holding(path, patience_s) as (_con, held):
                for source, target in ((path, copy), (wal_of(path), wal_of(copy))):
                    with suppress(FileNotFoundError):
                        copy_file(source, target, held)
            broken = tuple(_checked(copy))
            made = Backup(copy, copy.stat().st_size, broken)
            if made.counts:
                _let_count(copy, folder)
    except OSError as exc:
        raise BackupRefused(
            f"バックアップを {folder} に作成できませんでした({exc.strerror})。"
            "対処: フォルダーの書き込みの権限と、ディスクの空き容量を確認し、"
            "keep-house をもう一度実行してください。"
        ) from exc
    file = folder / copy.name if made.counts else copy
    return made._replace(file=file, size=file.stat().st_size)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep a second backup out of the folder: each begins by emptying `unchecked/`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        handle = os.open(folder, os.O_RDONLY)
        stack.callback(os.close, handle)  # and with it the lock, however we end
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupRefused(
                f"{folder} にほかの処理がバックアップを作成しています。"
                "対処: 必要ありません。先の処理の結果を確認してください。"
            ) from None
        yield


def _checked(copy: Path) -> list[Violation]:
    """Write the copy's WAL into it, open it anew, and return the rules it breaks."""
    try:
        with ExitStack() as stack:
            con = connect(copy)
            stack.callback(con.close)
            con.execute("CHECKPOINT")
        with ExitStack() as stack:
            con = connect(copy)
            stack.callback(con.close)
            return violations(con)
    except duckdb.Error as exc:
        raise BackupRefused(
            f"バックアップ {copy} を開いて確認できませんでした。"
            "対処: ディスクの空き容量を確認し、keep-house をもう一度実行してください。"
        ) from exc


def _let_count(copy: Path, folder: Path) -> None:
    file = copy.replace(folder / copy.name)
    with removed_on_error(file):
        sync(folder)
        _write_sum(file)
    shutil.rmtree(copy.parent)


def _write_sum(file: Path) -> None:
    """Write the file's sum beside it, whole or not at all."""
    made = file.with_name(file.name + SUM + ".part")
    with removed_on_error(made):
        made.touch(mode=0o600)
        made.write_text(f"{sha256_of(file)}  {file.name}\n", encoding="ascii")
        with made.open("rb") as written:
            os.fsync(written.fileno())
        made.replace(file.with_name(file.name + SUM))
    sync(file.parent)


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def is_whole(file: Path) -> bool:
    """Return whether a file still has the bytes that its sum was made of."""
    try:
        told = file.with_name(file.name + SUM).read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return False
    return bool(told) and told[0] == sha256_of(file)


def backups(folder: Path) -> dict[datetime, Path]:
    """Return the backups that count by their times, the youngest first."""
    found = {
        made_at: file
        for file in folder.glob("juchu-*.duckdb")
        if (made_at := backup_time(file.name))
        and file.with_name(file.name + SUM).exists()
    }
    return dict(sorted(found.items(), reverse=True))


def copy_backup(file: Path, folder: Path) -> Path:
    """Copy a backup to another folder and read it back; one that fails is removed.

    Raises:
        BackupRefused: what was read there is not what was written.
        OSError: the folder cannot be written.

    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / file.name
    made = target.with_name(target.name + ".part")
    made.unlink(missing_ok=True)
    sums = [each.with_name(each.name + SUM) for each in (file, target)]
    with removed_on_error(made, sums[1], target):
        with ExitStack() as held:
            copy_file(file, made, held)
        made.replace(target)
        sync(folder)
        _write_sum(target)
        told, there = (each.read_text(encoding="ascii") for each in sums)
        if there != told:
            raise BackupRefused(
                f"{target} が元のバックアップと一致しません。"
                "対処: コピー先のディスクを確認してください。"
            )
    return target


def delete_old_backups(
    folder: Path, daily: int, weekly: int, at: datetime, *, clock_is_right: bool
) -> list[Path]:
    """Delete the backups that are over the numbers to keep, and return them.

    What a killed run left half made, half copied or half deleted goes after a day.
    Where the clock is known to be right, so does one that a fast clock dated ahead,
    once there is another: it would outlive its term until that day.
    """
    known = backups(folder)
    ahead = {made for made in known if clock_is_right and is_dated_ahead(made, at)}
    kept: Collection[datetime] = kept_backups(
        known.keys() - ahead or known, daily, weekly
    )
    gone = [file for made_at, file in known.items() if made_at not in kept]
    for file in gone:
        file.with_name(file.name + SUM).unlink()
        file.unlink()
    _delete_uncounted(folder, at - LEFT_BEHIND)
    return gone


def _delete_uncounted(folder: Path, before: datetime) -> None:
    """Delete backups without a sum and sums without a backup, last written before."""
    for each in folder.glob("juchu-*.duckdb*"):
        name, rest = each.name[:_NAMED], each.name[_NAMED:]
        if backup_time(name) and rest in _HALF:
            whole = [each.with_name(name), each.with_name(name + SUM)]
            counts = not rest.endswith(_PART) and all(one.exists() for one in whole)
            if not counts and each.stat().st_mtime < before.timestamp():
                each.unlink()


def _emptied(folder: Path) -> Path:
    """Make the folder of the copy at work; what a killed run left there goes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder
