"""A file knows which move of its home it is of, and a move marks what it leaves."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from data.model.japan_time import JST
from data.warehouse.errors import HomeMoved, WarehouseBusy
from data.warehouse.home_epochs import (
    HomeEpoch,
    handed_over,
    latest_epoch,
    refuse_other_epoch,
)
from data.warehouse.session import warehouse

AT = datetime(2026, 7, 1, 9, tzinfo=JST)
HERE = HomeEpoch("h1", 1, "host-a")
THERE = HomeEpoch("h1", 2, "host-b")


def opened(path: Path, epoch: HomeEpoch, patience_s: float = 30) -> None:
    with warehouse(path, patience_s) as con:
        refuse_other_epoch(con, epoch, AT)


def test_a_move_marks_the_file_left_behind_and_the_copy(path: Path, tmp_path: Path):
    opened(path, HERE)
    opened(path, HERE)
    with handed_over(path, THERE, AT, 1):
        copy = Path(shutil.copy(path, tmp_path / "copy.duckdb"))
        with pytest.raises(WarehouseBusy):
            opened(path, HERE, patience_s=0.2)

    opened(copy, THERE)
    for stale in (path, copy):
        with pytest.raises(HomeMoved, match="世代 2 ですが、今の世代は 1 です"):
            opened(stale, HERE)


def test_a_move_that_does_not_come_off_leaves_the_home_as_it_was(path: Path):
    opened(path, HERE)
    with pytest.raises(OSError, match="no room"), handed_over(path, THERE, AT, 1):
        raise OSError("no room")

    assert latest_epoch(path) == 1
    opened(path, HERE)


def test_a_file_of_before_the_move_or_of_another_home_is_refused(path: Path):
    with pytest.raises(HomeMoved, match="世代 0 ですが、今の世代は 2 です"):
        opened(path, THERE)
    opened(path, HERE)
    with pytest.raises(HomeMoved, match="ホーム h1 のもので"):
        opened(path, HomeEpoch("h2", 1, "host-a"))
