"""The spool: notices durable on disk before Rakuten is answered, kept until settled.

    spool/notices.sqlite   what waits, and what was settled in the last 14 days
    spool/bell             touched after each commit that adds a notice
    spool/damaged/         a broken spool file, set aside for a person to look at

SQLite in WAL mode with `synchronous=FULL`: COMMIT returns after fsync. Several
processes share the file: the receiver writes, the drain reads and settles. Files are
0600, folders 0700 (ADR 11).
"""

import contextlib
import errno
import logging
import os
import sqlite3
import stat
import tempfile
import threading
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from connectors.folder_lock import alone_in
from connectors.notices import spool_before
from data.model.japan_time import in_japan
from data.model.notice import Notice, NoticeKind

KEPT_FOR: Final = timedelta(days=14)
"""How long a settled notice is kept: its repeat is recognised, a person can look."""
PATIENCE_S: Final = 5.0
"""How long a write waits for another process, which settles or trims a batch."""
AT_ONCE: Final = 5_000
"""Rows per transaction where there may be very many, so that nobody waits for long."""
LEFT_BEHIND: Final = timedelta(hours=1)
"""A half-made file that old belongs to a process that is no more."""

_VERSION: Final = 1
_TABLES: Final = """
PRAGMA journal_mode = WAL;
BEGIN;
CREATE TABLE notices (
    arrival      INTEGER PRIMARY KEY,
    notice_key   TEXT NOT NULL UNIQUE,
    shop_id      TEXT NOT NULL,
    order_number TEXT,
    kind         TEXT NOT NULL,
    subject      TEXT,
    received_us  INTEGER NOT NULL CHECK (typeof(received_us) = 'integer'),
    settled_us   INTEGER,
    unreadable   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX waiting ON notices (received_us, shop_id)
    WHERE settled_us IS NULL AND unreadable = 0;
CREATE INDEX settled ON notices (settled_us) WHERE settled_us IS NOT NULL;
PRAGMA user_version = 1;
COMMIT;
"""
_KEEP: Final = """
INSERT INTO notices
    (notice_key, shop_id, order_number, kind, subject, received_us)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (notice_key) DO NOTHING
"""
_KEEP_WHAT_FITS: Final = _KEEP.replace("INSERT", "INSERT OR IGNORE")
"""The same of rows of a damaged file: one that breaks a rule keeps no other out."""
_OLDEST: Final = """
SELECT arrival, notice_key, shop_id, order_number, kind, subject, received_us
FROM notices
WHERE settled_us IS NULL AND unreadable = 0 AND (?1 IS NULL OR shop_id = ?1)
ORDER BY received_us
LIMIT ?2
"""
_STATE: Final = """
SELECT count(*), min(received_us) FROM notices
WHERE settled_us IS NULL AND unreadable = 0 AND (?1 IS NULL OR shop_id = ?1)
"""
_SETTLE: Final = """
UPDATE notices SET settled_us = ? WHERE notice_key = ? AND settled_us IS NULL
"""
_HAND_OUT_AGAIN: Final = "UPDATE notices SET settled_us = NULL WHERE settled_us >= ?"
_TRIM: Final = """
DELETE FROM notices WHERE arrival IN
    (SELECT arrival FROM notices WHERE settled_us < ? LIMIT ?)
"""
_MARK_UNREADABLE: Final = "UPDATE notices SET unreadable = 1 WHERE arrival = ?"
_STILL_READABLE: Final = """
SELECT notice_key, shop_id, order_number, kind, subject, received_us
FROM notices NOT INDEXED WHERE settled_us IS NULL
"""
_BROKEN: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

_Row = tuple[Any, ...]

log = logging.getLogger(__name__)


