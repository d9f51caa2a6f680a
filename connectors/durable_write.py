"""Files for their owner only (0600), written durably: whole, or not at all.

A power cut leaves neither a name on no content nor a part of a file under a name that
others look for.
"""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write_new(path: Path, content: Iterable[bytes]) -> None:
    """Write a file that is not there yet; its folder is made if need be.

    Raises FileExistsError over another file, OSError where it cannot be written, and
    whatever `content` raises; no part of the file is then left.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _fill(number, content)
        _sync(path.parent)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def replace_durably(path: Path, content: bytes) -> None:
    """Put a file in the place of the one of that name, or of a link of that name.

    Raises OSError when it cannot be written; the old file then stands.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        _fill(number, [content])
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    with suppress(OSError):  # it stands; after a power cut it may be the old one
        _sync(path.parent)


def _fill(number: int, content: Iterable[bytes]) -> None:
    with os.fdopen(number, "wb") as file:
        for chunk in content:
            file.write(chunk)
        file.flush()
        os.fsync(number)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
