"""A file with people's data in it: for its owner only, and never over another one."""

import os
from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """Write a new file, mode 0600, in a folder made for its owner if it is not there.

    Raises OSError, FileExistsError among them, with nothing of it left behind.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            path.unlink()
            raise
