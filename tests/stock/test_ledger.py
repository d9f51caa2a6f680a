"""The ledger: every movement has its cause once, and every level is explained."""

import duckdb
import pytest

from data.model.stock import MovementKind
from data.warehouse.session import warehouse
from data.warehouse.stock.ledger import explain_level
from tests.stock.made import (
    MUG,
    a_count,
    adjust,
    count,
    import_csv,
    level,
    line,
    order,
    see,
    stock_levels,
)
from tests.support.orders import at, order_number


@pytest.mark.parametrize("source", ["csv", "rms", ""])
def test_the_ledger_has_no_word_for_a_csv(undone, source):
    insert = """INSERT INTO stock_movements VALUES (
        1, 'x', 'TEA', -1, 'order', $source, 'rakuten', '1', 'A', '1',
        NULL, NULL, NULL, NULL, now(), now())"""
    with pytest.raises(duckdb.ConstraintException):
        undone.execute(insert, {"source": source})


@pytest.mark.parametrize(
    "values",
    [
        "-1, 'order', 'api', NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        "1, 'order', 'api', 'rakuten', '1', 'A', '1', NULL, NULL, NULL",
        "-1, 'cancellation', 'api', 'rakuten', '1', 'A', '1', NULL, NULL, NULL",
        "-1, 'adjustment', 'person', NULL, NULL, NULL, NULL, NULL, '', 'why'",
        "-1, 'adjustment', 'api', NULL, NULL, NULL, NULL, NULL, 'who', 'why'",
        "1, 'count', 'count', NULL, NULL, NULL, NULL, 1, NULL, NULL",
        "1, 'gift', 'person', NULL, NULL, NULL, NULL, NULL, 'who', 'why'",
    ],
)
def test_a_movement_without_its_cause_is_refused(undone, values):
    quantity, kind, source, *order_ref, counted, who, note = values.split(", ")
    insert = f"""INSERT INTO stock_movements VALUES (
        1, 'x', 'TEA', {quantity}, {kind}, {source}, {", ".join(order_ref)},
        {counted}, NULL, {who}, {note}, now(), now())"""  # noqa: S608
    with pytest.raises(duckdb.ConstraintException):
        undone.execute(insert)


def test_the_same_cause_cannot_be_booked_twice(path):
    with warehouse(path) as con:
        see(con, order())

    with pytest.raises(duckdb.ConstraintException), warehouse(path) as con:
        con.execute("INSERT INTO stock_movements FROM stock_movements")


def test_a_level_can_be_explained(con):
    see(con, order())
    count(con, minute=10)
    see(con, order(minute=20, status="900"))

    story = [(m.kind, m.quantity, m.level) for m in explain_level(con, "TEA-100")]
    assert story == [
        (MovementKind.ORDER, -2, -2),
        (MovementKind.COUNT, 12, 10),
        (MovementKind.CANCELLATION, 2, 12),
    ]
    assert explain_level(con, "TEA-100")[0].order_number == order_number(1)


def test_a_level_nobody_counted_says_so(con):
    see(con, order(lines=[line(), line(1, MUG, "12")]))
    count(con, minute=10)

    levels = stock_levels(con, "TEA-100", "mug/blue", "none")
    assert {sku: one.is_counted for sku, one in levels.items()} == {
        "TEA-100": True,
        "mug/blue": False,
    }


def test_the_version_of_a_level_rises_with_every_movement(con):
    see(con, order())
    before = stock_levels(con, "TEA-100")["TEA-100"].level_seq
    see(con, order(minute=6, status="900"))

    assert stock_levels(con, "TEA-100")["TEA-100"].level_seq > before


def test_moving_stock_waits_for_nobodys_clock(con):
    see(con, order(minute=5), minute=90)

    (moved_at, effective_at) = con.execute(
        "SELECT moved_at, effective_at FROM stock_movements"
    ).fetchall()[0]
    assert (moved_at, effective_at) == (at(90), at(-180))


def test_a_booked_adjustment_is_part_of_the_level(con):
    count(con, a_count(10, own_sku="TEA-100"))
    import_csv(con, 3)
    adjust(con)

    assert level(con) == 7
