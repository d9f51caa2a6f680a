"""No hash over what tells of people stands anywhere in the warehouse without the key.

The same day is stored three times: with another buyer, and with another key. What the
buyer changes and the key does not is an open cell, or a hash that tells who it was.
"""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given
from hypothesis import strategies as st

from connectors.order_files import numbering, read_order_file, rows
from connectors.order_files.numbering import Destinations
from data.model.order import Mall
from data.model.shipping.short_key import short_key
from data.warehouse.invariants import violations
from data.warehouse.migrate import MIGRATIONS, read_migrations
from data.warehouse.order_files.store import import_orders
from data.warehouse.orders.answers import known_answers
from data.warehouse.orders.store import store_orders
from data.warehouse.session import warehouse
from data.warehouse.shipping.labels import record_labels
from data.warehouse.shipping.shipments import import_shipments, known_packages
from tests.carriers.made import OTHER
from tests.order_files.read.test_golden import GOLDEN
from tests.shipping.parcels import a_file, a_row
from tests.support.effort import examples, for_ci
from tests.support.orders import SHOP_ID, a_person, an_order, at
from tests.support.planted import caught, planted_source, planted_sql
from tests.warehouse.test_buyers import everything

PEOPLE = "能登", "加賀"
OPEN = {("order_people", "family_name")}
"""Cells that are there to tell of people; retention and forget-buyer clear them."""
SHOP = "demo"
TABLES = "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary"
NO_BARE_HASHES = read_migrations(MIGRATIONS)[29].statements
LONG_AGO = at(-(10**6))
NUMBER = "000000000001"
"""An order of futureshop's golden file that goes to two addresses."""
PARTS = ("order_packages", "order_lines", "order_people")


def order_file(folder: Path, who: str = PEOPLE[0]) -> Path:
    """futureshop's golden file with this buyer."""
    text = (GOLDEN / "futureshop" / "in.csv").read_bytes().decode("cp932")
    path = folder / "futureshop.csv"
    path.write_bytes(text.replace(PEOPLE[0], who).encode("cp932"))
    return path


def take(con: DuckDBPyConnection, path: Path, minute: int = 10):
    with read_order_file([path], "futureshop") as file:
        return import_orders(
            con,
            file,
            import_id=f"import-{minute}",
            shop_id=SHOP,
            mode="update",
            imported_at=at(minute),
        )


def work_a_day(con: DuckDBPyConnection, folder: Path, who: str) -> None:
    """Store an order of RMS, a mall's file, its labels, and a carrier's file."""
    order = an_order(people=[a_person(family_name=who), a_person("1", who)])
    answer = sha256(who.encode()).hexdigest()
    order = order.model_copy(update={"answer_hash": answer})
    store_orders(con, [order], source="api", stored_at=at(1), load_id="l")
    take(con, order_file(folder, who))
    packages = known_packages(con, SHOP, mall=Mall.FUTURESHOP, since=LONG_AGO)
    assert packages
    record_labels(con, packages, "yamato", at(11))
    parcels = replace(a_file(a_row(order.order_number)), sha256=answer)
    run = {"import_id": "i", "imported_at": at(12)}
    assert import_shipments(con, parcels, shop_id=SHOP_ID, **run).created == 1


def cells(con: DuckDBPyConnection, folder: Path, key: str, who: str) -> set:
    """Every value of every column of such a day."""
    con.begin()
    ((before,),) = con.execute("SELECT getvariable('people_key')").fetchall()
    con.execute("SET VARIABLE people_key = $key", {"key": key})
    work_a_day(con, folder, who)
    found = set()
    for (table,) in con.execute(TABLES).fetchall():
        rows = con.execute(f'FROM "{table}"')
        names = [column[0] for column in rows.description]
        for row in rows.fetchall():
            found |= {(table, *cell) for cell in zip(names, map(str, row), strict=True)}
    con.execute("SET VARIABLE people_key = $key", {"key": before})
    con.rollback()
    return found


def told(con: DuckDBPyConnection, folder: Path) -> set[tuple[str, str]]:
    """The columns with what follows from the buyer alone."""
    ours = cells(con, folder, "1" * 64, PEOPLE[0])
    another_buyer = cells(con, folder, "1" * 64, PEOPLE[1])
    another_key = cells(con, folder, "2" * 64, PEOPLE[0])
    return {
        (table, column) for table, column, _ in (ours - another_buyer) & another_key
    }


def test_what_follows_from_the_buyer_alone_is_an_open_cell(shared, tmp_path):
    assert told(shared, tmp_path) == OPEN


FILES = ["record_csv_import", "record_shipment_import"]


