"""The door: private, patient, all or nothing, and clear about why it stays shut."""

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import duckdb
import pytest

from data.warehouse import instance, readers
from data.warehouse.door import turn
from data.warehouse.errors import (
    WarehouseBusy,
    WarehouseDamaged,
    WarehouseOutOfReach,
)
from data.warehouse.house.safety_copy import wal_size
from data.warehouse.readers import reading
from data.warehouse.session import (
    SHORTEST_WAL,
    longest_replay,
    warehouse,
)
from tests.support.orders import a_refusal, at

WRITER = Path(__file__).parent / "writer.py"
ROOT = WRITER.parents[2]


def writer(*words: str, **kwargs) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, str(WRITER), *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **kwargs,
    )


def mark(con: duckdb.DuckDBPyConnection, text: str) -> None:
    con.execute(
        "INSERT INTO loads BY NAME SELECT $id AS load_id, 'api' AS source, "
        "'rakuten' AS mall, '1' AS shop_id, now() AS started_at, 0 AS found, "
        "0 AS created, 0 AS changed, 0 AS unchanged, 0 AS stale, 0 AS refused",
        {"id": text},
    )


def marks(path: Path) -> list[str]:
    with warehouse(path) as con:
        rows = con.execute("SELECT load_id FROM loads ORDER BY 1").fetchall()
    return [text for (text,) in rows]


def test_a_block_that_succeeds_is_committed(path):
    with warehouse(path) as con:
        mark(con, "kept")

    assert marks(path) == ["kept"]


def test_a_block_that_fails_leaves_nothing_and_keeps_its_own_error(path):
    def work() -> None:
        with warehouse(path) as con:
            mark(con, "lost")
            mark(con, "")

    with pytest.raises(duckdb.ConstraintException):
        work()

    assert marks(path) == []


def test_the_file_its_wal_and_its_spill_folder_are_the_owners_alone(absent):
    with warehouse(absent):
        pass
    writer("die-after-commit", str(absent)).communicate(timeout=30)
    modes = {
        entry.name: stat.S_IMODE(entry.stat().st_mode)
        for entry in absent.parent.iterdir()
    }

    assert modes == {
        "juchu.duckdb": 0o600,
        "juchu.duckdb.bell": 0o600,
        "juchu.duckdb.wal": 0o600,
        "juchu.duckdb.tmp": 0o700,
        "people.key": 0o600,
    }
    assert stat.S_IMODE(absent.parent.stat().st_mode) == 0o700


def test_what_a_killed_session_spilled_goes_with_the_next_one(path):
    """Rows of the warehouse: a buyer who asked to be deleted would stay in them."""
    spill = path.with_name("juchu.duckdb.tmp")
    spill.mkdir()
    for name in ("duckdb_temp_7_0_owner", "duckdb_temp_7_0_storage_S32K-0.tmp"):
        (spill / name).write_text("架空花子")

    with warehouse(path):
        pass

    assert not spill.exists()


