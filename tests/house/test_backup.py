"""A backup counts once it was opened and every rule holds in it; old ones go."""

import errno
import os
import shutil
import stat
import subprocess
import sys
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from connectors.settings.fields import Settings
from connectors.uploads import Uploads
from data.model.backup import backup_name, backup_time, kept_backups
from data.model.japan_time import JST
from data.warehouse.errors import BackupRefused, RestoreRefused
from data.warehouse.house import backup, safety_copy
from data.warehouse.house.backup import back_up, backups, copy_backup, is_whole
from data.warehouse.house.restore import restore
from data.warehouse.session import warehouse
from flows import keep_house
from tasks.house import backup as house
from tests.house.night import Night
from tests.support.effort import for_ci
from tests.support.planted import caught, planted_source
from tests.support.small_files import small_files
from tests.warehouse import rewriting

NIGHT = datetime(2026, 7, 1, 3, tzinfo=JST)


def orders(path: Path) -> int:
    with warehouse(path) as con:
        ((stored,),) = con.execute("SELECT count(*) FROM orders").fetchall()
    return int(stored)


def test_a_backup_holds_what_stood_in_file_and_wal_and_opens_by_itself(path, tmp_path):
    rewriting.store(path, 0)
    folder = path.parent / "backup"
    made = back_up(path, folder, NIGHT)
    rewriting.store(path, 1)
    alone = tmp_path / "alone" / "juchu.duckdb"
    alone.parent.mkdir()
    alone.write_bytes(made.file.read_bytes())

    assert made.broken == ()
    assert list(backups(folder)) == [NIGHT]
    assert is_whole(made.file)
    assert (orders(alone), orders(path)) == (rewriting.BATCH, 2 * rewriting.BATCH)
    checked = subprocess.run(
        ["sha256sum", "-c", f"{made.file.name}.sha256"], cwd=folder, check=False
    )
    assert checked.returncode == 0
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_copy_that_breaks_a_rule_does_not_count(path):
    rewriting.store(path, 0)
    with warehouse(path) as con:
        con.execute("DELETE FROM order_packages")
    made = backup.back_up(path, path.parent / "backup", NIGHT)

    assert [each.rule for each in made.broken]
    assert backups(path.parent / "backup") == {}
    assert made.file.exists()


def test_a_backup_that_cannot_be_read_is_refused(path, monkeypatch):
    def torn(source: Path, target: Path, held: object) -> None:
        target.write_bytes(source.read_bytes()[:20_000])

    rewriting.store(path, 0)
    monkeypatch.setattr(backup, "copy_file", torn)

    with pytest.raises(BackupRefused, match="対処"):
        back_up(path, path.parent / "backup", NIGHT)
    assert list((path.parent / "backup").iterdir()) == []
    assert orders(path) == rewriting.BATCH


def test_a_copy_for_which_there_is_no_room_is_not_begun(path, monkeypatch):
    rewriting.store(path, 0)
    room = path.stat().st_size - 1
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _folder: SimpleNamespace(free=room)
    )
    monkeypatch.setattr(
        safety_copy, "_pour", lambda *_: pytest.fail("a byte was written")
    )

    with pytest.raises(BackupRefused, match="No space left on device"):
        back_up(path, path.parent / "backup", NIGHT)
    assert list((path.parent / "backup").iterdir()) == []


def test_a_backup_that_gets_no_sum_takes_no_room(path, monkeypatch):
    def no_room(_file: Path) -> str:
        raise OSError(28, "No space left on device")

    rewriting.store(path, 0)
    monkeypatch.setattr(backup, "sha256_of", no_room)

    with pytest.raises(BackupRefused, match="No space left on device"):
        back_up(path, path.parent / "backup", NIGHT)
    assert list((path.parent / "backup").iterdir()) == []


def test_another_folder_without_room_keeps_no_half_copy(path, tmp_path):
    made = back_up(path, path.parent / "backup", NIGHT)
    with small_files(200_000), pytest.raises(OSError, match="File too large"):
        copy_backup(made.file, tmp_path / "disk")

    assert list((tmp_path / "disk").iterdir()) == []