class SpoolFailed(Exception):
    """The spool could not be read or written: no room, no right, or a broken disk.

    Nothing may be acknowledged. `reason` is the word of SQLite or of the system for it,
    e.g. SQLITE_FULL or EACCES.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"通知の保存先 spool/ を読み書きできません [{reason}]。"
            "対処: ディスクの空き容量と spool/ の権限を確認し、spool/damaged/ に"
            "ファイルがあれば docs/receiver.md を見てください。"
        )


class Kept(NamedTuple):
    """How many notices were added to the spool, and how many were in it already."""

    new: int
    repeated: int


class SpoolState(NamedTuple):
    """How many notices wait, and since when the oldest."""

    depth: int
    oldest: datetime | None


class _NotOursError(sqlite3.DatabaseError):
    """A file without our tables, e.g. an empty one: SQLite would call it a new file."""

    sqlite_errorcode = sqlite3.SQLITE_NOTADB
    sqlite_errorname = "SQLITE_NOTADB"


@dataclass(eq=False)
class _Message:
    """The rows of one message, and how many of them were new once it is durable."""

    rows: list[_Row]
    new: int | None = None


class Spool:
    """The notices received and not yet settled. Safe in many threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "notices.sqlite"
        self._bell = folder / "bell"
        self._damaged = folder / "damaged"
        self._one_thread = threading.Lock()
        self._queue: list[_Message] = []
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._closing: weakref.finalize[..., Any] | None = None

    def keep(self, notices: Iterable[Notice]) -> Kept:
        """Insert the notices in one durable transaction, or raise SpoolFailed.

        One that is here already, waiting or settled, is a repeat and changes nothing.
        Once this returns, neither a kill nor a power cut takes a notice back. Messages
        that come while another is being written share the next transaction.
        """
        rows = {notice.notice_key: _row(notice) for notice in notices}
        message = _Message([*rows.values()])
        self._queue.append(message)
        try:
            with self._using(create=True) as con:
                if message.new is None:
                    self._commit(con)
        finally:
            self._queue.remove(message)
        new = message.new or 0
        return Kept(new, len(rows) - new)

    def waiting(self, limit: int, shop_id: str | None = None) -> list[Notice]:
        """Return the oldest waiting notices, oldest first; [] only when there are none.

        A row that is no notice is marked `unreadable`, stays, and holds up no other.
        """
        with self._using() as con:
            while rows := con.execute(_OLDEST, (shop_id, limit)).fetchall():
                read = [_notice(row[1:]) for row in rows]
                bad = [row[:1] for row, one in zip(rows, read, strict=True) if not one]
                if bad:
                    _write(con, _MARK_UNREADABLE, bad)
                    log.error(
                        "%d rows of the spool are no notices: unreadable", len(bad)
                    )
                if len(bad) < len(rows):
                    return [notice for notice in read if notice]
        return []

    def settle(self, notices: Iterable[Notice], now: datetime) -> None:
        """Mark notices as recorded elsewhere: they are never returned again.

        Call it after the commit there. A notice settled before keeps its time.
        """
        self.settle_keys((notice.notice_key for notice in notices), now)

    def settle_keys(self, notice_keys: Iterable[str], now: datetime) -> None:
        """Mark notices as recorded elsewhere, by their keys; see `settle`."""
        at = _microseconds(now)
        with self._using() as con:
            _write(con, _SETTLE, [(at, key) for key in notice_keys])

    def hand_out_again(self, since: datetime) -> None:
        """Reopen the notices that were settled since then.

        For a warehouse that was restored from before that moment.
        """
        with self._using() as con:
            _write(con, _HAND_OUT_AGAIN, [(_microseconds(since),)])

    def depth(self, shop_id: str | None = None) -> int:
        """Return how many notices wait."""
        return self.state(shop_id).depth

    def state(self, shop_id: str | None = None) -> SpoolState:
        """Return how many notices wait, and when the oldest was received."""
        with self._using() as con:
            depth, oldest = con.execute(_STATE, (shop_id,)).fetchone()
        return SpoolState(depth, None if oldest is None else _moment(oldest))

    def sweep(self, now: datetime) -> int:
        """Delete what was settled 14 days ago, and half-made files; return the rows."""
        before = _microseconds(now - KEPT_FOR)
        trimmed = 0
        with self._using() as con:
            while many := _write(con, _TRIM, [(before, AT_ONCE)]):
                trimmed += many
            for half_made in self._folder.glob(".new.*"):
                if half_made.lstat().st_mtime < (now - LEFT_BEHIND).timestamp():
                    half_made.unlink(missing_ok=True)
        return trimmed

    def probe(self) -> None:
        """Commit a write that concerns no notice, or raise SpoolFailed."""
        with self._using(create=True) as con:
            con.execute(f"PRAGMA user_version = {_VERSION}")

    def _commit(self, con: sqlite3.Connection) -> None:
        """Write every message in the queue in one transaction, and ring the bell."""
        batch = [each for each in self._queue.copy() if each.new is None]
        added = []
        with _transaction(con):
            for message in batch:
                before = con.total_changes
                con.executemany(_KEEP, message.rows)
                added.append(con.total_changes - before)
        self._refuse_if_moved()
        if any(added):
            self._ring()
        for message, new in zip(batch, added, strict=True):
            message.new = new

    def _refuse_if_moved(self) -> None:
        if self._identity() != self._opened:
            raise OSError(errno.ESTALE, "the file was moved away meanwhile")

    @contextlib.contextmanager
    def _using(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        """Yield the connection to one thread; any trouble closes it and is SpoolFailed.

        A file that SQLite calls broken is set aside; the next caller finds a whole one.
        """
        with self._one_thread:
            try:
                yield self._connected(create=create)
            except (sqlite3.Error, OSError) as error:
                self._close()
                if isinstance(error, sqlite3.Error) and _is_broken(error):
                    self._set_file_aside()
                raise SpoolFailed(_word(error)) from error
            except BaseException:
                self._close()
                raise

    def _connected(self, *, create: bool) -> sqlite3.Connection:
        """Return a connection to the file that is there now.

        Without a file to read, the connection is to an empty spool in memory.
        """
        there = self._identity()
        if self._connection and there == self._opened and (there or not create):
            return self._connection
        self._close()
        if there is None and (create or spool_before.is_in(self._folder)):
            make_folder(self._folder)
            with alone_in(self._folder):
                self._create(())
            there = self._identity()
        self._opened = there
        con = _connect(self._file if there else None)
        self._connection, self._closing = con, weakref.finalize(self, con.close)
        if there is None:
            con.executescript(_TABLES)
        else:
            self._open(con)
        return con

    def _open(self, con: sqlite3.Connection) -> None:
        (version,) = con.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise OSError(errno.EPROTONOSUPPORT, "made by a later version")
        if version < _VERSION:
            raise _NotOursError
        # A writer killed between write and fsync leaves a commit that can be read here
        # and that a power cut would still take back: its repeat must not count on it.
        with contextlib.suppress(FileNotFoundError):
            _sync(self._file.with_name(f"{self._file.name}-wal"))
        _sync(self._folder)
        self._take_over(con)

    def _create(self, rows: Iterable[_Row]) -> None:
        """Build the file under another name first, so that it is never half made.

        The caller is alone in the folder. A file that is there already stays.
        """
        if self._file.exists():
            return
        number, name = tempfile.mkstemp(dir=self._folder, prefix=".new.")
        os.close(number)
        try:
            with contextlib.closing(_connect(Path(name))) as con:
                con.executescript(_TABLES)
                _write(con, _KEEP_WHAT_FITS, rows)
            Path(name).rename(self._file)
        except BaseException:
            for path in self._folder.glob(f"{Path(name).name}*"):
                path.unlink()
            raise
        self._ring()

    def _identity(self) -> tuple[int, int] | None:
        """Return which file stands under our name; links are refused."""
        # Only looked at: to open and close it would drop the locks that SQLite holds on
        # it for other connections of this process.
        try:
            status = self._file.lstat()
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.ELOOP, "the spool is not a plain file")
        return status.st_dev, status.st_ino

    def _close(self) -> None:
        if self._closing:
            self._closing()
        self._connection = self._closing = None

    def _ring(self) -> None:
        """Touch the bell; without it a notice is late, not lost."""
        try:
            self._bell.touch(mode=0o600)
        except OSError as error:
            log.warning("the bell could not be touched: %s", _word(error))

    def _set_file_aside(self) -> None:
        """Move a broken file to damaged/; begin another with what it still gives."""
        log.error("the spool's file is damaged and is moved to damaged/")
        try:
            with alone_in(self._folder):
                if self._identity() != self._opened:
                    return  # another process has done so
                rows = _still_readable(self._file)
                make_folder(self._damaged)
                aside = Path(tempfile.mkdtemp(dir=self._damaged))
                # The log first: a new file must never meet the old one's.
                for ending in ("-wal", "-shm", ""):
                    path = self._file.with_name(self._file.name + ending)
                    with contextlib.suppress(FileNotFoundError):
                        path.rename(aside / path.name)
                self._create(rows)
            log.error("%d waiting notices were read from the damaged file", len(rows))
        except (sqlite3.Error, OSError) as error:
            log.error("the damaged file could not be moved: %s", _word(error))  # noqa: TRY400 - says it all

    def _take_over(self, con: sqlite3.Connection) -> None:
        """Insert what a spool of the version before left in this folder."""
        if spool_before.is_in(self._folder):
            with alone_in(self._folder):
                for notices in spool_before.taken_over(self._folder, AT_ONCE):
                    if _write(con, _KEEP, map(_row, notices)):
                        self._ring()


