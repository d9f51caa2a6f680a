"""A client's own changes never meet another copy, and no copy in use is removed."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from grp import getgrnam
from pathlib import Path

import duckdb
import pytest

from data.model.japan_time import JST
from data.warehouse.analytics.publish import publish
from data.warehouse.analytics.versions import KEPT, is_due, new_version, remove_replaced
from data.warehouse.errors import WarehouseOutOfReach
from data.warehouse.readers import OLDEST_READER
from data.warehouse.session import warehouse
from tests.support.orders import at
from tests.support.small_files import small_files

SWAPS = 10
KEPT_MINUTES = KEPT.total_seconds() / 60
READER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
print(con.execute("SELECT orders FROM freshness").fetchone()[0], flush=True)
sys.stdin.readline()
print(con.execute("SELECT orders FROM freshness").fetchone()[0], flush=True)
"""
WRITER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1])
con.execute("CREATE TABLE mine AS SELECT 1 AS i")
con.execute("BEGIN"); con.execute("INSERT INTO mine VALUES (2)")
print(con.execute("SELECT count(*) FROM orders").fetchone()[0], flush=True)
for _ in sys.stdin:
    con.execute("COMMIT"); con.execute("BEGIN")
    con.execute("INSERT INTO mine VALUES (3)")
    orders = con.execute("SELECT count(*) FROM orders").fetchone()[0]
    print(orders, con.execute("SELECT count(*) FROM mine").fetchone()[0], flush=True)
"""


@pytest.fixture
def link(path: Path) -> Path:
    return path.with_name("analytics.duckdb")


def swap(link: Path, number: int, minute: float, group: str = "") -> None:
    """Publish a small copy, of the warehouse's state of that number."""
    with new_version(link, at(minute), number, group) as file, duckdb.connect() as con:
        con.execute(f"ATTACH '{file}' AS new (STORAGE_VERSION '{OLDEST_READER}')")
        con.execute(f"CREATE TABLE new.orders AS FROM range({number})")
        con.execute(f"CREATE TABLE new.freshness AS SELECT {number} AS orders")
        con.execute("DETACH new")


def orders_in(link: Path) -> int:
    with duckdb.connect(link.resolve(), read_only=True) as con:
        return con.execute("SELECT orders FROM freshness").fetchone()[0]


def test_a_writing_client_goes_on_through_ten_copies_and_spoils_none(path, link):
    """The client is another process; it is killed with changes unsaved."""
    swap(link, 1, 0)
    client = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(link)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    told = [client.stdout.readline().strip()]
    seen = []
    for number in range(2, SWAPS + 2):
        swap(link, number, number * 60)
        seen.append(orders_in(link))
        client.stdin.write("\n")
        client.stdin.flush()
        told.append(client.stdout.readline().strip())
    client.kill()
    client.wait()
    client.stdin.close()
    client.stdout.close()

    assert seen == list(range(2, SWAPS + 2))
    assert told == ["1", *(f"1 {mine}" for mine in range(3, SWAPS + 3))]
    assert orders_in(link) == SWAPS + 1
    assert not link.with_name("analytics.duckdb.wal").exists()


def test_versions_nobody_has_open_go_when_they_are_old(link):
    swap(link, 1, 0)
    before = link.resolve().parent
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(link)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    first = reader.stdout.readline().strip()
    for number in (2, 3):
        swap(link, number, number)
    kept = len(versions(link))
    swap(link, 4, 4 + KEPT_MINUTES)
    left = versions(link)
    last, _ = reader.communicate("\n")
    swap(link, 5, 5 + 2 * KEPT_MINUTES)

    assert (first, last.strip(), kept) == ("1", "1", 3)
    assert before in left
    assert len(left) == 2
    assert not before.exists()


def test_a_night_removes_old_versions_though_nothing_new_is_published(link):
    swap(link, 1, 0)
    swap(link, 2, 1)
    remove_replaced(link, at(2))
    kept = len(versions(link))
    remove_replaced(link, at(2 + KEPT_MINUTES))

    assert (kept, len(versions(link)), orders_in(link)) == (2, 1, 2)


def versions(link: Path) -> list[Path]:
    return sorted(each for each in link.with_suffix("").iterdir() if each.is_dir())


def test_the_same_state_is_published_once(path, link):
    assert is_due(path, link)
    assert publish(path, link, at(0)) is not None
    assert not is_due(path, link)
    assert publish(path, link, at(1)) is None
    with warehouse(path) as con:
        con.execute("FROM orders")
    assert not is_due(path, link)
    with warehouse(path) as con:
        con.execute("INSERT INTO order_cursors VALUES ('rakuten', 's', now(), now())")
    assert is_due(path, link)


