"""Each check finds the damage it is for, and a sound warehouse has none."""

import pytest

from data.model.order import Mall
from data.warehouse.invariants import checks, violations
from data.warehouse.notices import record_notices, settle_notices
from data.warehouse.orders.store import store_orders
from data.warehouse.runs import move_cursor
from data.warehouse.session import warehouse
from tests.shops.test_shop_bugs import DAMAGE as DAMAGE_OF_SHOPS
from tests.stock.test_invariants import DAMAGE as DAMAGE_OF_STOCK
from tests.support.effort import first
from tests.support.orders import SHOP_ID, an_order, at
from tests.support.rules import broken_rules
from tests.warehouse.made_notices import a_notice

UNGUARDED_SHIPMENTS = (
    "CREATE TABLE copy AS FROM shipments",
    "DROP TABLE shipments",
    "ALTER TABLE copy RENAME TO shipments",
)
DAMAGE = {
    "orders_are_unique": [
        "CREATE TABLE copy AS FROM orders",
        "DROP TABLE orders",
        "ALTER TABLE copy RENAME TO orders",
        "INSERT INTO orders FROM orders",
    ],
    "log_moves_forward": [
        """INSERT INTO order_log SELECT * REPLACE (
            observed_at - INTERVAL 1 HOUR AS observed_at, 'x' AS content_hash
        ) FROM order_log LIMIT 1""",
    ],
    "current_is_newest_logged": ["UPDATE orders SET content_hash = 'x'"],
    "content_hash_fits_its_source": [
        "UPDATE orders SET content_source = 'csv_changed'"
    ],
    "lines_and_wrappings_are_the_goods": [
        "UPDATE orders SET wrappings = [], gift_fee = 1"
    ],
    "parts_have_their_order": ["DELETE FROM order_packages"],
    "sightings_follow_content": [
        "UPDATE order_sightings SET seen_at = seen_at - INTERVAL 1 HOUR"
    ],
    "people_stay_in_order_people": ["ALTER TABLE orders ADD COLUMN phone VARCHAR"],
    "answers_follow_their_order": [
        """INSERT INTO order_answers
        SELECT mall, shop_id, order_number, seen_at + INTERVAL 1 HOUR, '0', 'x'::BLOB
        FROM order_sightings"""
    ],
    "cleared_orders_have_no_people": [
        """INSERT INTO cleared_orders
        SELECT mall, shop_id, order_number, 'asked', 'x', updated_at FROM orders"""
    ],
    "csv_orders_wait_by_hand": ["UPDATE orders SET stock_policy = 'manual'"],
    "notices_are_unique": [
        "CREATE TABLE copy AS FROM notices",
        "DROP TABLE notices",
        "ALTER TABLE copy RENAME TO notices",
        "INSERT INTO notices FROM notices",
    ],
    "notices_wait_or_say_why": [
        "CREATE TABLE copy AS FROM notices",
        "DROP TABLE notices",
        "ALTER TABLE copy RENAME TO notices",
        "UPDATE notices SET reason = NULL WHERE reason IS NOT NULL",
    ],
    "settled_notices_have_proof": ["UPDATE notices SET received_at = recorded_at"],
    "cursors_are_not_ahead": [
        "UPDATE order_cursors SET seen_until = moved_at + INTERVAL 1 HOUR"
    ],
    "closed_months_add_up": [
        """INSERT INTO closed_orders BY NAME
        SELECT '2026-06' AS month, mall, shop_id, order_number, true AS counts,
            0 AS lines_unknown
        FROM orders"""
    ],
    "csv_rejects_add_up": ["INSERT INTO csv_rejects VALUES ('i', 2, NULL, 'x', NULL)"],
    "shipments_are_unique": [
        *UNGUARDED_SHIPMENTS,
        "INSERT INTO shipments FROM shipments",
    ],
    "verified_shipments_have_proof": [
        *UNGUARDED_SHIPMENTS,
        "UPDATE shipments SET shipping_detail_id = NULL",
    ],
    "shipments_have_their_order": ["UPDATE shipments SET order_number = 'gone'"],
    "shipment_rejects_add_up": [
        "INSERT INTO shipment_rejects VALUES ('i', 2, 'unmatched', NULL, 'x', false)"
    ],
}
MORE_DAMAGE = [
    (
        "shipments_are_unique",
        """INSERT INTO shipments
        SELECT * REPLACE ('9' AS tracking_number) FROM shipments""",
    ),
    (
        "verified_shipments_have_proof",
        "UPDATE shipments SET request_id = 'r', data_number = NULL",
    ),
    ("parts_have_their_order", "DELETE FROM order_packages"),
    ("parts_have_their_order", "UPDATE order_lines SET basket_id = 'gone'"),
    (
        "parts_have_their_order",
        """DELETE FROM order_people WHERE order_number LIKE '%1';
        UPDATE order_people SET order_number = 'gone'""",
    ),
    ("sightings_follow_content", "DELETE FROM order_sightings"),
    ("settled_notices_have_proof", "DELETE FROM orders"),
    ("settled_notices_have_proof", "UPDATE notices SET reason = 'refused'"),
    ("settled_notices_have_proof", "UPDATE notices SET reason = 'no_order'"),
    ("current_is_newest_logged", "DELETE FROM order_log"),
    (
        "people_stay_in_order_people",
        """UPDATE order_log SET content = '{"people": []}'""",
    ),
]


@pytest.fixture
def filled(path):
    with warehouse(path) as con:
        orders = [an_order(1), an_order(2), an_order(1, 9, "500")]
        store_orders(con, orders, source="api", stored_at=at(10), load_id="l")
        record_notices(con, [a_notice(1, 5), a_notice(2, 4)], at(99))
        settle_notices(
            con,
            SHOP_ID,
            read={order.order_number: order.observed_at for order in orders},
            refused=[],
            asked_at=at(5),
            settled_at=at(99),
        )
        move_cursor(con, Mall.RAKUTEN, SHOP_ID, at(5), at(99))
        con.execute(
            """INSERT INTO shipments BY NAME SELECT
                mall, shop_id, order_number, '1' AS basket_id, '1' AS tracking_number,
                '1001' AS carrier_code, DATE '2026-07-01' AS shipping_date,
                'verified' AS state, '5' AS shipping_detail_id, 'i' AS import_id,
                updated_at AS imported_at, updated_at AS changed_at,
                updated_at AS verified_at
            FROM orders LIMIT 1"""
        )
        assert violations(con) == []
        yield con


def test_every_check_has_a_damage_planted():
    of_stock = {rule for rule, _ in DAMAGE_OF_STOCK}
    planted = {*DAMAGE, *of_stock, *DAMAGE_OF_SHOPS}

    assert set(checks()) == planted


@first(3)
@pytest.mark.parametrize("rule", DAMAGE)
def test_a_planted_damage_is_found(filled, rule):
    for statement in DAMAGE[rule]:
        filled.execute(statement)

    assert rule in [violation.rule for violation in violations(filled)]
    assert broken_rules(filled) == violations(filled)


@first(3)
@pytest.mark.parametrize(("rule", "statement"), MORE_DAMAGE)
def test_each_side_of_a_check_is_found(filled, rule, statement):
    filled.execute(statement)

    assert rule in [violation.rule for violation in violations(filled)]
    assert broken_rules(filled) == violations(filled)


def test_a_violation_counts_all_and_shows_keys_only(filled):
    filled.execute("DELETE FROM order_sightings")

    found = {violation.rule: violation for violation in violations(filled)}
    violation = found["sightings_follow_content"]
    assert violation.count == 2
    assert "rakuten 123456 123456-20260701-0000000001" in violation.examples
