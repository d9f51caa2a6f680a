"""Files in the house's folders that tell of a person: found by their bytes, removed.

Exports of malls, what was refused of them, and label files hold names and addresses of
many people. A file that tells of one of them is removed whole: what it brought is in
the warehouse, and labels can be exported again.
"""

import stat
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

ENCODINGS: Final = ("utf-8", "cp932", "utf-16-le")
SHORTEST: Final = 8
"""Signs that a text must have to tell a person's file from others."""
LARGEST: Final = 50 * 1024 * 1024
"""Bytes looked at of a file, and of what a zip holds: what the import takes."""
REASON: Final = ".txt"
"""What the name of a refused file's reason ends with (connectors/watched_folder.py)."""


def files_telling_of(folders: Iterable[Path], traces: Iterable[str]) -> list[Path]:
    """Return the regular files under the folders that hold one of the texts.

    Hyphens mean nothing, in whatever encoding and also within a zip. Too short texts
    are left out: they would name other people's files. No link is followed.
    """
    wanted = {
        form for trace in traces if len(trace) >= SHORTEST for form in _forms(trace)
    }
    if not wanted:
        return []
    return [
        path
        for folder in folders
        for path in _files(folder)
        if any(form in content for content in _contents(path) for form in wanted)
    ]


def remove(path: Path) -> None:
    """Remove a file and the reason that stands beside a refused one."""
    path.unlink(missing_ok=True)
    path.with_name(path.name + REASON).unlink(missing_ok=True)


def _forms(trace: str) -> Iterator[bytes]:
    for encoding in ENCODINGS:
        try:
            yield _plain(trace.encode(encoding))
        except UnicodeEncodeError:
            continue


def _plain(content: bytes) -> bytes:
    return content.replace(b"-\x00", b"").replace(b"-", b"").lower()


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if stat.S_ISREG(path.lstat().st_mode):
            yield path


def _contents(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield _plain(file.read(LARGEST))
    try:
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                with packed.open(name) as member:
                    yield _plain(member.read(LARGEST))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return
