"""The bytes of one file: a plain file, or the only CSV inside a zip.

Limits: 2 GiB plain, so that 1,000,000 Rakuten rows of about 1.4 KB pass; out of a zip
50 MB and 100 times the zipped size, counted while unpacking. A name in the zip decides
nothing but whether it is a CSV, and is never used as a path.
"""

import errno
import hashlib
import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final

from connectors.csv_file.refusal import CsvRefused, Position

CHUNK: Final = 1 << 20
MOST_PLAIN: Final = 2 << 30
MOST_ZIPPED: Final = 50_000_000
MOST_RATIO: Final = 100
ENDINGS: Final = (".csv", ".txt", ".tsv")

_ZIP_MAGIC: Final = b"PK"
_BROKEN_ZIP: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # a compression this Python lacks
    RuntimeError,  # encrypted
    OSError,
    ValueError,
    UnicodeError,
)
_NO_FILE: Final = frozenset(
    {
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.ENAMETOOLONG,
        errno.EINVAL,
        errno.ELOOP,  # a link
        errno.ENXIO,  # a socket
        errno.ENODEV,
    }
)
"""Why a path that is no regular file cannot be opened; the rest may pass."""
_LONGEST_NAME: Final = 120
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of characters that are invisible or turn a text around."""


GIVEN: Final = ".given"
"""What the name of the file ends with that tells under which name a file was given."""
_LONGEST_GIVEN: Final = 4096
"""Bytes of a given name that are read."""


def given_name(path: Path) -> str:
    """Return the name under which a person gave the file, safe to show.

    An upload stands under a name of ours, and `<its name>.given` beside it has the
    person's (`connectors.uploads`); any other file has its own.
    """
    try:
        with path.with_name(path.name + GIVEN).open("rb") as beside:
            given = beside.read(_LONGEST_GIVEN).decode(errors="replace")
    except (OSError, ValueError):
        given = path.name
    return display_name(given)


def display_name(name: str) -> str:
    """Return a file's name safe to show: no folder, control or direction character."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in last if unicodedata.category(c) not in _UNSEEN).strip()
    if len(shown) > _LONGEST_NAME:
        shown = f"{shown[: _LONGEST_NAME - 1]}…"
    return shown or "(名前なし)"


class CsvSource:
    """One opened file. `advice` is what a refusal of its bytes tells staff to do."""

    def __init__(
        self, path: Path, file: IO[bytes], pool: Executor, advice: str
    ) -> None:
        self.path = path
        self.advice = advice
        self.size = 0
        """Bytes of CSV read so far."""
        self._file = file
        self._pool = pool
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> bytes:
        """SHA-256 of the bytes once all were read; of a zip's content, not the zip."""
        return self._hash.digest()

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes in order; refuse an empty, oversized or broken file.

        They are hashed on a second core meanwhile.
        """
        self._hash = hashlib.sha256()
        self.size = 0
        is_zip = self._begins() == _ZIP_MAGIC
        hashed: Future[None] | None = None
        for chunk in self._readable(self._unpacked() if is_zip else self._plain()):
            if hashed is not None:
                hashed.result()
            hashed = self._pool.submit(self._hash.update, chunk)
            self.size += len(chunk)
            yield chunk
        if hashed is None:
            raise CsvRefused("empty", "ファイルが空です(0バイト)。", advice=self.advice)
        hashed.result()

    def _begins(self) -> bytes:
        """Return the first two bytes; reading begins before them again."""
        with self._reading():
            self._file.seek(0)
            begin = self._file.read(2)
            self._file.seek(0)
            return begin

    def _readable(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        with self._reading():
            yield from chunks

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Raise what a disk or network that gives up raises, with what to do about it.

        It stays an OSError: the file itself is not refused, and may be tried again.
        """
        try:
            yield
        except OSError as problem:
            raise OSError(
                f"ファイル {display_name(self.path.name)} を最後まで読み取れません"
                f"({problem.strerror or problem})。何も取り込んでいません。"
                "対処: ファイルをこのマシンにコピーして、もう一度取り込んでください。"
            ) from None

    def _plain(self) -> Iterator[bytes]:
        while chunk := self._file.read(CHUNK):
            if self.size + len(chunk) > MOST_PLAIN:
                raise _too_big(MOST_PLAIN)
            yield chunk

    def _unpacked(self) -> Iterator[bytes]:
        try:
            with zipfile.ZipFile(self._file) as archive:
                member = _only_csv(archive)
                most = min(MOST_ZIPPED, MOST_RATIO * max(member.compress_size, 1))
                if member.file_size > most:  # as declared; a lie is counted below
                    raise _too_big(most)
                with archive.open(member) as content:
                    while chunk := content.read(CHUNK):
                        if self.size + len(chunk) > most:
                            raise _too_big(most)
                        yield chunk
        except _BROKEN_ZIP:
            self._file.seek(0)
            while self._file.read(CHUNK):  # a disk that gives up says so here
                pass
            raise CsvRefused(
                "broken-zip",
                "zipファイルが壊れているか、パスワードが付いています。",
                advice="zipを展開し、中のCSVファイルをそのまま取り込んでください。",
            ) from None