def test_what_a_killed_reader_left_goes_after_a_day(path, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    readers._remove_left.cache_clear()
    for name in ("juchu-reading-old", "juchu-reading-new", "juchu-mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "answer.csv").write_text("架空花子")
    for name in ("juchu-reading-old", "juchu-mine"):
        os.utime(tmp_path / name, (0, 0))

    with reading(path):
        pass

    kept = {each.name for each in tmp_path.glob("juchu-*")}
    assert kept == {"juchu-reading-new", "juchu-mine"}


def test_the_umask_of_the_process_is_left_alone(absent):
    before = os.umask(0o022)
    try:
        with warehouse(absent):
            inside = os.umask(0o022)
        after = os.umask(0o022)
    finally:
        os.umask(before)

    assert (inside, after) == (0o022, 0o022)


@pytest.mark.parametrize(
    "injected",
    [
        "SELECT content FROM read_text('/etc/passwd')",
        "COPY loads TO '{folder}/stolen.csv'",
        "ATTACH '{folder}/other.duckdb'",
        "SET allowed_paths = ['/etc/passwd']",
        "SET enable_external_access = true",
        "SET TimeZone = 'UTC'",
        "INSTALL httpfs",
    ],
)
def test_injected_sql_reaches_no_file_and_no_setting(path, injected):
    with warehouse(path) as con, pytest.raises(duckdb.Error):
        con.execute(injected.format(folder=path.parent))


def test_a_local_variable_never_stands_in_for_a_table(path):
    forged = __import__("polars").DataFrame({"a": [1]})

    with warehouse(path) as con, pytest.raises(duckdb.CatalogException):
        con.execute("SELECT a FROM forged")
    assert len(forged) == 1


def test_people_see_japan_time(path):
    with warehouse(path) as con:
        shown = con.execute(
            "SELECT TIMESTAMPTZ '2026-07-01 00:00:00Z'::VARCHAR"
        ).fetchall()

    assert shown == [("2026-07-01 09:00:00+09",)]


def test_what_a_session_had_of_its_own_is_gone_in_the_next_one(path):
    with warehouse(path) as con:
        con.execute("CREATE TEMP TABLE of_one_session AS SELECT 1 AS a")
        con.execute("SET VARIABLE of_one_session = 1")
    kept = instance._waiting[path]

    with warehouse(path) as con:
        assert instance._at_work[path] is kept
        assert con.execute("SELECT getvariable('of_one_session')").fetchall() == [
            (None,)
        ]
        with pytest.raises(duckdb.CatalogException):
            con.execute("FROM of_one_session")


def test_the_instance_of_a_session_that_failed_is_not_used_again(path):
    with warehouse(path):
        pass
    failed = instance._waiting[path]
    with pytest.raises(duckdb.ConstraintException), warehouse(path) as con:
        mark(con, "")

    assert path not in instance._waiting
    assert marks(path) == []
    assert instance._waiting[path] is not failed


def test_the_file_is_free_between_sessions_and_another_one_in_its_place_is_read(path):
    marks(path)
    other = path.with_name("other.duckdb")
    shutil.copy(path, other)
    other.with_name("people.key").touch()
    with contextlib.closing(duckdb.connect(other)) as con:
        mark(con, "from elsewhere")
    path.with_name("juchu.duckdb.wal").unlink(missing_ok=True)
    other.replace(path)

    assert marks(path) == ["from elsewhere"]
    assert path in instance._waiting
    subprocess.run(
        [sys.executable, "-c", f"import duckdb; duckdb.connect({str(path)!r})"],
        check=True,
        timeout=30,
    )


def test_a_forked_process_begins_without_an_instance(path):
    marks(path)
    pid = os.fork()
    if not pid:
        os._exit(len(instance._waiting))

    assert os.waitpid(pid, 0) == (pid, 0)
    assert marks(path) == []


def test_while_another_process_has_the_file_the_instance_waits(path):
    marks(path)
    kept = instance._waiting[path]
    holder = writer("hold", str(path))
    holder.stdout.readline()
    with pytest.raises(WarehouseBusy), warehouse(path, patience_s=0):
        pass
    holder.communicate("\n", timeout=30)

    assert instance._waiting[path] is kept


def test_a_session_of_a_caller_that_was_interrupted_is_ended_by_the_next(path):
    left = instance.attach(path)
    left.begin()
    mark(left, "lost")

    assert marks(path) == []


def test_a_second_process_waits_and_gets_in(path):
    holder = writer("hold", str(path))
    assert holder.stdout.readline() == "held\n"

    def let_go(_seconds: float) -> None:
        if holder.poll() is None:
            holder.communicate("go\n", timeout=30)

    with warehouse(path, patience_s=30, wait=let_go) as con:
        mark(con, "second")

    assert marks(path) == ["first", "second"]


def test_after_its_patience_it_names_the_file_and_the_holder(path):
    holder = writer("hold", str(path))
    assert holder.stdout.readline() == "held\n"
    times = iter(range(100))

    with (
        pytest.raises(WarehouseBusy) as caught,
        warehouse(path, 5, clock=lambda: next(times), wait=lambda _s: None),
    ):
        pass
    holder.communicate("go\n", timeout=30)

    assert str(path) in str(caught.value)
    assert str(holder.pid) in str(caught.value)
    assert "対処" in str(caught.value)


def test_threads_of_one_process_take_turns(path):
    def work(name: str) -> None:
        with warehouse(path) as con:
            mark(con, name)

    threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert marks(path) == [f"t{i}" for i in range(6)]


@pytest.mark.parametrize("nth", [1, 2])
def test_the_first_sessions_of_a_process_take_turns_as_well(tmp_path, nth):
    """One that began while another's lock was being made had a lock of its own."""
    inside = []
    with contextlib.ExitStack() as held:

        class Slow(type(tmp_path)):
            """A path; while its hash is asked for, another thread has its turn."""

            asked = 0

            def __hash__(self) -> int:
                Slow.asked += 1
                if Slow.asked == nth:
                    held.enter_context(turn(tmp_path / "x", 0))
                    inside.append("other")
                return super().__hash__()

        with contextlib.suppress(WarehouseBusy), turn(Slow(tmp_path, "x"), 0):
            inside.append("first")

    assert len(inside) == 1


def test_a_session_inside_a_session_is_busy_not_hung(path):
    with warehouse(path), pytest.raises(WarehouseBusy), warehouse(path, 0.01):
        pass


def test_a_damaged_file_is_kept_and_the_cause_with_it(absent):
    absent.parent.mkdir()
    absent.write_bytes(b"not a database" * 1000)

    with pytest.raises(WarehouseDamaged, match="対処") as caught, warehouse(absent):
        pass

    assert isinstance(caught.value.__cause__, duckdb.Error)
    assert absent.read_bytes() == b"not a database" * 1000


def test_a_home_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "home").write_text("a file, not a folder")

    with (
        pytest.raises(WarehouseOutOfReach, match="対処"),
        warehouse(tmp_path / "home" / "juchu.duckdb"),
    ):
        pass


def test_the_refusal_of_a_full_disk_shows_its_cause_and_loses_nothing(path):
    with warehouse(path) as con:
        mark(con, "before")
    process = writer("disk-full", str(path), stderr=subprocess.PIPE)
    said, trace = process.communicate(timeout=60)

    assert "WarehouseFull: " in said, trace
    assert f"{path} に書き込めません(File too large)" in said
    assert "対処" in said
    assert marks(path) == ["before"]


def test_a_session_replays_a_short_wal_and_beside_a_large_file_a_longer_one(path):
    found = []
    for row in range(12):
        found.append(wal_size(path))
        with warehouse(path) as con:
            mark(con, f"{row:x}" * 10_000)

    own = found[1] - found[0]
    assert max(found) <= SHORTEST_WAL + own
    assert min(found[6:]) <= own, "there was a checkpoint"


@pytest.mark.parametrize(
    ("megabytes", "kilobytes"), [(0, 16), (4, 16), (16, 32), (256, 128), (8192, 512)]
)
def test_the_longest_replay_grows_with_the_root_of_the_file(
    path: Path, megabytes: int, kilobytes: int
):
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.truncate(megabytes * 1024**2)

    assert longest_replay(path) == kilobytes * 1024


def test_sessions_that_write_much_checkpoint_every_other_time(path):
    left = []
    for row in range(6):
        with warehouse(path) as con:
            mark(con, f"{row}" * 3 * SHORTEST_WAL)
        left.append(wal_size(path) > 0)

    assert left == [True, False] * 3


def test_support_builders_agree_on_the_clock():
    assert at(5) > at(4)
    assert a_refusal(1).order_number != a_refusal(2).order_number
