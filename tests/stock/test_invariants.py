"""Each check of stock finds the damage it is for, and each side of it."""

import pytest

from data.warehouse.invariants import checks, violations
from data.warehouse.stock.push import plan_push, start_sending
from tests.stock.made import (
    a_count,
    adjust,
    count,
    import_csv,
    line,
    name,
    order,
    see,
)
from tests.stock.pushing import A_TEA
from tests.support.effort import first
from tests.support.orders import SHOP_ID, at
from tests.support.rules import broken_rules

MOVE = """INSERT INTO stock_movements SELECT * REPLACE (
    seq + 100 AS seq, movement_id || 'x' AS movement_id{}
) FROM stock_movements """
DAMAGE = [
    (
        "stock_follows_orders",
        "UPDATE order_lines SET quantity = 9 WHERE line_id = '11'",
    ),
    ("stock_follows_orders", "UPDATE orders SET cancelled = true"),
    ("stock_follows_orders", "DELETE FROM stock_movements WHERE line_id = '12'"),
    ("stock_follows_orders", MOVE.format("") + "WHERE kind = 'order'"),
    ("stock_follows_orders", "UPDATE sku_map SET sku = 'OTHER'"),
    (
        "stock_follows_counts",
        "UPDATE stock_movements SET effective_at = '2020-01-01' WHERE kind = 'order'",
    ),
    (
        "stock_follows_counts",
        "UPDATE stock_movements SET quantity = 1 WHERE counted IS NOT NULL",
    ),
    (
        "stock_is_not_moved_by_csv",
        """UPDATE stock_movements SET kind = 'order', source = 'api'
        WHERE kind = 'adjustment' """,
    ),
    (
        "stock_is_not_moved_by_csv",
        "UPDATE orders SET stock_policy = 'auto' WHERE source = 'csv'",
    ),
    (
        "stock_adjustments_are_booked",
        "UPDATE order_lines SET stock_adjusted_at = now() WHERE line_id = '2'",
    ),
    ("stock_adjustments_are_booked", MOVE.format("") + "WHERE kind = 'adjustment'"),
    ("stock_movements_are_in_order", "UPDATE stock_movements SET seq = 1"),
    (
        "inventory_versions_rise",
        """INSERT INTO inventory_pushes SELECT * REPLACE (
            'later' AS push_id, 0 AS level_seq, 'unknown' AS state,
            sent_at + INTERVAL 1 MINUTE AS sent_at
        ) FROM inventory_pushes""",
    ),
    (
        "inventory_versions_rise",
        """INSERT INTO inventory_pushes SELECT * REPLACE ('twice' AS push_id)
        FROM inventory_pushes""",
    ),
]


@pytest.fixture
def filled(undone):
    con = undone
    see(con, order(1, lines=[line(2), line(1, line_id="12")], ordered=5))
    count(con, a_count(10), minute=0)
    import_csv(con, 3, 1, minute=20)
    adjust(con)
    name(con, ("mug", "blue", ""), "MUG")
    made = plan_push(
        con,
        SHOP_ID,
        {A_TEA: 20},  # lowered: while a CSV order waits nothing is raised
        run_id="r",
        safety=0,
        read_at=at(80),
        planned_at=at(80),
    )
    start_sending(con, made.to_send, sent_at=at(81))
    assert violations(con) == []
    return con


def test_every_check_of_stock_has_a_damage_planted():
    of_stock = {rule for rule in checks() if rule.startswith(("inventory_", "stock_"))}

    assert of_stock == {rule for rule, _ in DAMAGE}


@first(3)
@pytest.mark.parametrize(("rule", "statement"), DAMAGE)
def test_a_planted_damage_is_found(filled, rule, statement):
    filled.execute(statement)

    assert rule in [violation.rule for violation in violations(filled)]
    assert broken_rules(filled) == violations(filled)