def test_what_a_fast_clock_dated_keeps_no_later_state_from_being_shown(path, link):
    """The desk would show the figures of that moment until it has come."""
    now = datetime.now(JST)
    ahead = now + timedelta(days=1)
    os.utime(path, (ahead.timestamp(), ahead.timestamp()))
    assert publish(path, link, ahead) is not None
    seen = []
    for shop in ("1", "2"):  # the clock is right again; nobody checkpoints
        with warehouse(path) as con:
            con.execute(
                "INSERT INTO order_cursors VALUES ('m', ?, now(), now())", [shop]
            )
        seen.append(is_due(path, link))
        made = publish(path, link, now + timedelta(minutes=1))
        seen += [made is not None, is_due(path, link)]

    assert seen == [True, True, False] * 2
    assert len(versions(link)) == 2  # those of this minute


def test_no_warehouse_is_nothing_to_publish(tmp_path):
    assert not is_due(tmp_path / "juchu.duckdb", tmp_path / "analytics.duckdb")


def test_what_a_killed_publication_left_is_removed_and_was_never_shown(link):
    left = link.with_suffix("") / "20260701T000000.000000+0900-1.new"
    left.mkdir(parents=True)
    (left / "analytics.duckdb").write_bytes(b"half")
    swap(link, 1, 0)

    assert not left.exists()
    assert orders_in(link) == 1


def test_a_full_disk_leaves_the_copy_of_before(link, monkeypatch):
    swap(link, 1, 0)
    link.with_suffix("").chmod(0o500)
    if os.access(link.with_suffix(""), os.W_OK):  # the superuser may do anything
        link.with_suffix("").chmod(0o700)
        monkeypatch.setattr(Path, "mkdir", no_room)
    with pytest.raises(WarehouseOutOfReach, match="対処"):
        swap(link, 2, 1)
    monkeypatch.undo()
    link.with_suffix("").chmod(0o700)

    assert orders_in(link) == 1


def test_a_copy_that_does_not_fit_is_removed_and_named(path, link):
    publish(path, link, at(0))
    before = versions(link)
    for room in (0, 8192, 100_000, 400_000):
        path.touch()
        with small_files(room), pytest.raises(WarehouseOutOfReach) as full:
            publish(path, link, at(1))
        assert "analytics.duckdb" in str(full.value)
        assert "対処" in str(full.value)
        assert versions(link) == before
    path.touch()

    assert publish(path, link, at(1)) is not None


def test_a_version_that_cannot_be_shown_is_removed(link, monkeypatch):
    swap(link, 1, 0)
    before = versions(link)
    monkeypatch.setattr(Path, "symlink_to", no_room)
    with pytest.raises(WarehouseOutOfReach):
        swap(link, 2, 1)

    assert (versions(link), orders_in(link)) == (before, 1)


def no_room(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_the_group_reads_the_copy_and_nothing_else_of_the_home(path, link, monkeypatch):
    given = []
    monkeypatch.setattr(os, "chown", lambda file, _, gid: given.append((file, gid)))
    swap(link, 1, 0, group="games")
    version = link.resolve()

    assert {gid for _, gid in given} == {group_number("games")}
    assert len(given) == 4
    modes = {file: oct(file.stat().st_mode)[-3:] for file in (version, path)}
    assert modes == {version: "640", path: "600"}
    folders = [version.parent, version.parents[1], path.parent]
    assert [oct(folder.stat().st_mode)[-3:] for folder in folders] == [
        "750",
        "750",
        "710",
    ]


def test_what_stands_open_in_the_home_is_shut_before_the_group_may_enter(
    path, link, tmp_path, monkeypatch
):
    """Staff make the folders of `incoming/`: analysts could read the malls' files."""
    monkeypatch.setattr(os, "chown", lambda *_: None)
    (path.parent / "incoming/rakuten/demo").mkdir(parents=True)
    (path.parent / "b2.csv").write_text("x")
    (tmp_path / "share").mkdir()
    (path.parent / "linked").symlink_to(tmp_path / "share")
    for name in ("incoming", "b2.csv", "linked"):
        (path.parent / name).chmod(0o755)
    swap(link, 1, 0, group="games")

    modes = {
        name: oct((path.parent / name).stat().st_mode)[-3:]
        for name in ("incoming", "b2.csv", "linked")
    }
    assert modes == {"incoming": "750", "b2.csv": "750", "linked": "755"}


def group_number(name: str) -> int:
    return getgrnam(name).gr_gid


def test_without_a_group_the_copy_is_its_owners_only(path, link):
    publish(path, link, at(0))

    assert oct(link.resolve().stat().st_mode)[-3:] == "600"


def test_no_file_of_the_copies_is_anybody_elses_whatever_the_umask(path, link):
    before = os.umask(0)
    try:
        publish(path, link, at(0))
    finally:
        os.umask(before)
    files = [link.with_suffix(""), *link.with_suffix("").rglob("*")]

    assert [each.name for each in files if each.stat().st_mode & 0o077] == []


def test_a_publication_waits_for_no_client(path, link):
    publish(path, link, at(0))
    with duckdb.connect(link) as held:
        held.execute("CREATE TABLE mine AS FROM orders")
        path.touch()

        assert publish(path, link, at(1), patience_s=0) is not None
