"""The lake on disk: what it holds is what the warehouse holds, and nothing is torn."""

import json
import os
import shutil
from datetime import UTC
from pathlib import Path

import duckdb
import polars as pl
import pytest

from connectors.lake_store import FolderStore, LakeOutOfReach
from data.model.buyer import OrderKey
from data.warehouse.analytics.lake import TABLES, WITH_KEYS, fill_lake, leave_lake
from data.warehouse.analytics.publish import publish
from data.warehouse.buyers import clear_orders
from data.warehouse.orders.store import store_orders
from data.warehouse.session import warehouse
from tests.support.canary import leaks
from tests.support.effort import for_ci
from tests.support.many_orders import insert_orders
from tests.support.orders import SHOP_ID, an_order, at, order_number
from tests.support.small_files import small_files

SUMS = "count(*), sum(request_total)::BIGINT, min(ordered_at), max(ordered_at)"
ORDERS = 300
"""Of two months and three shops."""
JUNE = (
    "UPDATE orders SET ordered_at = '2026-06-01 09:00+09' WHERE order_number LIKE '%2'"
)
ODD = (
    "UPDATE orders SET ordered_at = '2026-05-01 09:00+09', shop_id = '和菓子/店 1'"
    " WHERE order_number LIKE '%2'"
)


@pytest.fixture(scope="module")
def of_two_months(tmp_path_factory, migrated: Path) -> Path:
    path = Path(shutil.copy(migrated, tmp_path_factory.mktemp("lake")))
    with warehouse(path) as con:
        insert_orders(con, ORDERS)
        con.execute(
            "UPDATE orders SET ordered_at = ordered_at + INTERVAL 40 DAY"
            " WHERE goods_total % 2 = 0"
        )
        store_orders(con, [an_order(1)], source="api", stored_at=at(9), load_id="l")
    publish(path, path.with_name("analytics.duckdb"), at(0))
    return path


@pytest.fixture(scope="module")
def lake(of_two_months: Path) -> Path:
    folder = of_two_months.with_name("lake")
    fill_lake(of_two_months.with_name("analytics.duckdb"), FolderStore(folder))
    return folder


class Changing:
    """A small home whose lake is brought up to date after each change."""

    def __init__(self, path: Path) -> None:
        self.path, self.link = path, path.with_name("analytics.duckdb")
        self.folder = path.with_name("lake")
        self.minute = 0

    def fill(self, store: FolderStore | None = None):
        self.minute += 1
        publish(self.path, self.link, at(self.minute))
        return fill_lake(self.link, store or FolderStore(self.folder))

    def store(self, *orders) -> None:
        with warehouse(self.path) as con:
            store_orders(
                con, orders, source="api", stored_at=at(9), load_id=str(self.minute)
            )

    def sql(self, statement: str) -> None:
        with warehouse(self.path) as con:
            con.execute(statement)

    def files(self, table: str = "") -> dict[str, int]:
        found = sorted((self.folder / table).rglob("data.parquet"))
        return {str(f.relative_to(self.folder)): f.stat().st_ino for f in found}


@pytest.fixture
def home(migrated: Path, tmp_path: Path) -> Changing:
    return Changing(Path(shutil.copy(migrated, tmp_path / "juchu.duckdb")))


def in_warehouse(path: Path, query: str) -> list:
    with warehouse(path) as con:
        return con.execute(query).fetchall()


