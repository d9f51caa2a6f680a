"""Files in the house's folders that tell of a person: found by their bytes, removed.

Exports of malls, what was refused of them, and label files hold names and addresses of
many people. A file that tells of one of them is removed whole: what it brought is in
the warehouse, and labels can be exported again.

A file is searched as far as it can be read, and no damage ends the search: many files
in `rejected/` are there because they are damaged. What is packed otherwise than a zip
is, and a zip within a zip, cannot be read here.
"""

import os
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from connectors.personal_traces import TextTest, plain_texts, tests_for
from data.model.buyer import Traces

BLOCK: Final = 8 * 1024 * 1024
"""Bytes looked at in one go, and as many more as their last line has."""
LARGEST: Final = 64 * BLOCK
"""Bytes looked at of what a zip holds: a small zip may unpack without end."""
LONGEST_HEADER: Final = 64 * 1024
"""Bytes of a first line that names columns."""
BEGIN: Final = 8
"""Bytes by which a packed file is known."""
_PACKED: Final = re.compile(
    rb"PK\x03\x04|7z\xbc\xaf|\x1f\x8b|BZh[1-9]|\xfd7zXZ|\x28\xb5\x2f\xfd|Rar!|MSCF"
    rb"|..-l[hz][0-9a-z]-|%PDF-|\xd0\xcf\x11\xe0",
    re.DOTALL,
)
"""Archives (LHA by its third byte), PDF, and old files of Office, whose numbers are no
text: searched as they stand they would seem to tell of nobody."""
REASON: Final = ".txt"
"""What the name of a refused file's reason ends with (connectors/watched_folder.py)."""


@dataclass(frozen=True)
class Searched:
    """The files that tell of a person, and those that could not be read whole."""

    telling: tuple[Path, ...]
    unread: tuple[Path, ...]


class UnreadError(Exception):
    """The rest of a file cannot be read."""


def files_telling_of(folders: Iterable[Path], traces: Traces) -> Searched:
    """Return the regular files under the folders that hold one of the traces.

    In whatever encoding and also within a zip. No link is followed. What tells in the
    part that could be read counts, and then the file is not among the unread.
    """
    tests = tests_for(traces)
    telling: list[Path] = []
    unread: list[Path] = []
    for folder in folders:
        for path in _files(folder, unread):
            faults: list[UnreadError] = []
            if any(_tells(each, tests) for each in _contents(path, faults)):
                telling.append(path)
            elif faults:
                unread.append(path)
    return Searched(tuple(telling), tuple(unread))


def remove(path: Path) -> None:
    """Remove a file and the reason that stands beside a refused one."""
    path.unlink(missing_ok=True)
    path.with_name(path.name + REASON).unlink(missing_ok=True)


def _tells(content: bytes, tests: Iterable[TextTest]) -> bool:
    return any(test(text) for text in plain_texts(content) for test in tests)


def _files(folder: Path, unread: list[Path]) -> Iterator[Path]:
    """Yield the regular files; what cannot be listed or looked at counts as unread."""

    def note(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            unread.append(Path(error.filename))

    for where, folders, names in os.walk(folder, onerror=note):
        folders.sort()
        for name in sorted(names):
            path = Path(where, name)
            try:
                is_regular = stat.S_ISREG(path.lstat().st_mode)
            except FileNotFoundError:  # imported or deleted meanwhile
                continue
            except OSError:
                unread.append(path)
                continue
            if is_regular:
                yield path


def _contents(path: Path, faults: list[UnreadError]) -> Iterator[bytes]:
    """Yield what can be read of a file, then of what it holds if it is a zip."""
    try:
        with path.open("rb") as file:
            begin = file.read(BEGIN)
            is_zip = begin.startswith(b"PK") or path.suffix.lower() == ".zip"
            file.seek(0)
            yield from _blocks(file)
        if is_zip or zipfile.is_zipfile(path):
            yield from _members(path, faults)
        elif _PACKED.match(begin):
            faults.append(UnreadError())
    except FileNotFoundError:
        return
    except (OSError, UnreadError) as error:
        faults.append(UnreadError(error))


def _members(path: Path, faults: list[UnreadError]) -> Iterator[bytes]:
    """Yield the contents of a zip's members, one after the other.

    Raises:
        UnreadError: it has no list of members that can be read.

    """
    try:
        packed = zipfile.ZipFile(path)
    except Exception as error:
        raise UnreadError(error) from error
    with packed:
        for member in packed.infolist():
            try:
                with packed.open(member) as file:
                    begin = file.read(BEGIN)
                    file.seek(0)
                    yield from _blocks(file, LARGEST)
                if _PACKED.match(begin):
                    faults.append(UnreadError())
            except Exception as error:  # noqa: BLE001 - zlib, lzma, bz2, a password, …
                faults.append(UnreadError(error))


def _blocks(file: IO[bytes], most: int | None = None) -> Iterator[bytes]:
    """Yield a file in blocks of whole lines, each behind the file's first line.

    Raises:
        UnreadError: it has more than so many bytes.

    """
    read, header = 0, b""
    while block := file.read(BLOCK):
        block += file.readline(BLOCK)
        yield header + block
        header = header or block[: block.find(b"\n", 0, LONGEST_HEADER) + 1]
        read += len(block)
        if most and read >= most:
            raise UnreadError
