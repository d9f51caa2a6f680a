"""Notices that wait on disk, and those that were settled a short while ago."""

import contextlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.notices.spool import (
    _OLDEST,
    KEPT_FOR,
    Kept,
    Spool,
    SpoolFailed,
    SpoolState,
)
from data.model.notice import Notice
from tests.notices.conftest import NOW, make_notice
from tests.support.effort import examples
from tests.support.notices import SHOP_ID

ROOT = Path(__file__).parents[2]
OTHER_SHOP = "54321"
WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from connectors.notices.spool import Spool
from data.model.notice import Notice, NoticeKind
spool, first, new = Spool(Path(sys.argv[1])), int(sys.argv[2]), 0
for n in range(first, first + 40):
    new += spool.keep([Notice(
        notice_key=f"{n:064x}", shop_id="1", order_number=None,
        kind=NoticeKind.OTHER, received_at=datetime.now(UTC),
    )]).new
print(new)
"""


def files(spool) -> list[str]:
    """Every file below the spool's folder."""
    root = spool._folder
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


@contextlib.contextmanager
def database(spool):
    """The spool's file, seen by somebody else."""
    with contextlib.closing(sqlite3.connect(spool._file)) as con:
        yield con
        con.commit()


def test_what_is_kept_waits(spool):
    notices = [make_notice(1), make_notice(2)]

    assert spool.keep(notices) == Kept(new=2, repeated=0)
    assert spool.waiting(10) == notices
    assert Spool(spool._folder).waiting(10) == notices


def test_a_repeat_changes_nothing(spool):
    spool.keep([make_notice(1)])

    assert spool.keep([make_notice(1, age_s=-5), make_notice(2)]) == Kept(1, 1)
    assert spool.waiting(1) == [make_notice(1)]


def test_the_oldest_comes_first_and_no_more_than_asked_for(spool):
    spool.keep(make_notice(n, age_s=n) for n in (3, 1, 5, 2, 4))
    ages = [round((NOW - n.received_at).total_seconds()) for n in spool.waiting(3)]

    assert ages == [5, 4, 3]


def test_the_oldest_are_found_without_reading_the_rest(spool):
    spool.keep([make_notice(1)])
    with database(spool) as con:
        plan = con.execute(f"EXPLAIN QUERY PLAN {_OLDEST}", (None, 9)).fetchall()

    assert ["USING INDEX waiting" in step[3] for step in plan] == [True]


def test_a_shop_s_notices_can_be_asked_for(spool):
    spool.keep([make_notice(1), make_notice(2, OTHER_SHOP), make_notice(3)])

    assert spool.waiting(10, OTHER_SHOP) == [make_notice(2, OTHER_SHOP)]
    assert (spool.depth(), spool.depth(SHOP_ID), spool.depth("none")) == (3, 2, 0)


def test_its_state_is_how_many_wait_and_since_when(spool):
    nothing = spool.state()
    spool.keep([make_notice(1, age_s=1), make_notice(2, age_s=7200.000001)])

    assert nothing == SpoolState(0, None)
    assert spool.state() == (2, NOW - timedelta(seconds=7200.000001))


def test_settled_notices_wait_no_more_and_settling_twice_is_fine(spool):
    spool.keep([make_notice(1), make_notice(2)])
    spool.settle([make_notice(1)], NOW)
    spool.settle([make_notice(1)], NOW)

    assert spool.waiting(10) == [make_notice(2)]
    assert spool.depth() == 1


def test_a_repeat_of_a_settled_notice_is_not_taken_again(spool):
    spool.keep([make_notice(1)])
    spool.settle([make_notice(1)], NOW)

    assert spool.keep([make_notice(1)]) == Kept(new=0, repeated=1)
    assert spool.waiting(10) == []


def test_settled_notices_are_kept_for_14_days_and_waiting_ones_for_ever(spool):
    spool.keep([make_notice(1), make_notice(2, age_s=1e8)])
    spool.settle([make_notice(1)], NOW)

    assert timedelta(days=14) == KEPT_FOR
    assert spool.sweep(NOW + KEPT_FOR) == 0
    assert spool.keep([make_notice(1)]).repeated == 1
    assert spool.sweep(NOW + KEPT_FOR + timedelta(seconds=1)) == 1
    assert spool.keep([make_notice(1)]).new == 1
    assert spool.depth() == 2