@for_ci
def test_duckdb_and_polars_read_the_warehouses_own_sums(of_two_months, lake):
    ours = in_warehouse(of_two_months, f"SELECT {SUMS} FROM orders")  # noqa: S608
    with duckdb.connect() as con:
        con.execute((lake / "views.sql").read_text("utf-8"))
        con.execute("SET TimeZone = 'UTC'")
        theirs = con.execute(f"SELECT {SUMS} FROM orders").fetchall()  # noqa: S608
        months = con.execute(
            "SELECT shop, month, count(*) FROM orders GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        views = con.execute("SELECT view_name FROM duckdb_views()").fetchall()
    frame = pl.scan_parquet(lake / "orders/**/*.parquet").select(
        pl.len(),
        pl.col("request_total").sum(),
        pl.col("ordered_at").min().alias("first"),
        pl.col("ordered_at").max().alias("last"),
    )

    assert ours == theirs
    assert frame.collect().rows() == [
        (*ours[0][:2], *(when.astimezone(UTC) for when in ours[0][2:]))
    ]
    assert {("123456", "2026-01"), ("123458", "2026-02")} < {m[:2] for m in months}
    assert months == in_warehouse(
        of_two_months,
        "SELECT shop_id, strftime(ordered_at AT TIME ZONE 'Asia/Tokyo', '%Y-%m'),"
        " count(*) FROM orders GROUP BY ALL ORDER BY ALL",
    )
    assert {"orders", "order_lines", "sales"} <= {view for (view,) in views}


def test_every_table_of_the_lake_holds_the_copys_rows(published, tmp_path):
    """Of the home in which every table has something in it."""
    link = published / "analytics.duckdb"
    fill_lake(link, FolderStore(tmp_path / "lake"))
    with duckdb.connect(link, read_only=True) as con:
        theirs = {
            table: con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]  # noqa: S608
            for table in TABLES
        }
    ours = {
        table: sum(
            pl.read_parquet(file, hive_partitioning=False).height
            for file in (tmp_path / "lake" / table).rglob("*.parquet")
        )
        for table in TABLES
    }

    assert ours == theirs
    assert sum(map(bool, ours.values())) >= 6
    assert leaks(tmp_path / "lake", {"鷹羽根", "裏口の棚へ"}) == []


def test_only_what_changed_is_written_and_what_is_gone_is_deleted(home):
    """One order changes; then one moves to another month, to a shop of odd signs."""
    home.store(an_order(1), an_order(2))
    home.sql(JUNE)
    first = home.fill()
    before = home.files()
    assert home.fill() is None
    home.store(an_order(1, 30, request_total=3000))
    second = home.fill()
    after = home.files()
    home.sql(ODD)
    home.fill()
    with duckdb.connect() as con:
        con.execute((home.folder / "views.sql").read_text("utf-8"))
        rows = con.execute("SELECT shop, month FROM orders ORDER BY ALL").fetchall()

    assert first.written == first.files == len(before)
    assert before.keys() == after.keys()
    changed = {name for name in before if before[name] != after[name]}
    assert second.written == len(changed) < len(before)
    assert changed
    assert all("month=2026-07" in name for name in changed)
    assert rows == [("123456", "2026-07"), ("和菓子/店 1", "2026-05")]
    assert {name.count("/") for name in home.files()} == {4}
    assert not list((home.folder / "orders").rglob("month=2026-06"))


def test_a_kill_between_files_is_made_good_and_a_reader_sees_whole_files(
    published, tmp_path
):
    """The manifest is written last: what it does not know is written again."""
    link = published / "analytics.duckdb"

    class Killed(FolderStore):
        left = 3

        def put(self, name, file):
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            super().put(name, file)

    with pytest.raises(KeyboardInterrupt):
        fill_lake(link, Killed(tmp_path))
    found = list(tmp_path.rglob("data.parquet"))
    for file in found:
        assert pl.read_parquet(file, hive_partitioning=False).height
    flowed = fill_lake(link, FolderStore(tmp_path))
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    files = {str(f.relative_to(tmp_path)) for f in tmp_path.rglob("data.parquet")}

    assert len(found) == 3
    assert flowed.written == flowed.files == len(files)
    assert set(manifest["files"]) == files
    assert fill_lake(link, FolderStore(tmp_path)) is None
    assert not list(tmp_path.rglob("*.new"))


def test_a_forgotten_buyer_has_no_key_in_copy_and_lake(home):
    home.store(an_order(1), an_order(2))
    home.fill()
    key = pl.read_parquet(home.folder / "orders", hive_partitioning=False)
    with warehouse(home.path) as con:
        asked = [OrderKey("rakuten", SHOP_ID, order_number(1))]
        clear_orders(con, asked, why="asked", who="店長", at=at(30))
    home.fill()
    with duckdb.connect(home.link, read_only=True) as con:
        copy = con.execute("SELECT buyer_key FROM orders ORDER BY order_number")
        copied = [each for (each,) in copy.fetchall()]
    for table in ("orders", "sales"):
        frame = pl.read_parquet(home.folder / table, hive_partitioning=False)
        keys = frame.sort("order_number")["buyer_key"].to_list()
        assert keys == copied == [None, copied[1]]
    assert key["buyer_key"].null_count() == 0


