"""Who looked at which order's people or took a file of them: `looks/YYYY-MM.jsonl`.

A line is added, and none is ever changed; `keep-house` deletes the file of a month
whose days are over. Readable by its owner only.
"""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path


def record_look(
    folder: Path, at: datetime, who: str, order: tuple[str, str, str]
) -> None:
    """Add a line, on disk before anything is shown.

    Raises:
        OSError: it could not be written; then nothing may be shown.

    """
    named = dict(zip(("mall", "shop_id", "order_number"), order, strict=True))
    _add(folder, at, who, named)


def record_download(folder: Path, at: datetime, who: str, file: str) -> None:
    """Add a line for a file with people's data that somebody downloads.

    Raises OSError as `record_look` does.
    """
    _add(folder, at, who, {"file": file})


def _add(folder: Path, at: datetime, who: str, what: Mapping[str, str]) -> None:
    look = {"at": at.isoformat(timespec="seconds"), "who": who, **what}
    line = f"{json.dumps(look, ensure_ascii=False)}\n".encode()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{at:%Y-%m}.jsonl"
    with open(path, "a+b", opener=_private) as file:
        file.write(line if _is_ended(file.fileno()) else b"\n" + line)
        file.flush()  # a disk that fills in the middle takes a part, and then says so
        os.fsync(file.fileno())


def _is_ended(file: int) -> bool:
    """Return whether the last line is whole; a full disk cuts one in the middle."""
    size = os.fstat(file).st_size
    return not size or os.pread(file, 1, size - 1) == b"\n"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
