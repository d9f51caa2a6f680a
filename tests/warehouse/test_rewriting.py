"""No kill costs the file: a rewrite in place is cut at every write, and at random."""

import gzip
import logging
import random
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any

import pytest

from data.warehouse import session
from data.warehouse.errors import WarehouseDamaged
from data.warehouse.house import safety_copy
from data.warehouse.house.safety_copy import repaired_of, saved_of, wal_of
from data.warehouse.people_key import KEY_FILE
from data.warehouse.readers import reading
from data.warehouse.session import warehouse
from tests.support import disk_writes, syscalls
from tests.support.disk_writes import PAGE, changes, copied, states
from tests.support.effort import EFFORT, for_ci, for_crash
from tests.support.forked import Forked
from tests.warehouse import rewriting
from tests.warehouse.test_migrate import GOLDEN
from tests.warehouse.writer import say

ROOT = Path(__file__).parents[2]
FULL = EFFORT == "crash"
FIRST_BLOCK = 12288
TABLES = "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1"
NOT_ITS_CONTENT = {"schema_migrations", "view_versions", "incidents"}
"""Tables with the time of a migration, and with what was told of putting back."""
needs_ptrace = pytest.mark.skipif(not syscalls.CAN_TRACE, reason="no ptrace here")

Contents = dict[str, Any]


@pytest.fixture(autouse=True)
def a_wal_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the WAL of a few orders to what rewrites the file."""
    monkeypatch.setattr(session, "SHORTEST_WAL", session.LONGEST_WAL)


def contents(path: Path) -> Contents:
    """Everything in the file, as a hash a table."""
    with warehouse(path) as con:
        return {
            name: con.execute(
                f"SELECT count(*), bit_xor(hash(t)) FROM {name} AS t"  # noqa: S608
            ).fetchone()
            for (name,) in con.execute(TABLES).fetchall()
            if name not in NOT_ITS_CONTENT
        }


def filled(path: Path) -> Path:
    """The file with two sessions in its WAL."""
    for batch in range(2):
        rewriting.store(path, batch)
    assert wal_of(path).stat().st_size > 0
    return path


def cut_everywhere(
    path: Path, what: str, tmp_path: Path, is_cut: Any
) -> Iterator[Contents]:
    """The contents of the file after each cut of a rewrite, which is seen whole."""
    home = path.parent
    before = copied(home, tmp_path / "before")
    made = changes("tests.warehouse.rewriting", what, str(path), folder=home, cwd=ROOT)
    now = copied(before, tmp_path / "now")
    for change, nth in states(made, home, now, PAGE):
        if is_cut(change, nth):
            trial = copied(now, tmp_path / "trial")
            yield contents(trial / path.name)
    assert disk_writes.same_files(home, now), "a write was not seen"


def of_the_file(change: disk_writes.Change, nth: int) -> bool:
    """In short: each write of the file in its middle, and each name that goes."""
    middle = len(change.data) // PAGE // 2
    is_copy = "saved.part" in change.path.parent.name
    return FULL or (nth == middle and not is_copy and change.what != "open")


@needs_ptrace
def test_a_checkpoint_that_is_cut_at_any_write_costs_no_row(path, tmp_path):
    expected = contents(filled(path))

    found = list(cut_everywhere(path, "checkpoint", tmp_path, of_the_file))

    say(f"{len(found)} cuts of a checkpoint")
    assert len(found) > (1000 if FULL else 10)
    assert [each for each in found if each != expected] == []


@needs_ptrace
@for_crash
def test_a_large_commit_that_is_cut_anywhere_is_there_or_not(path, tmp_path):
    before = contents(filled(path))

    found = list(cut_everywhere(path, "commit", tmp_path, of_the_file))

    after = contents(path)
    say(f"{len(found)} cuts of a commit with its checkpoint")
    there = [each == after for each in found]
    assert [each for each in found if each not in (before, after)] == []
    assert there == sorted(there), "what was committed went away again"


@needs_ptrace
@for_crash
def test_a_migration_that_is_cut_anywhere_is_done_by_the_next_session(path, tmp_path):
    packed = GOLDEN / "warehouse-0010.duckdb.gz"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    path.with_name(KEY_FILE).write_text("0123456789abcdef" * 4)  # the hashes' of both
    twin = copied(path.parent, tmp_path / "twin") / path.name

    found = list(cut_everywhere(path, "migrate", tmp_path, of_the_file))

    say(f"{len(found)} cuts of a migration")
    expected = contents(twin)
    assert [each for each in found if each != expected] == []


def test_kills_at_random_moments_of_rewriting_lose_nothing_committed(path):
    """In `make crash` 5,000 of them."""
    kills = 5000 if FULL else 4
    dice = random.Random(20261128)  # noqa: S311 - a fixed seed, no secret
    last = -1
    for _ in range(kills):
        process = Forked(rewriting.keep_rewriting, path, str(last + 1))
        said = int(process.stdout.readline())
        with suppress(TimeoutExpired):
            process.wait(timeout=dice.uniform(0.0, 0.2))
        process.kill()
        rest, _ = process.communicate()
        said = max([said, *map(int, rest.split())])
        with warehouse(path) as con:
            ((stored,),) = con.execute("SELECT count(*) FROM orders").fetchall()
        whole, half = divmod(stored, rewriting.BATCH)
        assert (half, whole > said) == (0, True), "lost"
        last = whole - 1
    with warehouse(path) as con:
        ((repairs,),) = con.execute(
            "SELECT count(*) FROM incidents WHERE kind = 'file_repaired'"
        ).fetchall()
    say(f"{kills} kills, {last + 1} commits, {repairs} put back, 0 lost")


def torn(path: Path) -> Path:
    """The file as a kill within a checkpoint leaves it, its copies beside it."""
    with ExitStack() as held:
        saving = safety_copy.saved(path, held)
        saving.__enter__()  # and never left: that is the kill
        with path.open("r+b") as file:
            file.seek(FIRST_BLOCK)
            file.write(b"\0" * PAGE)
        wal_of(path).unlink()
    return path


def test_a_torn_file_is_put_back_and_told(path, caplog):
    expected = contents(filled(path))

    with caplog.at_level(logging.WARNING, "juchu.warehouse"):
        found = contents(torn(path))

    assert found == expected
    assert "直前の状態に戻しました" in caplog.text
    with warehouse(path) as con:
        told = con.execute("SELECT kind FROM needs_a_person").fetchall()
    assert ("file_repaired",) in told
    assert not saved_of(path).exists()
    assert not repaired_of(path).exists()


def test_a_person_who_only_reads_gets_the_file_that_was_put_back(path):
    filled(path)
    with reading(torn(path)) as (con, _):
        assert con.execute("SELECT count(*) FROM orders").fetchall() == [(10,)]


def test_without_the_copies_the_torn_file_stays_shut(path):
    """What ADR 15 accepted; the test of cuts would see it."""
    torn(filled(path))
    shutil.rmtree(saved_of(path))

    with pytest.raises(WarehouseDamaged):
        contents(path)


@for_ci
@needs_ptrace
def test_a_checkpoint_without_copies_is_caught_by_its_cuts(path, tmp_path):
    end = filled(path).stat().st_size

    def of_an_old_block(change: disk_writes.Change, nth: int) -> bool:
        """One that is written over: in its middle, neither the old nor the new."""
        return change.what == "write" and change.number < end and nth == 32

    with pytest.raises(WarehouseDamaged):
        list(
            cut_everywhere(path, "checkpoint_without_copies", tmp_path, of_an_old_block)
        )
