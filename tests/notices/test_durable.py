"""Nothing is acknowledged that a power cut could take back.

A power cut cannot be had in a test; what can be seen is the order in which the disk is
asked: content synced, then named, then the folder with the name synced.
"""

import os
import stat
from pathlib import Path

import pytest

from connectors.notices import disk
from connectors.notices.spool import SpoolFull
from tests.notices.conftest import make_notice
from tests.support.notices import SHOP_ID, order_xml

NOTICES = [make_notice(n) for n in range(3)]


class Moves(list):
    """What the disk was asked for, in order; still asked for in earnest."""

    def __init__(self, monkeypatch) -> None:
        super().__init__()
        fsync, rename = os.fsync, os.rename

        def seen_fsync(number) -> None:
            fsync(number)
            path = Path(f"/proc/self/fd/{number}").readlink()
            is_folder = stat.S_ISDIR(os.fstat(number).st_mode)
            self.append(("sync folder" if is_folder else "sync file", path))

        def seen_rename(source, target) -> None:
            rename(source, target)
            self.append(("rename", Path(source)))
            self.append(("named", Path(target).parent))

        monkeypatch.setattr(os, "fsync", seen_fsync)
        monkeypatch.setattr(os, "rename", seen_rename)

    def are_safe(self) -> bool:
        """Every name was given to synced content, and synced itself afterwards."""
        renamed = [(n, path) for n, (what, path) in enumerate(self) if what == "rename"]
        named = [(n, path) for n, (what, path) in enumerate(self) if what == "named"]
        return (
            bool(renamed)
            and all(("sync file", path) in self[:n] for n, path in renamed)
            and all(("sync folder", path) in self[n:] for n, path in named)
        )


@pytest.fixture
def moves(monkeypatch):
    return Moves(monkeypatch)


def test_content_then_name_then_folder_are_synced(spool, moves):
    spool.keep(NOTICES)

    assert moves.are_safe()


def test_no_name_is_given_before_all_of_a_message_is_written(spool, moves):
    spool.keep(NOTICES)
    asked = [what for what, _ in moves if what in ("sync file", "rename")]

    assert asked == ["sync file"] * 3 + ["rename"] * 3


def test_a_repeat_syncs_the_name_its_writer_may_not_have_synced_yet(spool, moves):
    spool.keep(NOTICES)
    moves.clear()
    spool.keep(NOTICES)

    assert moves == [("sync folder", spool._folder / f"shop-{SHOP_ID}")]


def test_a_new_folder_is_synced_into_the_one_above(spool, moves):
    spool.keep(NOTICES)

    assert ("sync folder", spool._folder) in moves
    assert ("sync folder", spool._folder.parent) in moves


@pytest.mark.parametrize("damage", ["no folder sync", "no file sync", "late file sync"])
def test_a_planted_haste_is_caught(spool, monkeypatch, damage):
    spool.keep([make_notice(9)])
    moves = Moves(monkeypatch)
    if damage == "no folder sync":
        monkeypatch.setattr(disk, "sync_folder", lambda _: None)
    else:
        fsync = os.fsync
        monkeypatch.setattr(
            os,
            "fsync",
            lambda number: (
                fsync(number) if stat.S_ISDIR(os.fstat(number).st_mode) else None
            ),
        )
    spool.keep(NOTICES)
    if damage == "late file sync":
        moves += [("sync file", path) for what, path in moves if what == "rename"]

    assert not moves.are_safe()


@pytest.mark.parametrize("failing", range(1, 7))
def test_whichever_sync_fails_nothing_is_acknowledged(desk, monkeypatch, failing):
    """One after the other, as SQLite makes its N-th write fail."""
    count = iter(range(1, 100))
    fsync = os.fsync

    def broken(number) -> None:
        if next(count) == failing:
            raise OSError(5, "input/output error")
        fsync(number)

    body = order_xml("123456-1", "123456-2")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", broken)
        first = desk.take(body)
    again = desk.take(body)

    assert next(count) > failing, "that many syncs there are"
    assert (first, again) == ("E-400-900", "N-000-000")
    assert desk.spool.depth() == 2
    assert list((desk.spool._folder / "tmp").iterdir()) == []


def test_a_failed_rename_leaves_nothing_half_written(spool, monkeypatch):
    rename = os.rename
    count = iter(range(100))

    def broken(source, target) -> None:
        if next(count) == 1:
            raise OSError(28, "no space left on device")
        rename(source, target)

    monkeypatch.setattr(os, "rename", broken)
    with pytest.raises(SpoolFull) as full:
        spool.keep(NOTICES)
    monkeypatch.undo()

    assert full.value.reason == "ENOSPC"
    assert list((spool._folder / "tmp").iterdir()) == []
    assert spool.keep(NOTICES) == (2, 1)
