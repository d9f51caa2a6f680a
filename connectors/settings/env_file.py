"""`.env` as it is read everywhere: UTF-8, with or without the mark an editor puts."""

from pathlib import Path
from typing import Final

from dotenv import dotenv_values

ENCODING: Final = "utf-8-sig"
"""Of a file that Notepad saved, the first name would begin with an unseen mark."""


def env_file_values(file: Path, *, interpolate: bool = True) -> dict[str, str]:
    """Return what the file sets, blank values too; nothing where it is not there.

    Raises:
        UnicodeDecodeError: it is in another encoding.
        OSError: it cannot be read.

    """
    read = dotenv_values(file, interpolate=interpolate, encoding=ENCODING)
    return {name: value for name, value in read.items() if value is not None}
