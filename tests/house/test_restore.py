"""The home is lost on a busy day: restored, gone on with, and equal to RMS's truth."""

import gzip
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from connectors.notices.spool import Spool
from data.model.japan_time import JST
from data.model.matter import MatterKind
from data.warehouse import session
from data.warehouse.errors import (
    RestoreRefused,
    WarehouseBusy,
    WarehouseDamaged,
    WarehouseFull,
)
from data.warehouse.house import restore as door
from data.warehouse.house.backup import back_up
from data.warehouse.house.restore import restore
from data.warehouse.house.safety_copy import wal_of
from data.warehouse.invariants import violations
from data.warehouse.matters import dismiss_matter, matters
from data.warehouse.session import warehouse
from tasks import buyers, orders, rms
from tasks.runs import loads as runs
from tasks.setup import restore as restoring
from tasks.setup.restore import restore_home
from tasks.shipping import shipments, tracking
from tasks.stock import files
from tests.shipping.lab import Lab, tracking_number
from tests.stock.shop_of_flows import SHOP, Shelf, opened_shelf
from tests.support.canary import leaks
from tests.support.dies_at import Point, die_at
from tests.support.effort import EFFORT, first, for_ci, for_crash
from tests.support.forked import Forked
from tests.support.kept_open import kept_open
from tests.support.orders import order_number
from tests.support.sandbox import Sandbox
from tests.support.small_files import small_files
from tests.warehouse import rewriting, writer
from tests.warehouse.made_notices import a_notice
from tests.warehouse.test_buyers import TRACES, an_order_of, left_of_buyer, store

DAYS = range({"crash": 100, "long": 10}.get(EFFORT, 2))
GOODS = [("kakuu-tea", "kakuu-tea"), ("kakuu-mug", "kakuu-mug"), ("kakuu-bag", "kb-1")]
NIGHT = datetime(2026, 7, 1, 3, tzinfo=JST)
RELEASED = Path("tests/warehouse/golden/warehouse-0005.duckdb.gz")


class Clerk:
    """Who works the day, and knows on paper what was entered."""

    def __init__(self, shelf: Shelf, lab: Lab, dice: random.Random) -> None:
        self.shelf, self.lab, self.dice = shelf, lab, dice
        self.counted: dict[tuple[str, str], tuple[datetime, int]] = {}
        self.counts: list[tuple[datetime, Path]] = []
        self.parcels: list[tuple[datetime, str]] = []
        self.shipped: list[str] = []

    def begin(self, steps: int) -> None:
        for goods in GOODS:
            self._count(goods, 500)
        self.work(steps)

    def work(self, steps: int) -> None:
        does = (self.sell, self.sell, self.sweep, self.push, self.count, self.ship)
        for _ in range(steps):
            self.shelf.pass_time()
            self.dice.choice(does)()

    def settle(self) -> None:
        """Quiet runs, once what was under way is over."""
        for _ in range(2):
            self.shelf.pass_time(360)
            self.shelf.sweep()
            self.shelf.push()
            self.lab.push()

    def sell(self) -> None:
        self.shelf.sell(self.dice.randint(1, 3))

    def sweep(self) -> None:
        self.shelf.sweep()

    def push(self) -> None:
        self.shelf.push()

    def count(self) -> None:
        self._count(self.dice.choice(GOODS), self.dice.randint(300, 500))

    def _count(self, goods: tuple[str, str], units: int) -> None:
        self.shelf.sweep()
        self.shelf.counted({goods: units})
        at = self.shelf.now() - timedelta(seconds=2)
        self.counts.append((at, self.shelf.home / f"count-{self.shelf.files}.csv"))
        self.counted[goods] = at, units

    def ship(self) -> None:
        (number,) = self.lab.sell(over_days=0)  # not a week ago, unseen since
        nth = len(self.shipped)
        parcel = (self.lab.key(number), tracking_number(nth))
        day = self.shelf.now().date()
        path = Path(self.lab.b2(parcel, day=day)).rename(
            self.shelf.home / f"parcels-{nth}.csv"
        )
        self.shipped.append(number)
        self.parcels.append((self.shelf.now(), str(path)))
        self.lab.take(str(path))
        self.lab.push()

    def enter_again(self, since: datetime) -> None:
        """Enter what the list of lost hours asks for, as of when it was entered."""
        for at, path in self.counts:
            if at >= since:
                files.import_stock_file(str(path), SHOP, at, "店長")
        for at, path in self.parcels:
            if at >= since:
                self.lab.take(path)


