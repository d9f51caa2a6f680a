"""Files that staff upload on the desk, kept for a run until somebody confirms it.

    uploads/desk-<token>-1         the bytes as they came
    uploads/desk-<token>-1.given   the name that the person's machine gave, as text only
    uploads/desk-<token>.json      what was chosen, who did it, and the runs begun

The token is random and ours. No part of a path comes from a request: a token that is
not one of ours finds nothing. `keep-house` deletes all of it after a day, or after a
week where an import was begun that nobody saw end. The worker reads the file, so it
needs the same `JUCHU_HOME`.
"""

import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import IO, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from connectors.csv_file import GIVEN, display_name
from connectors.durable_write import replace_durably, write_new

PREFIX: Final = "desk-"
"""How the name of everything begins that belongs to an upload."""
TRACKING: Final = "tracking-"
"""How the name of a mall's tracking file begins; `export-tracking` writes it there."""
_TOKEN_LENGTH: Final = 32
_TOKEN: Final = re.compile(rf"[0-9a-f]{{{_TOKEN_LENGTH}}}")
_CHUNK: Final = 1 << 20


class TooLarge(Exception):
    """An upload has more bytes than allowed; nothing of it is kept."""


class Upload(BaseModel):
    """What is known of an upload beside its bytes.

    kind    what the person said it is: orders, shipments or stock
    choices what they chose beside it, by the name of the flow's parameter
    trial   the run that shows what the import would do
    booked  the run that imports it; "" until somebody confirms
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    token: str
    kind: str
    names: tuple[str, ...]
    choices: dict[str, str]
    who: str
    trial: str = ""
    booked: str = ""


class Uploads:
    """The uploads of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def keep(
        self,
        files: Iterable[tuple[str, IO[bytes]]],
        *,
        kind: str,
        choices: dict[str, str],
        who: str,
        most: int,
    ) -> Upload:
        """Store files under a new token, `most` bytes in all, for their owner only.

        Raises:
            TooLarge: there are more bytes; nothing is kept.
            OSError: they cannot be written; nothing is kept.

        """
        token = secrets.token_hex(16)
        names: list[str] = []
        try:
            for number, (name, content) in enumerate(files, start=1):
                path = self._part(token, number)
                write_new(path, _chunks(content, most))
                most -= path.stat().st_size
                names.append(display_name(name))
                write_new(path.with_name(path.name + GIVEN), [names[-1].encode()])
            upload = Upload(
                token=token, kind=kind, names=tuple(names), choices=choices, who=who
            )
            self.save(upload)
        except BaseException:
            self.remove(token)
            raise
        return upload

    def find(self, token: str) -> Upload | None:
        """Return the upload of a token; None for one that is unknown or over."""
        if not _TOKEN.fullmatch(token):
            return None
        try:
            return Upload.model_validate_json(self._record(token).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def save(self, upload: Upload) -> None:
        """Write what is known of an upload, in one step."""
        record = self._record(upload.token)
        replace_durably(record, upload.model_dump_json().encode())

    def paths(self, upload: Upload) -> list[Path]:
        """Return where the files are, absolute, in the order they were given."""
        count = len(upload.names)
        return [self._part(upload.token, number) for number in range(1, count + 1)]

    def is_whole(self, upload: Upload) -> bool:
        """Return whether its files are still there."""
        return all(path.is_file() for path in self.paths(upload))

    def waiting(self) -> list[tuple[Upload, datetime]]:
        """Return every upload whose files are there, and since when, oldest first."""
        found = []
        for record in self._folder.glob(f"{PREFIX}*.json"):
            upload = self.find(token_of(record))
            with suppress(FileNotFoundError):
                if upload and self.is_whole(upload):
                    first, *_ = self.paths(upload)
                    since = datetime.fromtimestamp(first.stat().st_mtime, UTC)
                    found.append((upload, since))
        return sorted(found, key=itemgetter(1))

    def drop_files(self, upload: Upload) -> None:
        """Delete the files of an upload; what is known of it stays for its page."""
        for path in self.paths(upload):
            path.unlink(missing_ok=True)
            path.with_name(path.name + GIVEN).unlink(missing_ok=True)

    def remove(self, token: str) -> None:
        """Delete everything of an upload; one of no such token is left as it is."""
        if _TOKEN.fullmatch(token):
            for path in self._folder.glob(f"{PREFIX}{token}*"):
                path.unlink(missing_ok=True)

    def _part(self, token: str, number: int) -> Path:
        return self._folder / f"{PREFIX}{token}-{number}"

    def _record(self, token: str) -> Path:
        return self._folder / f"{PREFIX}{token}.json"


def uploaded_files(folder: Path) -> Iterator[Path]:
    """Yield every file of the folder that belongs to an upload of the desk."""
    for begin in (PREFIX, f".{PREFIX}"):  # what a kill left of a record begins so
        for path in folder.glob(f"{begin}*"):
            if path.is_file() and not path.is_symlink():
                yield path


def token_of(path: Path) -> str:
    """Return the token in the name of an upload's file."""
    return path.name.removeprefix(PREFIX)[:_TOKEN_LENGTH]


def _chunks(content: IO[bytes], most: int) -> Iterator[bytes]:
    """Yield the content, or raise TooLarge with the first byte too many."""
    while chunk := content.read(_CHUNK):
        most -= len(chunk)
        if most < 0:
            raise TooLarge
        yield chunk