def test_more_than_one_transaction_s_worth_is_trimmed_in_one_sweep(spool, monkeypatch):
    monkeypatch.setattr("connectors.notices.spool.AT_ONCE", 3)
    notices = [make_notice(n) for n in range(8)]
    spool.keep(notices)
    spool.settle(notices, NOW)

    assert spool.sweep(NOW + 2 * KEPT_FOR) == 8


def test_the_bell_is_touched_when_something_new_waits_and_only_then(spool):
    bell = spool._folder / "bell"
    rung = []
    for step in (
        lambda: spool.keep([make_notice(1)]),
        lambda: spool.keep([make_notice(1)]),
        lambda: spool.settle([make_notice(1)], NOW),
        lambda: spool.sweep(NOW),
        lambda: spool.keep([make_notice(2)]),
    ):
        if bell.exists():
            os.utime(bell, (1, 1))
        step()
        rung.append(bell.stat().st_mtime > 1)

    assert rung == [True, False, False, False, True]


def test_a_bell_that_cannot_be_touched_refuses_no_notice(spool, caplog):
    spool.keep([make_notice(1)])
    bell = spool._folder / "bell"
    bell.unlink()
    bell.symlink_to(spool._folder / "no" / "such")

    assert spool.keep([make_notice(2)]).new == 1
    assert "the bell could not be touched" in caplog.text


def test_everything_in_it_is_ours_alone(spool):
    before = os.umask(0)
    try:
        spool.keep([make_notice(1)])
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in _all(spool)}

    assert {"notices.sqlite", "notices.sqlite-wal", "bell"} <= set(modes)
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(spool._folder.stat().st_mode) == 0o700


def _all(spool) -> list[Path]:
    return [path for path in spool._folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'unheard of'",
        "shop_id = '../x'",
        "notice_key = 'x' || arrival",
        "kind = x'ff'",
        "kind = CAST(x'ff' AS TEXT)",
        "notice_key = CAST(x'ff' || arrival AS TEXT)",
    ],
)
def test_rows_that_are_no_notices_stay_are_told_and_hold_up_no_other(
    spool, caplog, change
):
    spool.keep(make_notice(n, age_s=10 + n) for n in range(5))
    with database(spool) as con:
        con.execute(f"UPDATE notices SET {change}")  # noqa: S608 - ours
    spool.keep([make_notice(9)])

    assert spool.waiting(2) == [make_notice(9)]
    assert spool.depth() == 1
    assert "no notices" in caplog.text
    with database(spool) as con:
        assert con.execute("SELECT sum(unreadable) FROM notices").fetchone() == (5,)


def test_a_row_that_breaks_another_rule_than_that_of_repeats_is_no_repeat(spool):
    broken = make_notice(1).model_construct(
        **make_notice(1).model_dump() | {"shop_id": None}
    )

    with pytest.raises(SpoolFailed) as told:
        spool.keep([broken])
    assert told.value.reason == "SQLITE_CONSTRAINT_NOTNULL"


def damage_nothing_but_rubbish(path: Path) -> None:
    path.write_bytes(b"rubbish" * 1000)


def damage_empty(path: Path) -> None:
    path.write_bytes(b"")


def damage_another_database(path: Path) -> None:
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as con:
        con.execute("CREATE TABLE something_else (x)")