def lose(home: Path, dice: random.Random) -> None:
    """The disk is gone but for the backups, or the file and its WAL are torn."""
    if dice.random() < 0.7:
        for each in home.iterdir():
            if each.is_dir() and each.name != "backup":
                shutil.rmtree(each)
            elif each.name.startswith(("juchu.", "people.")):
                each.unlink()
    else:
        with (home / "juchu.duckdb").open("r+b") as file:
            file.write(b"\0" * 20_000)


@contextmanager
def opened_day(mall: Sandbox, home: Path, seed: int) -> Iterator[Clerk]:
    mall.settings(async_delay_s=0.1)
    with opened_shelf(mall, home) as shelf, pytest.MonkeyPatch.context() as patch:
        lab = Lab(mall, home, patch)
        for module in (orders, runs, rms, tracking, shipments, restoring):
            patch.setattr(module, "now", shelf.now)
        yield Clerk(shelf, lab, random.Random(seed))  # noqa: S311 - a fixed seed


@first(1, for_crash)
@pytest.mark.parametrize("day", DAYS)
def test_a_home_killed_on_a_busy_day_is_restored_and_equals_the_truth(
    sandbox: Sandbox, home: Path, day: int
):
    with opened_day(sandbox, home, day) as clerk:
        dice, shelf = clerk.dice, clerk.shelf
        with kept_open():
            clerk.begin(dice.randint(0, 3))
            saved_at = shelf.now()
            back_up(shelf.path, home / "backup", saved_at)
            clerk.work(dice.randint(1, 6))
        lose(home, dice)
        done = restore_home(home / "backup", over_good=False)
        with kept_open():
            assert_listed(shelf, saved_at)
            shelf.pass_time(360)  # what was under way is over
            shelf.sweep()
            clerk.enter_again(done.lost_from)
            dismissed(shelf)
            clerk.work(dice.randint(0, 3))
            clerk.settle()
            assert_equal_to_truth(clerk)


@for_ci
def test_what_was_sold_out_in_the_lost_hours_is_not_put_on_sale_again(
    sandbox: Sandbox, home: Path
):
    tea, mug, _ = GOODS
    with opened_shelf(sandbox, home) as shelf:
        with kept_open():
            shelf.counted({tea: 1000, mug: 1000})
            shelf.push()
            back_up(shelf.path, home / "backup", shelf.now())
            shelf.counted({tea: 0, mug: 1000})
            shelf.push()
        restore_home(home / "backup", over_good=True)
        with kept_open():
            on_sale = shelf.units()
            shelf.counted({mug: 990})
            kind, message = shelf.push(full=True)

            assert (on_sale[tea], on_sale[mug]) == (0, 1000)
            assert (shelf.units()[tea], shelf.units()[mug]) == (0, 990)
            assert (kind, message.count("対処")) == ("FAILED", 1)
            assert "dismiss" in message
            shelf.counted({tea: 5})
            dismissed(shelf)
            kind, message = shelf.push()

            assert (kind, shelf.units()[tea]) == ("COMPLETED", 5), message


def dismissed(shelf: Shelf) -> None:
    """Take the lost hours off the list, once all was entered again."""
    with warehouse(shelf.path) as con:
        for one in matters(con, MatterKind.HOURS_LOST):
            given = {"who": "店長", "note": "入力済み", "at": shelf.now()}
            dismiss_matter(con, MatterKind.HOURS_LOST, one.key, **given)


def assert_listed(shelf: Shelf, saved_at: datetime) -> None:
    """The lost hours wait for a person, from the backup's second on."""
    ((key, what),) = shelf.ask(
        "SELECT key, what FROM needs_a_person WHERE kind = 'hours_lost'"
    )
    assert key.startswith(f"{saved_at:%Y%m%d-%H%M}/")
    assert "棚卸" in what


