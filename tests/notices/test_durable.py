"""Nothing is acknowledged that a power cut could take back.

A power cut cannot be had in a test; what can be seen is the order in which the disk is
asked: everything that was written is synced before the answer goes out.
"""

import contextlib
import os
import sys
from pathlib import Path

import pytest

from connectors.notices import spool as spool_module
from connectors.notices.spool import Spool, SpoolFailed
from tests.notices.conftest import make_notice
from tests.support.effort import first, for_crash
from tests.support.notices import order_xml
from tests.support.syscalls import CAN_TRACE, Asked, Traced, traced

ROOT = Path(__file__).parents[2]
SYNCS = 18
"""In a process that makes the spool and takes four messages."""
FAILING = sorted(range(1, SYNCS + 1), key=lambda nth: nth not in {6, SYNCS})
NOTICES = [make_notice(n) for n in range(3)]
TAKING = """
import os, sys
from pathlib import Path
from datetime import UTC, datetime
from connectors.notices import spool
from data.model.notice import Notice, NoticeKind
from tests.support.syscalls import be_traced
{damage}
def make_notice(n):
    return Notice(notice_key=f"{{n:064x}}", shop_id="1", order_number=None,
                  kind=NoticeKind.OTHER, received_at=datetime.now(UTC))
be_traced()
kept = spool.Spool(Path(sys.argv[1]))
for n in range(4):
    try:
        kept.keep([make_notice(n), make_notice(n + 100)])
    except spool.SpoolFailed:
        os.write(2, b"refused")
    else:
        os.write(1, b"taken")
os._exit(0)
"""

needs_ptrace = pytest.mark.skipif(not CAN_TRACE, reason="Linux on x86-64 only")
HASTE = """
connect = spool._connect
def hasty(file):
    con = connect(file)
    con.execute("PRAGMA synchronous = {}")
    return con
spool._connect = hasty
"""


def taking(folder: Path, damage: str = "", fail_sync: int = 0) -> Traced:
    """Four messages, each taken or refused, in a process whose every move is seen."""
    script = TAKING.format(damage=damage)
    out, err = folder.parent / "taken", folder.parent / "refused"
    shell = f'exec "$0" -c "$1" "$2" >{out} 2>{err}'
    return traced(
        ["/bin/sh", "-c", shell, sys.executable, script, str(folder)], ROOT, fail_sync
    )


def unsynced_at_answers(asked: list[Asked], folder: Path) -> list[set[str]]:
    """For each answer, the files of the spool that held unsynced bytes by then."""
    dirty: set[Path] = set()
    at_answers = []
    for what, path in asked:
        if path == folder.parent / "taken":
            at_answers.append({path.name for path in dirty})
        elif what == "sync":
            dirty.discard(path)
        elif path.parent == folder and not path.name.endswith("-shm"):
            dirty.add(path)
    return at_answers


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "home" / "spool"


@needs_ptrace
def test_all_that_is_written_is_synced_before_each_answer(folder):
    folder.parent.mkdir()
    told = taking(folder)

    assert unsynced_at_answers(told.asked, folder) == [set()] * 4
    assert Asked("sync", folder) in told.asked
    assert Asked("sync", folder.parent) in told.asked


@needs_ptrace
@pytest.mark.parametrize(
    "damage",
    [
        HASTE.format("NORMAL"),
        HASTE.format("OFF") + "spool._TABLES = spool._TABLES.replace('WAL', 'OFF')",
    ],
    ids=["synchronous NORMAL", "synchronous OFF without a journal"],
)
def test_a_planted_haste_is_caught(folder, damage):
    folder.parent.mkdir()
    told = taking(folder, damage)

    assert any(unsynced_at_answers(told.asked, folder))


@needs_ptrace
@first(2, for_crash)
@pytest.mark.parametrize("failing", FAILING)
def test_whichever_sync_fails_in_a_crash_what_is_acknowledged_is_there(folder, failing):
    """One after the other, as SQLite makes its N-th write fail."""
    folder.parent.mkdir()
    told = taking(folder, fail_sync=failing)
    taken, refused = (
        (folder.parent / name).read_bytes().count(name.encode())
        for name in ("taken", "refused")
    )

    assert told.syncs >= failing, "that many syncs there are"
    assert (told.status, taken + refused) == (0, 4)
    assert taken >= 3
    assert Spool(folder).depth() >= 2 * taken


class Syncs(list):
    """What our own code, not SQLite's, asks to be synced; still asked in earnest."""

    def __init__(self, monkeypatch) -> None:
        super().__init__()
        fsync = os.fsync

        def seen(number) -> None:
            fsync(number)
            self.append(Path(f"/proc/self/fd/{number}").readlink())

        monkeypatch.setattr(os, "fsync", seen)


def test_a_new_folder_is_synced_into_the_one_above(spool, monkeypatch):
    syncs = Syncs(monkeypatch)
    spool.keep(NOTICES)

    assert {spool._folder, spool._folder.parent} <= set(syncs)


def test_a_repeat_is_acknowledged_only_after_the_log_was_synced_by_who_opened_it(
    spool, monkeypatch
):
    """A writer killed between write and sync has left a commit that can be read."""
    spool.keep(NOTICES)
    syncs = Syncs(monkeypatch)
    again = Spool(spool._folder)

    assert again.keep(NOTICES).repeated == 3
    assert [path.name for path in syncs] == ["notices.sqlite-wal", "spool"]


@pytest.mark.parametrize("failing", range(1, 4))
def test_whichever_sync_of_ours_fails_nothing_is_acknowledged(
    desk, monkeypatch, failing
):
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


def test_a_failed_rename_leaves_nothing_half_made(spool, monkeypatch):
    def broken(*_paths) -> None:
        raise OSError(28, "no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", broken)
        with pytest.raises(SpoolFailed) as full:
            spool.keep(NOTICES)

    assert full.value.reason == "ENOSPC"
    assert list(spool._folder.iterdir()) == []
    assert spool.keep(NOTICES) == (3, 0)


def test_messages_that_come_together_share_a_commit_and_fail_alone(desk, monkeypatch):
    """One that fails takes no other with it: its own thread writes each again."""
    spool = desk.spool
    spool.keep([make_notice(0)])
    waiting = spool_module._Message([spool_module._row(make_notice(1))])
    spool._queue.append(waiting)
    spool.keep([make_notice(2)])
    together = (waiting.new, spool.depth())
    broken = spool_module._Message([("too", "short")])
    spool._queue.append(broken)
    with contextlib.suppress(SpoolFailed):
        spool.keep([make_notice(3)])
    spool._queue.remove(broken)

    assert together == (1, 3)
    assert spool.keep([make_notice(3)]).new == 1