@contextmanager
def opened(path: Path, advice: str) -> Iterator[CsvSource]:
    """Open a regular file, following no link, or refuse it.

    One that is there and cannot be opened now is not refused, and may be tried again.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        number = os.open(path, flags)
    except ValueError:
        raise _not_opened(path) from None
    except OSError as problem:
        if problem.errno in _NO_FILE:
            raise _not_opened(path) from None
        raise OSError(
            f"ファイル {display_name(path.name)} を開けません({problem.strerror})。"
            "何も取り込んでいません。対処: ファイルの権限と、ほかのソフトで開いたままに"
            "なっていないかを確認して、もう一度取り込んでください。"
        ) from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise _not_opened(path)
    # The thread ends with the file, not with whoever drops a half-read `chunks`.
    with (
        os.fdopen(number, "rb", buffering=0) as file,
        ThreadPoolExecutor(1, thread_name_prefix="csv-file-hash") as pool,
    ):
        yield CsvSource(path, file, pool, advice)


def _only_csv(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not _is_finder_noise(member.filename)
    ]
    if len(members) != 1 or not members[0].filename.lower().endswith(ENDINGS):
        raise CsvRefused(
            "zip-content",
            "zipファイルの中身が、CSVファイル1つだけではありません。",
            advice="CSVファイルを1つだけ入れたzipにするか、CSVのまま取り込んでください。",
        )
    return members[0]


def _is_finder_noise(name: str) -> bool:
    """Return whether the macOS Finder added the entry by itself."""
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name == ".DS_Store"


def _too_big(limit: int) -> CsvRefused:
    return CsvRefused(
        "too-big",
        f"ファイルが大きすぎます(上限 {limit:,} バイト)。",
        advice="期間を短くしてダウンロードし、分けて取り込んでください。",
        position=Position(byte=limit),
    )


def _not_opened(path: Path) -> CsvRefused:
    return CsvRefused(
        "not-a-file",
        f"ファイルを開けません({_why_not_opened(path)})。",
        advice="ファイルの場所と名前を確認してください。"
        f"相対パスは {Path.cwd()} が起点です。リンクとフォルダーは取り込めません。",
    )


def _why_not_opened(path: Path) -> str:
    if path == Path():
        return "パスが入力されていません"
    name = display_name(path.name)
    try:
        if path.is_symlink():
            return f"{name} はリンクです"
        if path.is_dir():
            return f"{name} はフォルダーです"
        if not path.exists():
            return f"{name} が見つかりません"
    except (OSError, ValueError):  # a name longer than any, or with a NUL
        return f"{name} が見つかりません"
    return f"{name} を読み取る権限がないか、通常のファイルではありません"