def assert_equal_to_truth(clerk: Clerk) -> None:
    """Orders, levels and tracking rows are what the sandbox says they are."""
    shelf = clerk.shelf
    truth = clerk.lab.rms.orders()
    stored = dict(shelf.ask("SELECT order_number, mall_status FROM orders"))
    assert stored == {
        number: str(order["orderProgress"]) for number, order in truth.items()
    }
    rows = clerk.lab.rows_at_rms(*clerk.shipped)
    sent = [number for _, _, number in rows if number]
    assert sorted(sent) == [tracking_number(n) for n in range(len(clerk.shipped))]
    offers = shelf.offers()
    assert {goods: shelf.units()[goods] for goods in offers} == offers
    assert set(offers) == set(GOODS)
    levels = dict(shelf.ask("SELECT sku, level FROM stock_levels"))
    skus = {
        (manage, variant): sku
        for manage, variant, sku in shelf.ask(
            "SELECT manage_number, variant_id, sku FROM sku_map"
        )
    }
    for goods, (at, units) in clerk.counted.items():
        ((sold,),) = shelf.ask(
            "SELECT coalesce(sum(l.quantity), 0)::BIGINT FROM order_lines AS l"  # noqa: S608
            " JOIN orders AS o USING (mall, shop_id, order_number)"
            f" WHERE manage_number = '{goods[0]}' AND variant_id = '{goods[1]}'"
            f" AND o.ordered_at > '{at.isoformat()}' AND NOT o.cancelled"
        )
        assert levels[skus[goods]] == units - sold, goods


def filled(path: Path) -> Path:
    rewriting.store(path, 0)
    return back_up(path, path.parent / "backup", NIGHT).file


def test_a_good_warehouse_is_not_replaced_without_a_word(path):
    source = filled(path)
    rewriting.store(path, 1)

    with pytest.raises(RestoreRefused, match="OVER=good"):
        restore(path, source.parent, NIGHT, over_good=False)
    done = restore(path, source.parent, NIGHT, over_good=True)

    with warehouse(path) as con:
        assert con.execute("SELECT count(*) FROM orders").fetchall() == [(5,)]
    assert done.aside
    with warehouse(done.aside / path.name) as con:
        assert con.execute("SELECT count(*) FROM orders").fetchall() == [(10,)]


FOLDER = Path(door.__file__).parent.relative_to(Path.cwd())
SWITCH = [
    *(
        Point(str(FOLDER / "restore.py"), line)
        for line in (
            "aside = _put_aside(path, at)",
            "(aside / each.name).hardlink_to(each)",
            "sync(aside)",
            "part.rename(restored_of(path))  # up to here all is as it was",
            "put_restored(path)",
        )
    ),
    *(
        Point(str(FOLDER / "safety_copy.py"), line)
        for line in (
            "(restored_of(path) / path.name).replace(path)",
            "_remove(restored_of(path))",
        )
    ),
]


def dying(point: Point, path: Path, source: Path, over_good: bool) -> None:
    die_at(point)
    restore(path, source, NIGHT, over_good=over_good)


@pytest.mark.parametrize("point", SWITCH, ids=lambda point: point.line)
def test_a_killed_restore_leaves_the_old_warehouse_or_the_new_one_whole(
    path, point, monkeypatch
):
    """Its last commits were aside already: it went on without them, unseen."""
    source = filled(path)
    monkeypatch.setattr(session, "SHORTEST_WAL", session.LONGEST_WAL)
    rewriting.store(path, 1)
    assert wal_of(path).stat().st_size
    killed = Forked(dying, point, path, source, True)
    killed.communicate()

    assert killed.returncode == -9
    with warehouse(path) as con:
        ((orders,),) = con.execute("SELECT count(*) FROM orders").fetchall()
    assert orders in {5, 10}