def make_folder(folder: Path) -> None:
    """Make the folder and those above it, 0700, so that they survive a power cut."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        try:
            _sync(folder.parent)
        except OSError:
            with contextlib.suppress(OSError):
                folder.rmdir()  # so that the next writer tries again
            raise


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _connect(file: Path | None) -> sqlite3.Connection:
    con = sqlite3.connect(
        f"file:{quote(str(file))}?mode=rw" if file else ":memory:",
        uri=file is not None,
        timeout=PATIENCE_S,
        isolation_level=None,
        check_same_thread=False,
    )
    con.execute("PRAGMA synchronous = FULL")  # the default of a build may be less
    # Of damage within a text SQLite says nothing; to decode it may not fail, but make a
    # row that is no notice, which holds up no other.
    con.text_factory = partial(str, encoding="utf-8", errors="replace")
    return con


def _write(con: sqlite3.Connection, statement: str, rows: Iterable[_Row]) -> int:
    """Run the statement for each row in one transaction; return the rows changed."""
    with _transaction(con):
        before = con.total_changes
        con.executemany(statement, rows)
        return con.total_changes - before


@contextlib.contextmanager
def _transaction(con: sqlite3.Connection) -> Iterator[None]:
    """Commit when the block ends well; after an error the connection is closed."""
    con.execute("BEGIN IMMEDIATE")
    yield
    con.execute("COMMIT")


def _still_readable(file: Path) -> list[_Row]:
    """Return the waiting rows up to the first place that SQLite cannot read."""
    rows: list[_Row] = []
    with contextlib.suppress(sqlite3.Error), contextlib.closing(_connect(file)) as con:
        rows.extend(con.execute(_STILL_READABLE))
    return rows


def _row(notice: Notice) -> _Row:
    return (
        notice.notice_key,
        notice.shop_id,
        notice.order_number,
        notice.kind,
        notice.subject,
        _microseconds(notice.received_at),
    )


def _notice(row: _Row) -> Notice | None:
    """Return the row as a notice; None when it is none."""
    try:
        key, shop_id, order_number, kind, subject, received_us = row
        return Notice(
            notice_key=key,
            shop_id=shop_id,
            order_number=order_number,
            kind=NoticeKind(kind),
            subject=subject,
            received_at=_moment(received_us),
        )
    except (ValueError, TypeError, OverflowError):
        return None


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(microseconds: int) -> datetime:
    return in_japan(_EPOCH + microseconds * _MICROSECOND)


def _is_broken(error: sqlite3.Error) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _BROKEN


def _word(error: sqlite3.Error | OSError) -> str:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", "SQLITE_ERROR")
    return errno.errorcode.get(error.errno or 0, "EIO")
