"""What the desk reads of the published copy is what the warehouse holds."""

import re
from pathlib import Path

import pytest

from data.warehouse.analytics.publish import publish
from data.warehouse.desk.adjust import PublishedLine, published_waiting
from data.warehouse.desk.labels import published_parcels
from data.warehouse.errors import WarehouseClosed
from data.warehouse.orders.store import store_orders
from data.warehouse.session import warehouse
from data.warehouse.shipping.shipments import import_shipments
from data.warehouse.stock.adjust import WaitingLine, waiting_adjustments
from tasks.desk.words import PARCEL_WORDS
from tests.carriers.made import GOOD
from tests.order_files.store.made import a_row, store
from tests.shipping.parcels import a_file
from tests.shipping.parcels import a_row as a_parcel
from tests.stock.made import MUG, a_count, adjust, count, import_csv, name
from tests.support.orders import SHOP_ID, an_order, at, order_number


def face(one: WaitingLine | PublishedLine) -> tuple:
    return (
        *(one.order_number, one.line_id, one.sku, one.item_name, one.quantity),
        *(one.level, one.booked, one.is_cancelled, one.placed_at),
        one.is_counted_since,
    )


@pytest.fixture
def copy(home: Path) -> Path:
    path, copy = home / "juchu.duckdb", home / "analytics.duckdb"
    with warehouse(path) as con:
        count(con, a_count(10, own_sku="TEA-100"))
        import_csv(con, 3, 1)
        mug = {"manage_number": "MUG", "variant_id": "blue", "sku": "", "quantity": 2}
        store(con, a_row(order_number(8), "7", **mug), minute=11)
        store(con, a_row(order_number(7), "1", sku="", manage_number=""), minute=12)
        name(con, MUG, "MUG-1")
        count(con, a_count(4, MUG), minute=30)
        adjust(con)
        store_orders(con, [an_order(1)], source="api", stored_at=at(9), load_id="l")
        import_shipments(
            con,
            a_file(a_parcel(order_number(1), GOOD)),
            shop_id=SHOP_ID,
            import_id="i",
            imported_at=at(20),
        )
    publish(path, copy, at(60))
    return copy


def test_the_lines_that_wait_are_the_warehouses(home: Path, copy: Path):
    with warehouse(home / "juchu.duckdb") as con:
        there = waiting_adjustments(con, SHOP_ID)
    found = published_waiting(copy, 100)

    assert sorted(map(face, found.lines)) == sorted(map(face, there))
    assert {(one.sku, one.is_counted_since) for one in found.lines} == {
        ("TEA-100", False),
        ("MUG-1", True),
        ("", False),
    }
    assert {one.shop for one in found.lines} == {SHOP_ID}
    assert found.total == 3
    assert published_waiting(copy, 1) == (found.lines[:1], 3)


def test_the_parcels_stand_with_their_state(copy: Path):
    found = published_parcels(copy, 100)

    assert found.by_state == {"planned": 1}
    assert [(one.order_number, one.tracking_number) for one in found.first] == [
        (order_number(1), GOOD)
    ]


def test_a_shop_of_two_names_has_each_line_and_parcel_once(home: Path, copy: Path):
    """While it gets another name both are described: a chosen line was sent twice."""
    before = published_waiting(copy, 100), published_parcels(copy, 100)
    with warehouse(home / "juchu.duckdb") as con:
        con.execute(
            "INSERT INTO shops BY NAME SELECT unnest(['old', 'new']) AS shop, "
            "'rakuten' AS mall, $1 AS shop_id, $2::TIMESTAMPTZ AS updated_at",
            [SHOP_ID, at(40)],
        )
    publish(home / "juchu.duckdb", copy, at(61))
    lines, parcels = published_waiting(copy, 100), published_parcels(copy, 100)

    assert len(lines.lines) == len(before[0].lines)
    assert len(parcels.first) == len(before[1].first)
    assert {one.shop for one in [*lines.lines, *parcels.first]} == {"new"}


def test_every_state_of_a_parcel_has_a_word(copy: Path):
    with warehouse(copy.with_name("juchu.duckdb")) as con:
        (rules,) = con.execute(
            "SELECT string_agg(constraint_text, ' ') FROM duckdb_constraints() "
            "WHERE table_name = 'shipments' AND constraint_text LIKE '%planned%'"
        ).fetchone()

    states = set(re.findall(r"'(\w+)'", rules))
    assert "replaced" in states
    assert states <= set(PARCEL_WORDS)


def test_without_a_copy_it_says_what_to_do(tmp_path: Path):
    with pytest.raises(WarehouseClosed, match="対処"):
        published_waiting(tmp_path / "analytics.duckdb", 100)
