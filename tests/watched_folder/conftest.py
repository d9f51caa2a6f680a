import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from connectors.watched_folder import Download, waiting_downloads
from data.model.japan_time import JST

NOBODY = 65534
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=JST)


class Folder:
    """A watched folder of a test's own, and what is found in it."""

    def __init__(self, home: Path) -> None:
        self.root = home / "incoming"
        self.rejected = home / "rejected"
        self.root.mkdir()

    def put(self, place: str, content: bytes = b"x", *, age_s: float = 60) -> Path:
        """Write a file as if it were so many seconds ago."""
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written = (NOW - timedelta(seconds=age_s)).timestamp()
        os.utime(path, (written, written))
        return path

    def waiting(self, pause=lambda: None) -> list[Download]:
        return waiting_downloads(self.root, NOW, pause)

    def places(self, pause=lambda: None) -> list[tuple[str, str, list[str]]]:
        """List what waits: mall, shop and names of the files."""
        return [
            (each.mall, each.shop, [path.name for path in each.paths])
            for each in self.waiting(pause)
        ]

    def tree(self) -> list[str]:
        """List the path of every file there is."""
        home = self.root.parent
        return sorted(
            str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()
        )


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def anybody() -> Iterator[Folder]:
    """A folder watched by a user who may not read everything, as root may."""
    is_root = os.geteuid() == 0
    with TemporaryDirectory() as home:
        if is_root:
            os.chown(home, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield Folder(Path(home))
        finally:
            if is_root:
                os.seteuid(0)