def test_a_copy_that_differs_from_the_backup_does_not_count(
    path, tmp_path, monkeypatch
):
    made = back_up(path, path.parent / "backup", NIGHT)
    monkeypatch.setattr(
        backup, "copy_file", lambda _source, target, _held: target.write_bytes(b"else")
    )
    with pytest.raises(BackupRefused, match="一致しません"):
        copy_backup(made.file, tmp_path / "disk")

    assert list((tmp_path / "disk").iterdir()) == []


def test_of_two_backups_at_once_one_is_made_and_the_other_refused(path, monkeypatch):
    folder = path.parent / "backup"
    said: list[str] = []
    copied = backup.copy_file

    def another_begins(source: Path, target: Path, held: object) -> None:
        if not said:
            with pytest.raises(BackupRefused, match="対処") as refused:
                back_up(path, folder, NIGHT + timedelta(seconds=1))
            said.append(str(refused.value))
        copied(source, target, held)

    rewriting.store(path, 0)
    monkeypatch.setattr(backup, "copy_file", another_begins)
    made = back_up(path, folder, NIGHT)

    assert "ほかの処理がバックアップを作成しています" in said[0]
    assert (list(backups(folder)), is_whole(made.file)) == ([NIGHT], True)
    assert back_up(path, folder, NIGHT + timedelta(days=1)).broken == ()


def test_without_room_for_the_copy_nothing_counts_and_the_next_one_is_made(path):
    rewriting.store(path, 0)
    folder = path.parent / "backup"
    code = (
        "import resource, sys, pathlib, datetime\n"
        "from data.warehouse.house.backup import back_up\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "at = datetime.datetime.fromisoformat(sys.argv[3])\n"
        "back_up(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), at)\n"
    )
    full = subprocess.run(
        [sys.executable, "-c", code, str(path), str(folder), NIGHT.isoformat()],
        capture_output=True,
        text=True,
        check=False,
    )

    assert full.returncode == 1
    assert f"{folder} に作成できませんでした(File too large)" in full.stderr
    assert list(folder.iterdir()) == []  # its room is there for orders
    assert (backups(folder), orders(path)) == ({}, rewriting.BATCH)
    assert back_up(path, folder, NIGHT).broken == ()
    assert list(backups(folder)) == [NIGHT]


def test_unopened_copies_that_would_count_are_caught(path):
    bug = "broken = tuple(_checked(copy))"
    with planted_source(backup, bug, "broken = ()"), caught():
        test_a_copy_that_breaks_a_rule_does_not_count(path)


@for_ci
def test_a_night_that_was_cut_off_leaves_no_backup_that_counts(path):
    rewriting.store(path, 0)
    folder = path.parent / "backup"
    made = back_up(path, folder, NIGHT)
    made.file.with_name(made.file.name + ".sha256").unlink()  # it is written last
    again = back_up(path, folder, NIGHT + timedelta(minutes=1))

    assert list(backups(folder).values()) == [again.file]


def test_another_folder_gets_the_same_bytes_and_a_damaged_one_is_seen(path, tmp_path):
    made = back_up(path, path.parent / "backup", NIGHT)
    there = copy_backup(made.file, tmp_path / "disk")
    whole = is_whole(there)
    with there.open("r+b") as file:
        file.seek(5000)
        file.write(b"x")

    assert (whole, is_whole(there)) == (True, False)


def test_names_tell_the_time_and_other_files_are_none():
    assert backup_time(backup_name(NIGHT)) == NIGHT
    assert backup_time("juchu.duckdb") is None


def test_each_of_the_last_days_and_weeks_keeps_its_last_backup():
    nights = [NIGHT - timedelta(days=n) for n in range(40)]
    twice = [NIGHT - timedelta(hours=1)]
    kept = kept_backups([*nights, *twice], daily=7, weekly=3)

    assert sorted(kept, reverse=True) == [
        *nights[:7],  # Wednesday the 1st to Thursday the 25th
        nights[10],  # Sunday the 21st: the week before
    ]
    assert kept_backups([NIGHT], 1, 0) == {NIGHT}