def damage_half(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def damage_pages(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[4096:] = os.urandom(len(whole) - 4096)
    path.write_bytes(whole)


@pytest.mark.parametrize(
    "damage",
    [
        damage_nothing_but_rubbish,
        damage_empty,
        damage_another_database,
        damage_half,
        damage_pages,
    ],
)
def test_a_damaged_file_is_told_kept_aside_and_never_an_empty_spool(
    tmp_path, caplog, damage
):
    path = tmp_path / "spool" / "notices.sqlite"
    Spool(path.parent).keep(make_notice(n) for n in range(200))
    damage(path)
    damaged = path.read_bytes()
    spool = Spool(path.parent)

    with pytest.raises(SpoolFailed) as told:
        spool.waiting(1000)
    assert told.value.reason in ("SQLITE_NOTADB", "SQLITE_CORRUPT")
    assert "damaged/" in caplog.text
    (aside,) = (path.parent / "damaged").rglob("notices.sqlite")
    assert aside.read_bytes()[:4000] == damaged[:4000]
    assert spool.keep([make_notice(999)]).new == 1
    assert make_notice(999) in spool.waiting(1000)


def damage_index(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as con:
        (root,) = con.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'waiting'"
        ).fetchone()
    whole = bytearray(path.read_bytes())
    whole[(root - 1) * 4096 : root * 4096] = bytes(4096)
    path.write_bytes(whole)


def waiting_in_the_new_one(path: Path) -> list[Notice]:
    """Return what waits once the damage was told."""
    spool = Spool(path.parent)
    with pytest.raises(SpoolFailed):
        spool.waiting(1000)
    return spool.waiting(1000)


def test_what_a_damaged_file_still_gives_waits_in_the_new_one(tmp_path):
    path = tmp_path / "spool" / "notices.sqlite"
    notices = [make_notice(n) for n in range(500)]
    Spool(path.parent).keep(notices)
    Spool(path.parent).settle(notices[:1], NOW)
    damage_index(path)

    assert waiting_in_the_new_one(path) == notices[1:]


def test_a_damaged_row_keeps_no_other_out_of_the_new_file(tmp_path):
    path = tmp_path / "spool" / "notices.sqlite"
    notices = [make_notice(n) for n in range(500)]
    Spool(path.parent).keep(notices)
    with contextlib.closing(sqlite3.connect(path)) as con:
        con.execute("PRAGMA ignore_check_constraints = ON")
        con.execute("UPDATE notices SET received_us = 'x' WHERE arrival = 1")
        con.commit()
    damage_index(path)

    assert waiting_in_the_new_one(path) == notices[1:]


def test_a_file_of_a_later_version_is_refused_and_left_alone(spool):
    spool.keep([make_notice(1)])
    with database(spool) as con:
        con.execute("PRAGMA user_version = 2")
    later = Spool(spool._folder)

    with pytest.raises(SpoolFailed) as told:
        later.keep([make_notice(2)])
    assert told.value.reason == "EPROTONOSUPPORT"
    assert not (spool._folder / "damaged").exists()


def test_no_link_is_followed(spool, tmp_path):
    spool.keep([make_notice(1)])
    spool._file.rename(tmp_path / "elsewhere.sqlite")
    spool._file.symlink_to(tmp_path / "elsewhere.sqlite")

    with pytest.raises(SpoolFailed) as told:
        spool.keep([make_notice(2)])
    assert told.value.reason == "ELOOP"
    with contextlib.closing(sqlite3.connect(tmp_path / "elsewhere.sqlite")) as con:
        assert con.execute("SELECT count(*) FROM notices").fetchone() == (1,)


def test_a_spool_that_was_taken_away_is_begun_anew_and_not_written_into_the_void(spool):
    spool.keep([make_notice(1)])
    shutil.rmtree(spool._folder)

    assert spool.keep([make_notice(2)]) == Kept(1, 0)
    assert Spool(spool._folder).waiting(9) == [make_notice(2)]


def test_a_file_taken_away_during_the_write_acknowledges_nothing(spool, monkeypatch):
    spool.keep([make_notice(1)])
    identities = iter([spool._opened, None])
    with monkeypatch.context() as patched:
        patched.setattr(spool, "_identity", lambda: next(identities))
        with pytest.raises(SpoolFailed) as told:
            spool.keep([make_notice(2)])

    assert told.value.reason == "ESTALE"


def test_what_a_killed_process_left_half_made_is_swept_after_an_hour(spool):
    spool.keep([make_notice(1)])
    for name, age in (("old", 61), ("young", 59)):
        path = spool._folder / f".new.{name}"
        path.write_bytes(b"half")
        written = (NOW - timedelta(minutes=age)).timestamp()
        os.utime(path, (written, written))
    spool.sweep(NOW)

    assert spool.depth() == 1
    assert [name for name in files(spool) if "new" in name] == [".new.young"]


def test_an_empty_home_is_an_empty_spool_and_looking_makes_nothing(spool):
    assert (spool.waiting(1), spool.depth(), spool.state().oldest) == ([], 0, None)
    assert spool.sweep(NOW) == 0
    spool.settle([make_notice(1)], NOW)

    assert not spool._folder.exists()
    spool.probe()
    assert spool.depth() == 0


def test_a_full_disk_is_named_and_leaves_nothing_half_written(spool, small_files):
    with small_files(100), pytest.raises(SpoolFailed) as full:
        spool.keep([make_notice(1), make_notice(2)])

    assert full.value.reason == "SQLITE_IOERR_WRITE"
    assert "空き容量" in str(full.value)
    assert files(spool) == []


def test_whatever_room_there_is_a_message_is_kept_whole_or_not_at_all(
    spool, small_files
):
    spool.keep([make_notice(0)])
    message = [make_notice(n) for n in range(1, 200)]
    depths = set()
    for room in range(0, 120_000, 9_000):
        size = spool._file.with_name("notices.sqlite-wal").stat().st_size
        with small_files(size + room), contextlib.suppress(SpoolFailed):
            spool.keep(message)
        depths.add(spool.depth())

    assert depths == {1, 200}


def test_a_disk_without_room_is_seen_before_a_notice_comes(spool, small_files):
    spool.keep([make_notice(1)])
    spool.probe()
    size = spool._file.with_name("notices.sqlite-wal").stat().st_size

    with small_files(size), pytest.raises(SpoolFailed):
        spool.probe()
    spool.probe()


def test_a_spool_that_is_no_folder_is_named_too(tmp_path):
    (tmp_path / "spool").write_bytes(b"")

    with pytest.raises(SpoolFailed) as full:
        Spool(tmp_path / "spool").keep([make_notice(1)])

    assert full.value.reason == "ENOTDIR"


def test_looking_holds_no_more_than_what_is_asked_for(spool):
    spool.keep(make_notice(n) for n in range(3000))
    spool.waiting(1)
    tracemalloc.start()
    try:
        assert spool.state().depth == 3000
        assert len(spool.waiting(5)) == 5
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 300_000, "as much as a list of all the names"


def test_processes_that_write_and_one_that_settles_lose_nothing(spool):
    writers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", WRITER, spool._folder, str(first)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in (0, 20, 100)
    ]
    settled: list[str] = []
    while any(writer.poll() is None for writer in writers) or spool.depth():
        waiting = spool.waiting(7)
        spool.settle(waiting, NOW)
        settled += [notice.notice_key for notice in waiting]
    new = [int(writer.communicate()[0]) for writer in writers]

    assert sum(new) == len(settled) == len(set(settled)) == 100
    assert new[2] == 40


@examples(20)
@given(st.lists(st.tuples(st.sampled_from("kst"), st.integers(0, 6)), max_size=25))
def test_what_was_kept_waits_until_it_is_settled_and_is_known_until_it_is_trimmed(
    tmp_path_factory, moves
):
    spool = Spool(tmp_path_factory.mktemp("spool") / "spool")
    waiting, settled = set(), set()
    for move, n in moves:
        if move == "k":
            is_new = n not in waiting | settled
            assert spool.keep([make_notice(n)]).new == is_new
            waiting |= {n} - settled
        elif move == "s":
            spool.settle([make_notice(n)], NOW)
            settled |= {n} & waiting
            waiting.discard(n)
        else:
            assert spool.sweep(NOW + 2 * KEPT_FOR) == len(settled)
            settled.clear()

    assert {n.notice_key for n in spool.waiting(100)} == {
        make_notice(n).notice_key for n in waiting
    }
