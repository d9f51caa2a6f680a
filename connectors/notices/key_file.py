"""The key file: hashes of the shops' keys; our tasks write it, the receiver reads it.

So the receiver works while Prefect, where the keys are, is down. The file holds no key.
"""

import logging
import os
import secrets
import stat
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from connectors.notices.keys import KnownShop, NoticeKeys, Salt
from connectors.notices.spool import make_folder
from data.model.order import Frozen

KEY_FILE: Final = "receiver-keys.json"
"""Its name in JUCHU_HOME."""
_LARGEST: Final = 1_000_000

log = logging.getLogger(__name__)


class KeyFile(Frozen):
    """The file's content."""

    version: Literal[1] = 1
    shops: tuple[KnownShop, ...]


def save_keys(
    path: Path, shops: Sequence[NoticeKeys], salt: Salt = secrets.token_bytes
) -> bool:
    """Write the file whole, 0600, or leave it alone if nothing changed; say which.

    Raises OSError when it cannot be written; the old file then stands.
    """
    if _stands_for(path, shops):
        return False
    content = KeyFile(shops=tuple(KnownShop.of(shop, salt) for shop in shops))
    make_folder(path.parent)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content.model_dump_json(indent=1).encode())
            file.flush()
            os.fsync(number)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return True


def _stands_for(path: Path, shops: Sequence[NoticeKeys]) -> bool:
    try:
        file, _ = _read(path)
    except (OSError, ValidationError):
        return False
    return len(file.shops) == len(shops) and all(
        known.is_made_of(shop) for known, shop in zip(file.shops, shops, strict=True)
    )


class KeyRing:
    """Every shop the receiver speaks with: those given and those in the key file.

    The file is read again whenever it changes. One that cannot be read leaves what was
    known; one that is gone takes its shops with it.
    """

    def __init__(self, path: Path, given: Sequence[KnownShop] = ()) -> None:
        self._path = path
        self._given = tuple(given)
        self._filed: tuple[KnownShop, ...] = ()
        self._seen: tuple[int, ...] | None = None
        self._lock = threading.Lock()

    def shops(self) -> tuple[KnownShop, ...]:
        """Give every shop known now; costs one look at the file's date."""
        try:
            seen = _signs(self._path.lstat())
        except OSError:
            seen = None
        if seen != self._seen:
            with self._lock:
                self._read_again(seen)
        return (*self._given, *self._filed)

    def _read_again(self, seen: tuple[int, ...] | None) -> None:
        if seen is None:
            self._filed = ()
            log.warning("the key file is gone: shops known only by it accept nothing")
        else:
            try:
                file, status = _read(self._path)
            except (OSError, ValidationError) as error:
                log.error(  # noqa: TRY400 - a trace would quote the file
                    "the key file cannot be read (%s); what was known stays",
                    type(error).__name__,
                )
            else:
                self._filed = file.shops
                seen = _signs(status)
                log.info("key file read: %d shops", len(file.shops))
                if stat.S_IMODE(status.st_mode) & 0o077:
                    log.warning("the key file is open to others; make it 0600")
        self._seen = seen


def _signs(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _read(path: Path) -> tuple[KeyFile, os.stat_result]:
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(number, "rb") as file:
        return KeyFile.model_validate_json(file.read(_LARGEST)), os.fstat(number)
