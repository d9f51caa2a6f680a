"""A file that a kill left half written has no name that others look for, and goes."""

import errno
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.durable_write import HALF, replace_durably, write_new
from connectors.prefect_env import FILE
from tasks.desk.labels import label_files
from tasks.house.trim import trim_files
from tests.support.dies_at import Point, die_at
from tests.support.forked import Forked

LABELS = "labels-yamato-20261127-083000-000001.csv"
BEFORE_IT_STANDS = Point("connectors/durable_write.py", "half.replace(path)")


def half_of_a_file() -> Iterator[bytes]:
    yield b"x" * 99_999
    os.kill(os.getpid(), signal.SIGKILL)


def half_write(path: Path) -> None:
    write_new(path, half_of_a_file())


def half_replace(path: Path) -> None:
    die_at(BEFORE_IT_STANDS)
    replace_durably(path, b"after")


def test_half_a_file_of_labels_is_offered_to_nobody(tmp_path: Path):
    """The carrier's program took it, and the parcels behind its end got no label."""
    killed = Forked(half_write, tmp_path / LABELS)
    killed.communicate()

    assert killed.returncode == -9
    assert label_files(tmp_path, datetime.now(UTC)) == []
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".")
    assert left.stat().st_mode & 0o777 == 0o600


NAMES = (
    FILE,
    "lake-places.json",
    "backup/copied-to",
    f"labels/{LABELS}",
    "pace/demo-order.slow",
    "rejected/orders.csv.txt",
    "uploads/tracking-amazon-20261127-083000-000001.txt",
    "uploads/desk-0123.json",
)


def test_what_kills_left_of_a_file_goes_after_a_day(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    """One with the login of before, and one a kill, stayed for good."""
    monkeypatch.setenv("JUCHU_HOME", str(home))
    for write in (half_write, half_replace):
        for name in NAMES:
            Forked(write, home / name).communicate()
    left = halves(home)
    assert len(left) == 2 * len(NAMES)
    assert {each.stat().st_mode & 0o777 for each in left} == {0o600}

    trim_files.fn()
    assert halves(home) == left
    for each in left:
        os.utime(each, (each.stat().st_mtime - 90_000,) * 2)
    trim_files.fn()
    assert halves(home) == []


@pytest.mark.parametrize(
    "name", ["juchu.duckdb.rewritten", "juchu.duckdb.rewritten.wal"]
)
def test_a_rewrite_that_was_killed_takes_no_room_for_good(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    """A young shop has nothing to clear for months, and with it nothing to rewrite."""
    monkeypatch.setenv("JUCHU_HOME", str(home))
    left = home / name
    left.write_bytes(b"x")
    trim_files.fn()
    assert left.exists()
    os.utime(left, (left.stat().st_mtime - 90_000,) * 2)
    trim_files.fn()
    assert not left.exists()


def halves(home: Path) -> list[Path]:
    return [*home.rglob(f"*{HALF}")]


def test_a_new_file_is_written_where_no_second_name_can_be_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As on a share of Windows, where staff may have labels put."""

    def refused(*_given: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "hardlink_to", refused)
    write_new(tmp_path / "a.csv", [b"first"])
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "a.csv", [b"second"])

    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"first"
