"""Move a settled download out of the watched folder; a refused one with the reason.

A name from outside is kept only while it is harmless on every system the folder may
be shared with; else, and where the name is taken, the file is called by its content.
"""

import hashlib
import os
import re
import shutil
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Final

from connectors.incoming import DONE, Download
from connectors.mall_csv.order_file import display_name

_LONGEST: Final = 200
"""Bytes of a name: file systems take 255, and the reason's name is longer."""
_HARMFUL: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f]|^[.~-]|[. ]$')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_ENDINGS: Final = frozenset({".csv", ".txt", ".tsv", ".zip"})


def put_into_done(download: Download, incoming: Path) -> None:
    """Move the imported files to `incoming/done/`; nothing there is overwritten."""
    for path in download.paths:
        _move(path, incoming / DONE)


def put_into_rejected(
    download: Download, rejected: Path, reason: str, now: datetime
) -> None:
    """Move the refused files and write beside each why it was, in Japanese."""
    for path in download.paths:
        target = _move(path, rejected)
        _write(
            _reason_of(target),
            f"取り込まなかったファイル (refused): {display_name(path.name)}\n"
            f"モール (mall): {download.mall or '?'}"
            f" / 店舗 (shop): {download.shop or '?'}\n"
            f"日時 (when): {now:%Y-%m-%d %H:%M}\n\n"
            f"理由 (why): {reason}\n\n"
            "このファイルからは1行も取り込んでいません。対処のあと、正しいファイルを"
            " incoming/<モール>/<店舗>/ に置いてください。\n"
            "(Nothing of this file was imported.)\n",
        )


def harmless_name(name: str) -> str | None:
    """The name as every system can keep it, or None if some could be harmed by it."""
    plain = unicodedata.normalize("NFC", name)
    is_harmless = (
        display_name(name) == plain
        and len(plain.encode()) <= _LONGEST
        and not _HARMFUL.search(plain)
        and not _DEVICES.match(plain)
    )
    return plain if is_harmless else None


def _move(source: Path, folder: Path) -> Path:
    """Move a file under a name that is free, or replace the same content."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    plain = harmless_name(source.name)
    target = folder / (plain or "")
    if plain is None or any(map(os.path.lexists, (target, _reason_of(target)))):
        target = folder / _name_by_content(source, plain)
        target.unlink(missing_ok=True)  # the same file came again
    shutil.move(source, target)
    return target


def _reason_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.txt")


def _name_by_content(source: Path, plain: str | None) -> str:
    named = Path(plain or "file")
    ending = source.suffix.lower() if source.suffix.lower() in _ENDINGS else ""
    return f"{named.stem}-{_digest(source)[:16]}{ending}"


def _digest(path: Path) -> str:
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(number, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(text.encode("utf-8-sig"))  # so that old Windows editors show it