@first(2, for_ci)
@pytest.mark.parametrize("point", SWITCH[::-1], ids=lambda point: point.line)
def test_the_same_call_again_ends_a_killed_restore(path, point):
    source = filled(path)
    path.write_bytes(b"no database" * 999)
    Forked(dying, point, path, source, False).communicate()
    done = restore(path, source, NIGHT, over_good=False)

    assert done.aside
    with warehouse(path) as con:
        assert con.execute("SELECT count(*) FROM orders").fetchall() == [(5,)]
        assert violations(con) == []


@pytest.mark.parametrize("over_good", [True, False])
def test_a_warehouse_that_somebody_has_open_is_not_replaced(path, over_good):
    source = filled(path)
    holder = Forked(writer.hold_until_told, path, path.with_name("go"))
    assert holder.stdout.readline() == "held\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "_is_good", lambda _path: False)  # it was damaged just now
        with pytest.raises(WarehouseBusy, match="対処"):
            restore(path, source, NIGHT, over_good=over_good)
    aside = list(path.parent.glob("replaced-*"))
    path.with_name("go").touch()
    holder.communicate()

    assert (holder.returncode, aside) == (0, [])
    with warehouse(path) as con:
        assert con.execute("SELECT load_id FROM loads").fetchall() == [("first",)]


@pytest.mark.parametrize("is_there", [True, False])
def test_nobody_opens_or_makes_a_warehouse_while_another_takes_its_place(
    path, monkeypatch, is_there
):
    source = filled(path)
    if not is_there:
        path.unlink()
        wal_of(path).unlink(missing_ok=True)
    prepared, said = door._prepare, []

    def another_opens(*given: object) -> None:
        prepared(*given)
        said.append(Forked(writer.open_once, path).communicate()[0])

    monkeypatch.setattr(door, "_prepare", another_opens)
    done = restore(path, source, NIGHT, over_good=True)

    assert said == ["WarehouseBusy\n"]
    assert (done.aside is not None) == is_there
    with warehouse(path) as con:
        assert con.execute("SELECT count(*) FROM orders").fetchall() == [(5,)]


def test_a_refused_restore_leaves_no_warehouse_where_none_was(path):
    source = filled(path)
    path.unlink()
    source.with_name(source.name + ".sha256").unlink()
    source.write_bytes(b"no database" * 999)
    with pytest.raises(RestoreRefused, match="対処"):
        restore(path, source, NIGHT, over_good=False)

    assert not path.exists()
    assert not path.with_name("juchu.duckdb.restoring").exists()


def test_a_restore_without_room_leaves_all_as_it_was_and_says_why(path, monkeypatch):
    source = filled(path)
    rewriting.store(path, 1)
    before = sorted(path.parent.iterdir())
    monkeypatch.setenv("JUCHU_HOME", str(path.parent))
    monkeypatch.setattr(
        sys, "argv", ["restore", "--from", str(source), "--over", "good"]
    )
    with small_files(200_000), pytest.raises(SystemExit) as ended:
        restoring.main()

    assert "復元できませんでした" in str(ended.value)
    assert "File too large" in str(ended.value)
    assert "対処" in str(ended.value)
    assert sorted(path.parent.iterdir()) == before
    with warehouse(path) as con:
        assert con.execute("SELECT count(*) FROM orders").fetchall() == [(10,)]


def test_a_good_backup_is_not_blamed_for_a_disk_without_room(path, monkeypatch):
    def no_room(_con: object) -> None:
        raise duckdb.IOException("Could not write file: No space left on device")

    source = filled(path)
    monkeypatch.setattr(door, "migrate", no_room)
    with pytest.raises(WarehouseFull, match="空き容量"):
        restore(path, source, NIGHT, over_good=True)

    assert not path.with_name("juchu.duckdb.restoring").exists()


def test_a_damaged_backup_is_refused_and_the_one_before_is_taken(path):
    before = filled(path)
    newer = back_up(path, path.parent / "backup", NIGHT + timedelta(days=1)).file
    with newer.open("r+b") as file:
        file.seek(30_000)
        file.write(b"damaged")
    path.unlink()

    with pytest.raises(RestoreRefused, match="対処"):
        restore(path, newer, NIGHT + timedelta(days=1), over_good=False)
    done = restore(path, newer.parent, NIGHT + timedelta(days=1), over_good=False)

    assert done.source == before


