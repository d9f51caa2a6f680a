"""One owner of a home: copies, frozen hosts and cut networks, with time told to them.

Folders stand for the disks of two hosts; a dictionary stands where Prefect keeps the
homes. The same with processes and a real Prefect is tests/flows/test_move_home.py.
"""

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

import pytest

from connectors.settings.fields import Settings
from connectors.settings.reading import read_settings
from data.model.japan_time import JST
from data.warehouse.errors import HomeMoved, WarehouseBusy
from data.warehouse.home_epochs import HomeEpoch, handed_over
from data.warehouse.session import warehouse
from tasks.homes import owner
from tasks.homes.blocks import JuchuHome
from tasks.homes.owner import ASKED_AGAIN_S, HELD_S, ClockPair, confirmed, owned

AT = datetime(2026, 7, 1, 9, tzinfo=JST)
COST = "INSERT INTO sku_costs VALUES (?, '2026-07-01', 1, 'x', now())"


class Cluster:
    """The homes that Prefect knows, the wire to it, and the time."""

    def __init__(self, home: Path) -> None:
        self.block = JuchuHome(host="host-a", folder=str(home))
        self.is_cut = False
        self.time = ClockPair(1000.0, 2000.0)

    def home_of(self, _: str) -> JuchuHome:
        if self.is_cut:
            raise OSError("no route to host")
        return self.block.model_copy()

    def save_home(self, _: str, home: JuchuHome) -> None:
        self.block = home

    def pass_by(self, since_boot_s: float, of_day_s: float | None = None) -> None:
        of_day_s = since_boot_s if of_day_s is None else of_day_s
        boot, day = self.time
        self.time = ClockPair(boot + since_boot_s, day + of_day_s)

    def move(self, file: Path, to: str, copy: Path) -> None:
        """Do what `make move-home` does to file and block."""
        new = HomeEpoch("h1", self.block.epoch + 1, to)
        with handed_over(file, new, AT, 1):
            shutil.copytree(file.parent, copy)
            self.block = JuchuHome(host=to, folder=str(copy), epoch=new.epoch)

    def clock(self) -> ClockPair:
        return self.time


@pytest.fixture
def cluster(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    made = Cluster(home)
    monkeypatch.setattr(owner, "home_of", made.home_of)
    monkeypatch.setattr(owner, "save_home", made.save_home)
    monkeypatch.setattr(owner, "one_mover", lambda _: nullcontext())
    monkeypatch.setenv("JUCHU_HOME_NAME", "h1")
    owner._last.clear()
    yield made
    owner._last.clear()


def on(host: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return the settings of a host; it is another process, which remembers nothing."""
    owner._last.clear()
    monkeypatch.setenv("JUCHU_HOST", host)
    monkeypatch.setenv("JUCHU_HOME", str(folder))
    return read_settings()


def write(cluster: Cluster, settings: Settings, what: str) -> None:
    with owned(settings, lambda: AT, cluster.clock) as con:
        con.execute(COST, [what])


def freeze_within(cluster: Cluster, settings: Settings, *passed: float) -> None:
    """Stand still in a transaction while the home goes to another host."""
    with owned(settings, lambda: AT, cluster.clock) as con:
        con.execute(COST, ["woken"])
        cluster.block = JuchuHome(host="host-b", folder="/b", epoch=2)
        cluster.pass_by(*passed)


def written(folder: Path) -> set[str]:
    with warehouse(folder / "juchu.duckdb") as con:
        return {sku for (sku,) in con.execute("SELECT sku FROM sku_costs").fetchall()}


def test_a_copied_folder_writes_nothing_while_the_old_worker_lives(
    cluster: Cluster, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write(cluster, on("host-a", home, monkeypatch), "old")
    copy = Path(shutil.copytree(home, tmp_path / "copy"))
    for host in ("host-a", "host-b"):  # with the old host's .env, or its own
        with pytest.raises(HomeMoved, match="ホスト host-a"):
            write(cluster, on(host, copy, monkeypatch), "copied")
    write(cluster, on("host-a", home, monkeypatch), "still")

    assert written(copy) == {"old"}
    assert written(home) == {"old", "still"}


def test_after_a_move_the_old_worker_writes_nothing(
    cluster: Cluster, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    old = on("host-a", home, monkeypatch)
    write(cluster, old, "before")
    answers = dict(owner._last)
    cluster.move(home / "juchu.duckdb", "host-b", tmp_path / "b")
    write(cluster, on("host-b", tmp_path / "b", monkeypatch), "after")
    on("host-a", home, monkeypatch)
    owner._last.update(answers)  # frozen before the move, awake within 20 s
    with pytest.raises(HomeMoved, match="世代 2"):
        write(cluster, old, "woken")
    cluster.pass_by(ASKED_AGAIN_S + 1)  # awake later: it asks
    with pytest.raises(HomeMoved, match="ホスト host-b"):
        write(cluster, old, "woken")

    assert written(home) == {"before"}
    assert written(tmp_path / "b") == {"before", "after"}


@pytest.mark.parametrize("passed", [(3600, 3600), (0, 3600), (0, -3600)])
def test_a_host_frozen_within_a_transaction_does_not_commit(
    cluster: Cluster,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    passed: tuple[float, float],
):
    old = on("host-a", home, monkeypatch)
    write(cluster, old, "before")
    with pytest.raises(HomeMoved):
        freeze_within(cluster, old, *passed)

    assert written(home) == {"before"}


def test_a_host_cut_off_stops_itself_within_a_minute(
    cluster: Cluster, home: Path, monkeypatch: pytest.MonkeyPatch
):
    here = on("host-a", home, monkeypatch)
    write(cluster, here, "before")
    cluster.is_cut = True
    cluster.pass_by(HELD_S - 1)
    write(cluster, here, "restarting server")
    cluster.pass_by(2)
    with pytest.raises(WarehouseBusy, match="何も書き込んでいません"):
        write(cluster, here, "cut off")
    cluster.is_cut = False
    write(cluster, here, "again")

    assert written(home) == {"before", "restarting server", "again"}


def test_a_new_process_without_prefect_owns_nothing(
    cluster: Cluster, home: Path, monkeypatch: pytest.MonkeyPatch
):
    cluster.is_cut = True
    with pytest.raises(WarehouseBusy):
        confirmed(on("host-a", home, monkeypatch), cluster.clock)


def test_the_first_folder_of_the_host_is_the_home_and_no_second_one(
    cluster: Cluster, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    copy = Path(shutil.copytree(home, tmp_path / "copy"))
    place = confirmed(on("host-a", home, monkeypatch), cluster.clock).place
    with pytest.raises(HomeMoved):
        confirmed(on("host-a", copy, monkeypatch), cluster.clock)

    assert place == cluster.block.place != ""