@for_ci
@pytest.mark.parametrize("name", FILES)
def test_a_bare_hash_of_a_file_is_caught(shared, tmp_path, name):
    keyed = "sha256(getvariable('people_key') || $file_sha256)"

    with planted_sql(name, keyed, "$file_sha256"), caught():
        assert told(shared, tmp_path) == OPEN


@for_ci
def test_a_bare_hash_of_an_address_is_caught(shared, tmp_path):
    number = "str(self._known.number(order, key))"
    hashed = "__import__('hashlib').sha256(str(key).encode()).hexdigest()[:12]"

    with planted_source(numbering, number, hashed, users=[rows]), caught():
        assert told(shared, tmp_path) == OPEN


def bare_ids(con: DuckDBPyConnection) -> dict[str, str]:
    """What the destinations of that order were called until migration 30."""
    people = con.execute(
        "SELECT basket_id, family_name, first_name, zip FROM order_people"
        " WHERE order_number = $number AND role = 'recipient'",
        {"number": NUMBER},
    ).fetchall()
    return {
        basket: sha256("\x1f".join([NUMBER, *who]).encode()).hexdigest()[:12]
        for basket, *who in people
    }


def make_old(con: DuckDBPyConnection, ids: dict[str, str], bare: str) -> None:
    """Let the warehouse be as the release before left it."""
    for names in ({"now": now, "old": old} for now, old in ids.items()):
        for table in PARTS:
            con.execute(
                f"UPDATE {table} SET basket_id = $old"  # noqa: S608
                f" WHERE basket_id = $now AND order_number = '{NUMBER}'",
                names,
            )
        con.execute(
            """UPDATE order_log SET content = replace(
                content::VARCHAR,
                concat('"basket_id":"', $now, '"'), concat('"basket_id":"', $old, '"')
            ) WHERE order_number = $number""",
            {"number": NUMBER, **names},
        )
    con.execute("UPDATE csv_imports SET file_sha256 = $bare", {"bare": bare})
    con.execute("UPDATE order_sightings SET answer_hash = 'a' WHERE mall = 'rakuten'")


def contents(con: DuckDBPyConnection) -> list[list[tuple]]:
    return [
        con.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()  # noqa: S608
        for table in (*PARTS, "order_log", "csv_imports", "order_sightings")
    ]


def test_bare_hashes_of_the_release_before_go_and_all_is_still_known(path, tmp_path):
    file = order_file(tmp_path)
    with read_order_file([file], "futureshop") as read:
        bare = read.sha256
    order = an_order().model_copy(update={"answer_hash": "a"})
    with warehouse(path) as con:
        store_orders(con, [order], source="api", stored_at=at(1), load_id="l")
        take(con, file)
        con.execute("UPDATE order_lines SET choices = '' WHERE mall <> 'rakuten'")
        take(con, file, 11)
        before, ids = contents(con), bare_ids(con)
        packages = known_packages(con, SHOP, mall=Mall.FUTURESHOP, since=LONG_AGO)
        old = [
            one._replace(basket_id=ids[one.basket_id])
            for one in packages
            if one.order_number == NUMBER
        ]
        make_old(con, ids, bare)
        record_labels(con, old, "yamato", at(12))
        assert len(old) == 2
        assert all(one.basket_id in everything(con) for one in old)

    with warehouse(path) as con:
        con.execute(NO_BARE_HASHES)  # a table that came later does not mind
        assert contents(con) == before
        gone = {bare, *ids.values(), *map(short_key, old)}
        assert [one for one in gone if one in everything(con)] == []
        assert violations(con) == []
        assert known_answers(con, SHOP_ID, [order.order_number])(
            order.order_number, "a"
        )
        again = take(con, file, 13)
        assert (again.orders_created, again.orders_updated) == (0, 0)
        parcels = [a_row(short_key(one), row=row) for row, one in enumerate(old, 2)]
        parcels[1] = parcels[1]._replace(tracking_number=OTHER)
        shop = {"shop_id": SHOP, "mall": Mall.FUTURESHOP}
        run = {"import_id": "i", "imported_at": at(14)}
        assert import_shipments(con, a_file(*parcels), **shop, **run).created == 2
        assert violations(con) == []


@given(order=st.permutations(range(4)), cut=st.integers(1, 4))
@examples(20)
def test_rows_in_any_order_have_the_same_destinations(order, cut):
    """The rows of one block, whole; another block of the order adds to it."""
    made = pl.DataFrame(
        {
            "order_number": ["A", "A", "A", None],
            "recipient_city": ["加賀", "能登", "加賀", "能登"],
            "row": range(4),
        }
    )
    numbers = Destinations(by_address=True)
    seen = numbers.numbered(made[order]).sort("row")
    later = numbers.numbered(made[order][:cut])

    assert seen["basket_id"].to_list() == ["1", "2", "1", "1"]
    assert later.join(seen, on=["row", "basket_id"], how="anti").height == 0