@for_ci
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_restores_is_the_homes_owners(path):
    """Restored with sudo where juchu is a user of its own, it could not be opened."""
    filled(path)
    back_up(path, path.parent / "backup", NIGHT)
    path.write_bytes(b"no database" * 999)
    os.chown(path.parent, 10001, 10001)
    restore(path, path.parent / "backup", NIGHT, over_good=False)
    (aside,) = path.parent.glob("replaced-*")
    made = (path, path.with_name("people.key"), aside)

    assert [one.stat().st_uid for one in made] == [10001] * 3


def test_a_backup_of_an_older_juchu_is_migrated_on_its_way(path):
    released = path.parent / "backup" / "juchu-20260701-030000.duckdb"
    released.parent.mkdir(mode=0o700)
    released.write_bytes(gzip.decompress(RELEASED.read_bytes()))
    path.unlink()
    done = restore(path, released, NIGHT + timedelta(hours=9), over_good=False)

    assert (done.lost_from, done.aside) == (NIGHT, None)
    with warehouse(path) as con:
        assert violations(con) == []
        kinds = con.execute("SELECT kind FROM needs_a_person").fetchall()
        assert ("hours_lost",) in kinds


def test_a_buyer_who_asked_after_the_backup_does_not_come_back(path, monkeypatch):
    monkeypatch.setenv("JUCHU_HOME", str(path.parent))
    with warehouse(path) as con:
        store(con, an_order_of(1), an_order_of(2))
    back_up(path, path.parent / "backup", NIGHT)
    later = an_order_of(3, 95)
    with warehouse(path) as con:
        store(con, later, minute=95)
    noted = path.with_name("forgotten.jsonl")
    noted.write_text('{"at": "2026-07-01T00:00:00+09:00", "who": "cut')
    cleared = buyers.clear_buyer.fn(order_number(1), "", "店長")
    assert len(cleared.orders) == 3
    assert leaks(path.parent, TRACES, except_in=["juchu"]) == []
    path.write_bytes(b"no database" * 999)

    done = restore_home(path.parent / "backup", over_good=False)

    assert "もう一度削除しました(注文 2 件)" in restoring.report_of(done)
    for old in (path.parent / "backup", done.aside):
        shutil.rmtree(old)
    assert leaks(path.parent, TRACES) == []
    with warehouse(path) as con:
        assert left_of_buyer(con) == []
        store(con, later, minute=96)
        assert left_of_buyer(con) == []
        assert con.execute("SELECT count(*) FROM orders").fetchall() == [(3,)]
        assert violations(con) == []
    again = buyers.clear_buyer.fn(order_number(1), "", "店長")
    assert again.orders == cleared.orders


def test_make_restore_says_what_was_lost_and_what_to_do(path, monkeypatch):
    filled(path)
    path.write_bytes(b"no database" * 999)
    with pytest.raises(WarehouseDamaged, match="make restore"), warehouse(path):
        pass
    spool = Spool(path.parent / "spool")
    spool.keep([a_notice(1, 5)])
    spool.settle([a_notice(1, 5)], NIGHT + timedelta(hours=9))
    monkeypatch.setenv("JUCHU_HOME", str(path.parent))
    page = Path("docs/operations/restore.md").read_text("utf-8")
    (command,) = re.findall(r"(?m)^make restore FROM=data/local/backup$", page)
    as_told = command.replace("data/local", str(path.parent)).split()
    done = subprocess.run(  # what is installed stays as it is
        [as_told[0], "-o", ".venv/.installed", *as_told[1:]],
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert "失われた時間: 2026年07月01日 03:00 から" in done.stdout
    assert "対処:" in done.stdout
    assert spool.depth() == 1  # told again to the warehouse that does not know it
    with warehouse(path) as con:
        assert con.execute("SELECT count(*) FROM orders").fetchall() == [(5,)]