def test_the_night_makes_one_keeps_the_numbers_and_says_what_it_did(
    night: Night, monkeypatch
):
    monkeypatch.setenv("JUCHU_BACKUP_DAILY", "2")
    monkeypatch.setenv("JUCHU_BACKUP_WEEKLY", "0")
    monkeypatch.setenv("JUCHU_BACKUP_COPY", str(night.home.parent / "disk"))
    ends = []
    for _ in range(3):
        ends.append(night.keep())
        night.pass_days()

    assert [kind for kind, _ in ends] == ["COMPLETED"] * 3
    assert night.backups[-1] in ends[-1][1]
    assert len(night.backups) == 2
    assert sorted(p.name for p in (night.home.parent / "disk").glob("*.duckdb")) == (
        night.backups
    )
    assert "| backup | 完了 |" in night.shown("house-report")


def test_no_copy_is_made_in_the_place_of_a_disk_that_is_gone(night: Night, monkeypatch):
    disk = night.home.parent / "disk"
    monkeypatch.setenv("JUCHU_BACKUP_COPY", str(disk))
    assert night.keep()[0] == "COMPLETED"
    disk.rename(disk.with_name("unplugged"))
    night.pass_days()
    for is_mount_point in (False, True):
        if is_mount_point:
            disk.mkdir()
        kind, message = night.keep()
        assert kind == "FAILED"
        assert "失敗した処理: copy" in message
        assert "以前のコピーが1つもありません" in night.shown("house-report")
        assert disk.exists() == is_mount_point
        night.pass_days()
    (night.home / "backup/copied-to").unlink()

    assert night.keep()[0] == "COMPLETED"
    assert [one.name for one in disk.glob("*.duckdb")] == night.backups[-1:]


def test_homes_with_one_env_file_keep_their_copies_apart(path, tmp_path, monkeypatch):
    """Of each night only the last home's was left, and of the others none."""
    disk = tmp_path / "disk"
    monkeypatch.setenv("JUCHU_BACKUP_COPY", str(disk))
    monkeypatch.setenv("JUCHU_BACKUP_DAILY", "1")
    monkeypatch.setenv("JUCHU_BACKUP_WEEKLY", "0")
    rewriting.store(path, 0)
    made = []
    for minute, name in enumerate(("home-1", "home-2")):
        at, home = NIGHT + timedelta(minutes=minute), tmp_path / name
        made.append(back_up(path, home / "backup", at).file.name)
        monkeypatch.setenv("JUCHU_HOME", str(home))
        monkeypatch.setenv("JUCHU_HOME_NAME", name)
        monkeypatch.setattr(house, "now", lambda at=at: at)
        house.copy_elsewhere.fn()

    assert sorted(one.name for one in disk.rglob("*.duckdb")) == made


def test_a_rule_that_does_not_hold_fails_the_night_and_waits_for_a_person(night: Night):
    rewriting.store(night.path, 0)
    night.ask("DELETE FROM order_packages")
    kind, message = night.keep()
    ((key, what),) = night.ask(
        "SELECT key, what FROM needs_a_person WHERE kind = 'rule_broken' LIMIT 1"
    )

    assert (kind, night.backups) == ("FAILED", [])
    assert key in message
    assert "対処" in what


def test_an_odd_sum_of_the_malls_waits_for_a_person_and_costs_no_backup(night: Night):
    rewriting.store(night.path, 0)
    night.ask("UPDATE orders SET wrappings = [], gift_fee = 1")
    kind, message = night.keep()
    ((key, what),) = night.ask(
        "SELECT key, what FROM needs_a_person WHERE kind = 'rule_broken'"
    )
    made = night.home / "backup" / night.backups[0]

    assert (kind, len(night.backups)) == ("COMPLETED", 1)
    assert made.name in message
    assert key == "lines_and_wrappings_are_the_goods"
    assert "対処" in what
    assert key in night.shown("house-report")
    new = night.home.parent / "new" / "juchu.duckdb"
    assert restore(new, made, night.at, over_good=False).source == made


def test_without_a_good_backup_for_26_hours_somebody_is_told(night: Night):
    night.keep()
    night.pass_days(1)
    quiet = raised(night)
    night.pass_days(0.2)
    told = raised(night)
    night.keep()

    assert (quiet, told) == ([], ["juchu.alarm.backup-old.raised"])
    assert raised(night) == ["juchu.alarm.backup-old.healed"]