def keys(folder: Path, table: str) -> pl.DataFrame:
    """A table of the lake, in the order of its orders."""
    frame = pl.read_parquet(folder / table, hive_partitioning=False)
    return frame.sort("order_number", *(["line_id"] if table == "sales" else []))


def test_a_lake_that_is_left_has_no_key_and_is_whole_when_it_is_taken_up_again(home):
    home.store(an_order(1), an_order(2))
    home.sql(JUNE)
    home.fill()
    store = FolderStore(home.folder)
    before = {table: keys(home.folder, table) for table in WITH_KEYS}
    assert all(frame["buyer_key"].null_count() == 0 for frame in before.values())

    assert leave_lake(store) == 4
    assert leave_lake(store) == 0
    for table, frame in before.items():
        after = keys(home.folder, table)
        assert after["buyer_key"].null_count() == after.height == 2
        assert after.drop("buyer_key").equals(frame.drop("buyer_key"))
        assert after.schema == frame.schema

    home.fill()
    assert all(keys(home.folder, each).equals(before[each]) for each in WITH_KEYS)
    assert leave_lake(FolderStore(home.folder.with_name("nowhere"))) is None


def test_a_kill_while_a_lake_is_left_leaves_the_rest_to_the_next_call(home):
    class Killed(FolderStore):
        left = 2

        def put(self, name, file):
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            super().put(name, file)

    home.store(an_order(1), an_order(2))
    home.sql(JUNE)
    home.fill()
    before = {table: keys(home.folder, table) for table in WITH_KEYS}
    with pytest.raises(KeyboardInterrupt):
        leave_lake(Killed(home.folder))
    home.fill()
    assert all(keys(home.folder, each).equals(before[each]) for each in WITH_KEYS)

    with pytest.raises(KeyboardInterrupt):
        leave_lake(Killed(home.folder))
    assert leave_lake(FolderStore(home.folder)) == 4
    for table in WITH_KEYS:
        assert keys(home.folder, table)["buyer_key"].null_count() == 2


def test_every_table_of_the_lake_with_a_key_is_known(published):
    with duckdb.connect(published / "analytics.duckdb", read_only=True) as con:
        found = con.execute(
            "SELECT table_name FROM duckdb_columns() WHERE column_name = 'buyer_key'"
        ).fetchall()

    assert {table for (table,) in found} & {*TABLES} == {*WITH_KEYS}


def test_the_group_reads_the_lake_and_no_other_does(published, tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr(os, "chown", lambda file, *_: given.append(file))
    folder = tmp_path / "home" / "lake"
    fill_lake(published / "analytics.duckdb", FolderStore(folder, "games"))
    found = [folder, *folder.rglob("*")]
    modes = {
        is_file: {oct(f.stat().st_mode)[-3:] for f in found if f.is_file() is is_file}
        for is_file in (True, False)
    }

    assert modes == {True: {"640"}, False: {"750"}}
    assert {folder.parent, *found} - {each for each in found if each.is_file()} <= set(
        given
    )


def test_a_lake_without_room_keeps_no_half_file(published, tmp_path):
    lake = tmp_path / "lake"
    with (
        small_files(100),
        pytest.raises(LakeOutOfReach, match="File too large"),
    ):
        FolderStore(lake).put("sales/data.parquet", published / "analytics.duckdb")

    assert [each for each in lake.rglob("*") if each.is_file()] == []


def test_a_lake_that_cannot_be_written_says_what_to_do(published, tmp_path):
    (tmp_path / "lake").write_text("no folder")
    with pytest.raises(LakeOutOfReach, match="対処"):
        fill_lake(published / "analytics.duckdb", FolderStore(tmp_path / "lake"))
