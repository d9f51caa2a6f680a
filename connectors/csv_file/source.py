"""The bytes of one file: a plain file, or the only file inside a zip; never more.

Limits (reliability.md §4.4): 2 GiB plain, so that 1,000,000 Rakuten lines of about
1.4 KB pass; 50 MB out of a zip, counted while unpacking, at most 100 times its size.
A member's name decides nothing but whether it is a CSV, and is never used as a path.
"""

import hashlib
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final

from connectors.csv_file.refusal import DOWNLOAD_AGAIN, CsvRefused, Position

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


class Source:
    """One opened file; `chunks` gives its CSV's bytes, hashed on a second core."""

    def __init__(self, path: Path, file: IO[bytes], pool: Executor) -> None:
        self.path = path
        self._file = file
        self._pool = pool
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def digest(self) -> bytes:
        """SHA-256 of the bytes once all were given; of a zip's content, not the zip."""
        return self._hash.digest()

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes in order, or refuse an empty, oversized or broken file."""
        self._file.seek(0)
        self._hash = hashlib.sha256()
        self.size = 0
        is_zip = self._file.read(2) == _ZIP_MAGIC
        self._file.seek(0)
        hashed: Future[None] | None = None
        for chunk in self._unpacked() if is_zip else self._plain():
            if hashed is not None:
                hashed.result()
            hashed = self._pool.submit(self._hash.update, chunk)
            self.size += len(chunk)
            yield chunk
        if hashed is None:
            raise CsvRefused(
                "empty",
                "ファイルが空(0バイト)です。",
                advice=DOWNLOAD_AGAIN,
                english="the file has 0 bytes",
            )
        hashed.result()

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
        except _BROKEN_ZIP as error:
            raise CsvRefused(
                "broken-zip",
                "zipファイルが壊れているか、パスワード付きです。",
                advice="zipを展開し、中のCSVファイルをそのまま取り込んでください。",
                english=f"the zip cannot be read ({type(error).__name__})",
            ) from None


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Open a regular file, following no link, or refuse it."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        number = os.open(path, flags)
    except (OSError, ValueError):
        raise _unopened() from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise _unopened()
    # The thread ends with the file, not with whoever drops a half-read `chunks`.
    with (
        os.fdopen(number, "rb", buffering=0) as file,
        ThreadPoolExecutor(1, thread_name_prefix="mall-csv-hash") as pool,
    ):
        yield Source(path, file, pool)


def _only_csv(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not _is_finder_noise(member.filename)
    ]
    if len(members) != 1 or not members[0].filename.lower().endswith(ENDINGS):
        raise CsvRefused(
            "zip-content",
            "zipファイルの中身は、CSVファイル1つだけでなければなりません。",
            advice="CSVファイルを1つだけ入れたzipにするか、CSVのまま取り込んでください。",
            english="the zip must hold exactly one .csv, .txt or .tsv file",
        )
    return members[0]


def _is_finder_noise(name: str) -> bool:
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name == ".DS_Store"


def _too_big(limit: int) -> CsvRefused:
    return CsvRefused(
        "too-big",
        f"ファイルが大きすぎます(上限 {limit:,} バイト)。",
        advice="期間を短くしてダウンロードし、分けて取り込んでください。",
        english=f"more than {limit} bytes of CSV",
        position=Position(byte=limit),
    )


def _unopened() -> CsvRefused:
    return CsvRefused(
        "not-a-file",
        "ファイルを開けません。",
        advice="ファイルの場所と名前を確かめてください。リンクやフォルダは使えません。",
        english="not a regular file that can be opened",
    )