@for_ci
def test_a_backup_dated_ahead_by_a_wrong_clock_does_not_keep_the_alarm_quiet(path):
    rewriting.store(path, 0)
    settings = Settings(home=path.parent)
    later = [NIGHT + timedelta(hours=hours) for hours in (25, 27)]
    for at in (NIGHT, NIGHT + timedelta(days=40)):  # the clock was put right afterwards
        back_up(path, settings.backup, at)

    quiet, told = (house.backup_is_old(settings, at, NIGHT) for at in later)
    back_up(path, settings.backup, later[1])

    assert quiet == ""
    assert "07月01日 03:00" in told
    assert house.backup_is_old(settings, later[1], NIGHT) == ""


@for_ci
def test_a_backup_dated_ahead_is_not_taken_for_the_youngest(
    path, tmp_path, monkeypatch
):
    rewriting.store(path, 0)
    folder, disk = path.parent / "backup", tmp_path / "disk"
    back_up(path, folder, NIGHT + timedelta(days=40))
    right = back_up(path, folder, NIGHT).file
    monkeypatch.setenv("JUCHU_HOME", str(path.parent))
    monkeypatch.setenv("JUCHU_BACKUP_COPY", str(disk))
    monkeypatch.setattr(house, "now", lambda: NIGHT + timedelta(minutes=1))
    house.copy_elsewhere.fn()

    assert [one.name for one in disk.glob("*.duckdb")] == [right.name]
    for at, good in ((NIGHT, False), (NIGHT + timedelta(days=41), True)):
        if good:
            assert restore(path, folder, at, over_good=True).source != right
        else:
            with pytest.raises(RestoreRefused, match=r"時計.*対処"):
                restore(path, folder, at, over_good=True)


def test_a_house_that_was_never_kept_is_told_after_26_hours(night: Night):
    night.at = datetime.now(JST)
    night.ask("FROM orders")
    quiet = raised(night)
    night.pass_days(2)

    assert (quiet, raised(night)) == ([], ["juchu.alarm.backup-old.raised"])


@for_ci
def test_a_night_that_fails_is_told_and_the_next_good_one_heals_it(night: Night):
    rewriting.store(night.path, 0)
    night.keep()
    night.pass_days(1)
    night.ask("CREATE TABLE aside AS FROM order_packages; DELETE FROM order_packages")
    failed, _ = night.keep()
    night.pass_days(0.2)
    told = raised(night)
    night.ask("INSERT INTO order_packages FROM aside; DROP TABLE aside")

    assert (failed, told) == ("FAILED", ["juchu.alarm.backup-old.raised"])
    assert night.keep()[0] == "COMPLETED"
    assert raised(night) == ["juchu.alarm.backup-old.healed"]


def raised(night: Night) -> list[str]:
    """The events about backups since the last look."""
    keep_house.raise_alarms()
    found = [e["event"] for e in night.shown.events if "backup-old" in e["event"]]
    night.shown.events.clear()
    return found


HALF = ("juchu-{}.duckdb", "juchu-{}.duckdb.wal", "juchu-{}.duckdb.part")
HALF_OTHERS = ("juchu-{}.duckdb.sha256.part",)


@for_ci
def test_what_killed_nights_left_half_made_goes_in_both_folders(
    night: Night, monkeypatch
):
    """A buyer who was cleared would stay in it for ever."""
    disk = night.home.parent / "disk"
    monkeypatch.setenv("JUCHU_BACKUP_COPY", str(disk))
    night.keep()
    counted = night.backups
    for folder in (night.home / "backup", disk):
        for name in (*HALF, *HALF_OTHERS):
            left(folder / name.format("20200101-030000"), night, days=2)
        left(folder / "juchu-20200102-030000.duckdb.sha256", night, days=2)
        left(folder / "juchu-20200103-030000.duckdb", night, days=0.5)
    replaced = [left(night.home / f"replaced-{n}" / "f", night, n) for n in (36, 34)]
    night.keep()

    stays = {*counted, *night.backups, "juchu-20200103-030000.duckdb"}
    for folder in (night.home / "backup", disk):
        there = {one.name for one in folder.iterdir()}
        assert {name for name in there if name.startswith("juchu-2020")} == {
            "juchu-20200103-030000.duckdb"
        }
        assert {one.name for one in folder.glob("*.duckdb")} == stays
    assert [one.exists() for one in replaced] == [False, True]


