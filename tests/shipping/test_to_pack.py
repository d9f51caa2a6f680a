"""Which packages get a label, by what is known of them: none that left or is over.

A second label is a second parcel, and one that is missing is an order not sent.
"""

from datetime import timedelta

import pytest

from data.model.order import Mall
from data.warehouse.orders.store import store_orders
from data.warehouse.shipping.exports import packages_to_export, record_exports
from data.warehouse.shipping.labels import (
    file_packages_to_pack,
    label_orders,
    packages_to_pack,
)
from data.warehouse.shipping.shipments import import_shipments
from tests.carriers.made import DAY, GOOD
from tests.order_files.store.made import MadeFile, MadeRules, store
from tests.order_files.store.made import a_row as a_csv_row
from tests.shipping.parcels import a_file, a_row
from tests.support.orders import SHOP_ID, an_order, at, order_number

ONE = order_number(1)


def sold(con, minute: float = 10, **cells) -> None:
    """Import an order of Shopify's with these cells."""
    row = {"mall_status": "paid", "outcome": "open", **cells}
    rules = MadeRules(Mall.SHOPIFY)
    store(con, file=MadeFile([a_csv_row("1001", **row)], layout=rules), minute=minute)


def left(con, number="1001", mall=Mall.SHOPIFY, *, day=DAY, minute=20) -> None:
    """Import the number of its parcel."""
    given = {"import_id": f"i{minute}", "imported_at": at(minute)}
    file = a_file(a_row(number, day=day), sha=f"{minute}")
    import_shipments(con, file, shop_id=SHOP_ID, mall=mall, **given)


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        ({}, 1),
        ({"outcome": "shipped"}, 0),
        ({"outcome": "refunded"}, 0),
        ({"cancelled": True}, 0),
        ({"shipped_at": at(5)}, 0),
    ],
)
def test_each_word_of_the_mall_alone_that_an_order_is_over_keeps_its_label_back(
    con, cells, labels
):
    sold(con, **cells)
    packages = file_packages_to_pack(con, Mall.SHOPIFY, SHOP_ID, again=True, today=DAY)

    assert len(packages) == labels


@pytest.mark.parametrize(
    ("state", "waits"),
    [("planned", False), ("cancelled", False), ("refused", True), ("replaced", True)],
)
def test_a_parcel_that_is_not_to_be_reported_leaves_its_package_to_be_sent(
    con, state, waits
):
    store_orders(con, [an_order(1)], source="api", stored_at=at(9), load_id="l")
    left(con, ONE, Mall.RAKUTEN)
    con.execute("UPDATE shipments SET state = ?, reason = 'x'", [state])
    numbers = label_orders(con, SHOP_ID, again=False)
    packages = packages_to_pack(con, SHOP_ID, [ONE], again=False, read_since=at(0))

    assert numbers == [ONE] * waits
    assert [one.basket_id for one in packages] == ["1"] * waits


@pytest.mark.parametrize("first_seen_as", ["open", "refunded", "cancelled"])
@pytest.mark.parametrize("over", ["refunded", "cancelled"])
def test_the_number_of_an_order_that_is_over_is_not_told_to_its_mall(
    con, first_seen_as, over
):
    sold(con, mall_status=first_seen_as, outcome=first_seen_as)
    left(con)
    sold(con, minute=30, mall_status=over, outcome=over)
    due = packages_to_export(con, Mall.SHOPIFY, SHOP_ID, again_since=None)

    assert [len(packages) for packages in due] == [0, 1]


def test_a_mall_is_told_of_no_more_pieces_than_a_line_has(con):
    """An older report said that five are still to be sent; two were taken off since."""
    sold(con, quantity=5, quantity_to_ship=5)
    left(con)
    sold(con, minute=30, quantity=3)
    ((package,), _) = packages_to_export(con, Mall.SHOPIFY, SHOP_ID, again_since=None)

    assert [one.quantity for one in package.lines] == [3]


def test_a_day_that_comes_back_is_told_again(con):
    """The mall has the day between: it is told each change, also the one back."""
    sold(con)
    for minute, day in ((30, DAY), (50, DAY + timedelta(days=1)), (70, DAY)):
        left(con, day=day, minute=minute - 10)
        ((package,), _) = packages_to_export(
            con, Mall.SHOPIFY, SHOP_ID, again_since=None
        )
        (number,) = package.new
        assert (number.tracking_number, number.shipping_date) == (GOOD, day)
        told = {"exported_at": at(minute), "file_name": "t.csv"}
        record_exports(con, Mall.SHOPIFY, SHOP_ID, [(package, number)], [], **told)

    assert (
        packages_to_export(con, Mall.SHOPIFY, SHOP_ID, again_since=None).packages == []
    )
