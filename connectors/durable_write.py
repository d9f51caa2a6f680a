"""Files for their owner only (0600), written durably: whole, or not at all.

Neither a power cut nor a kill leaves a name on no content, or a part of a file under a
name that others look for. What a kill leaves has a name of its own, which ends with
`.half`, and `keep-house` deletes it.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

HALF: Final = ".half"
"""How the name of a file ends that is being written, or that a kill left so."""


def write_new(path: Path, content: Iterable[bytes]) -> None:
    """Write a file that is not there yet; its folder is made if need be.

    Raises FileExistsError over another file, OSError where it cannot be written, and
    whatever `content` raises; no part of the file is then left.
    """
    with _half_of(path, content) as half:
        _name_new(half, path)
    try:
        _sync(path.parent)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def replace_durably(path: Path, content: bytes) -> None:
    """Put a file in the place of the one of that name, or of a link of that name.

    Raises OSError when it cannot be written; the old file then stands.
    """
    with _half_of(path, [content]) as half:
        half.replace(path)
    with suppress(OSError):  # it stands; after a power cut it may be the old one
        _sync(path.parent)


@contextmanager
def _half_of(path: Path, content: Iterable[bytes]) -> Iterator[Path]:
    """Write a file beside its place; what the block leaves of that one is removed."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(HALF, f".{path.name}.", path.parent)
    try:
        try:
            _fill(number, content)
        except OSError as error:  # of a full disk names no file
            error.filename = error.filename or f"{path}"
            raise
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _name_new(half: Path, path: Path) -> None:
    """Give the file its name, in one step, unless another has it.

    Raises:
        FileExistsError: another file has that name.

    """
    try:
        path.hardlink_to(half)
    except FileExistsError:
        raise
    except OSError:  # a share may know no second names
        if os.path.lexists(path):
            raise FileExistsError(f"{path}") from None
        half.rename(path)


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