def left(file: Path, night: Night, days: float) -> Path:
    """A file and its folder as they were so many days ago."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")
    then = night.at.timestamp() - days * 86_400
    for each in (file, file.parent):
        os.utime(each, (then, then))
    return file


@for_ci
def test_an_upload_whose_import_broke_off_stays_for_a_week(night: Night):
    uploads = Uploads(night.home / "uploads")
    kept = {}
    for name, days, booked in (("new", 6, "run"), ("old", 8, "run"), ("own", 2, "")):
        upload = uploads.keep(
            [(name, BytesIO(b"x"))], kind="orders", choices={}, who="山田", most=9
        )
        uploads.save(upload.model_copy(update={"booked": booked}))
        then = night.at.timestamp() - days * 86_400
        for file in (night.home / "uploads").glob(f"*{upload.token}*"):
            os.utime(file, (then, then))
        kept[name] = upload
    night.keep()

    assert {name for name, one in kept.items() if uploads.is_whole(one)} == {"new"}
    assert uploads.find(kept["new"].token)
    assert not uploads.find(kept["old"].token)


def test_a_file_that_cannot_be_deleted_keeps_no_other(
    night: Night, monkeypatch: pytest.MonkeyPatch
):
    """Addresses lay for ever behind the first file of another user's."""
    unlink = Path.unlink

    def refused(path: Path, **given: bool) -> None:
        if "架空" in path.name:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        unlink(path, **given)

    for name in ("rejected/架空花子.csv", "labels/labels-1.csv", "labels/labels-2.csv"):
        file = night.home / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("x")
        then = night.at.timestamp() - 400 * 86_400
        os.utime(file, (then, then))
    monkeypatch.setattr(Path, "unlink", refused)
    kind, _ = night.keep()
    report = night.shown("house-report")

    assert kind == "FAILED"
    assert [*(night.home / "labels").iterdir()] == []
    assert f"{night.home / 'rejected'} に1件" in report
    assert "対処: フォルダーとファイルのアクセス権" in report
    assert "花子" not in report


def test_a_folder_that_cannot_be_deleted_fails_the_night(
    night: Night, monkeypatch: pytest.MonkeyPatch
):
    """Every buyer of that time is in a warehouse that a restore moved aside."""
    kept = left(night.home / "replaced-20200101-030000" / "kept.duckdb", night, days=40)
    gone = left(night.home / "juchu.duckdb.restoring" / "juchu.duckdb", night, days=2)
    unlink = os.unlink

    def refused(name: str | os.PathLike[str], **given: int) -> None:
        if os.fspath(name).endswith(kept.name):
            raise PermissionError(errno.EACCES, "Permission denied", name)
        unlink(name, **given)

    monkeypatch.setattr(os, "unlink", refused)
    kind, _ = night.keep()

    assert (kind, kept.exists(), gone.parent.exists()) == ("FAILED", True, False)
    assert f"{night.home} に1件" in night.shown("house-report")


@for_ci
def test_files_go_when_their_days_are_over_and_not_before(night: Night):
    ages = {
        "incoming/done/old.csv": 91, "incoming/done/new.csv": 89,
        "incoming/rakuten/demo/waits.csv": 400, "rejected/old.csv": 91,
        "labels/old.csv": 31, "labels/new.csv": 29, "logs/old.log": 31,
        "looks/2025-01.jsonl": 366, "looks/2026-01.jsonl": 364,
        "juchu.duckdb.abc/juchu.duckdb": 2, "keep.me": 999,
        "uploads/desk-0123-1": 2, "uploads/desk-0123-1.given": 2,
        "uploads/desk-0123.json": 2, "uploads/desk-4567-1": 0.9,
        "uploads/tracking-amazon-1.txt": 31, "uploads/tracking-amazon-2.txt": 29,
    }  # fmt: skip
    for name, days in ages.items():
        file = night.home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
        then = night.at.timestamp() - days * 86_400
        os.utime(file, (then, then))
        if "duckdb." in name:
            os.utime(file.parent, (then, then))
    night.keep()

    assert {name for name in ages if (night.home / name).exists()} == {
        "incoming/done/new.csv", "incoming/rakuten/demo/waits.csv", "labels/new.csv",
        "keep.me", "looks/2026-01.jsonl", "uploads/desk-4567-1",
        "uploads/tracking-amazon-2.txt",
    }  # fmt: skip
