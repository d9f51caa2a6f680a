"""Goods received (入荷): added to the level, once per file, unless a count saw them."""

import duckdb
import pytest

from data.warehouse.session import warehouse
from data.warehouse.stock.files import CountsDiffer
from data.warehouse.stock.ledger import explain_level
from tests.stock.made import (
    MUG,
    TEA,
    a_count,
    count,
    ledger,
    level,
    line,
    name,
    order,
    receive,
    see,
    stock_levels,
)
from tests.support.orders import at
from tests.support.planted import planted_sql


def is_counted(con, sku):
    return stock_levels(con, sku)[sku].is_counted


def test_what_came_in_is_added(counted):
    see(counted, order(ordered=5))
    report = receive(counted, a_count(4), minute=20)

    assert (report.units, report.moved, level(counted)) == (4, 1, 12)


def test_the_ledger_says_who_received_it_when_and_from_which_file(counted):
    receive(counted, minute=20)

    got = explain_level(counted, "TEA-100")[-1]
    assert (got.kind, got.quantity, got.level) == ("receipt", 4, 14)
    assert (got.who, got.effective_at, got.cause_id) == ("倉庫", at(20), "receipt-20")
    assert got.note == "入荷ファイル delivery.csv"


def test_the_same_file_again_changes_nothing_and_says_so(counted):
    receive(counted, minute=20)
    before = ledger(counted)
    again = receive(counted, minute=30, salt="20")

    assert (again.is_same_file, again.units) == (True, 0)
    assert ledger(counted) == before


def test_the_same_file_for_another_shop_is_the_same_delivery(counted):
    file = a_count(4, own_sku="TEA-100")
    receive(counted, file, minute=20)
    again = receive(counted, file, minute=20, import_id="2", shop_id="654321")

    assert (again.is_same_file, again.equal, again.units) == (False, 1, 0)
    assert level(counted) == 14


def test_an_equal_delivery_in_another_file_is_added(counted):
    receive(counted, minute=20)
    receive(counted, minute=30)

    assert level(counted) == 18


def test_the_same_bytes_as_a_count_and_as_a_receipt_are_two_files(con):
    count(con, a_count(10), minute=0)
    report = receive(con, a_count(10), minute=20, salt="")

    assert (report.is_same_file, level(con, "tea/100g")) == (False, 20)


def test_an_import_from_before_receipts_was_a_count(con):
    count(con, minute=0)
    con.execute("UPDATE stock_count_imports SET kind = NULL")

    assert count(con, minute=20).is_same_file


@pytest.mark.parametrize("arrived", [-30, 0])
def test_what_came_in_before_a_count_is_in_it_already(counted, arrived):
    report = receive(counted, minute=arrived)

    assert (report.older, report.moved, level(counted)) == (("TEA-100",), 0, 10)


def test_a_count_made_before_it_came_in_does_not_swallow_it(con):
    receive(con, a_count(4, own_sku="TEA-100"), minute=20)
    count(con, a_count(10), minute=0)

    assert level(con) == 14


def test_a_count_made_after_it_came_in_replaces_it(con):
    receive(con, a_count(4, own_sku="TEA-100"), minute=20)
    count(con, a_count(10), minute=30)

    assert level(con) == 10


def test_nothing_came_in_of_a_row_of_zero(counted):
    before = stock_levels(counted, "TEA-100")
    report = receive(counted, a_count(0), a_count(0, MUG), minute=20)

    assert (report.units, report.equal) == (0, 2)
    assert stock_levels(counted, "TEA-100", "mug/blue") == before


def test_a_sku_on_two_listings_came_in_once(con):
    report = receive(con, a_count(4, own_sku="T"), a_count(4, MUG, own_sku="T"))

    assert (report.units, level(con, "T")) == (4, 4)


def test_one_sku_with_two_numbers_is_refused_with_nothing_written(con):
    name(con, TEA, "T")
    name(con, MUG, "T")
    with pytest.raises(CountsDiffer, match="対処"):
        receive(con, a_count(4), a_count(3, MUG))

    assert ledger(con) == []


def test_a_receipt_that_breaks_off_leaves_nothing(path):
    broken = planted_sql("record_stock_count", "$kind AS", "error($kind) AS")

    with broken, pytest.raises(duckdb.Error), warehouse(path) as con:
        receive(con, a_count(4, safety=2), a_count(5, MUG))
    with warehouse(path) as con:
        rows = con.execute("FROM sku_map SEMI JOIN stock_settings USING (mall)")
        assert (ledger(con), rows.fetchall()) == ([], [])


def test_a_receipt_names_skus_and_sets_safety_stock_as_a_count_does(counted):
    report = receive(counted, a_count(4, MUG, own_sku="M", safety=2), minute=20)

    rows = counted.execute("SELECT manage_number, safety FROM stock_settings")
    assert (rows.fetchall(), report.safety_set) == ([("mug", 2)], 1)
    assert level(counted, "M") == 4


def test_a_sku_that_was_never_counted_is_named(counted):
    report = receive(counted, a_count(4), a_count(5, MUG), minute=20)

    assert report.uncounted == ("mug/blue",)
    assert is_counted(counted, "mug/blue")


def test_received_goods_go_with_the_sku_that_an_order_shows(con):
    receive(con, minute=0)
    see(con, order(ordered=5))

    assert (level(con), level(con, "tea/100g")) == (2, 0)
    assert (is_counted(con, "TEA-100"), is_counted(con, "tea/100g")) == (True, False)


def test_a_rename_of_received_goods_can_be_undone(con):
    receive(con, a_count(4, own_sku="T"), minute=0)
    name(con, TEA, "GREEN", "1")
    name(con, TEA, "T", "2")

    assert (level(con, "T"), level(con, "GREEN")) == (4, 0)
    assert (is_counted(con, "T"), is_counted(con, "GREEN")) == (True, False)


def test_received_and_counted_goods_leave_no_stock_behind(counted):
    receive(counted, minute=20)
    name(counted, TEA, "GREEN")

    assert (level(counted), level(counted, "GREEN")) == (0, 14)
    assert not is_counted(counted, "TEA-100")


def test_every_receipt_leaves_an_account(counted):
    see(counted, order(lines=[line(), line(1, MUG, "12")]))
    receive(counted, a_count(4), a_count(0, MUG), minute=20)
    receive(counted, a_count(4), minute=-20)

    rows = counted.execute(
        "SELECT kind, rows_read, skus_moved, skus_equal, skus_older, who "
        "FROM stock_count_imports ORDER BY counted_at"
    ).fetchall()
    assert rows == [
        ("receipt", 1, 0, 0, 1, "倉庫"),
        ("count", 1, 1, 0, 0, "店長"),
        ("receipt", 2, 1, 1, 0, "倉庫"),
    ]
