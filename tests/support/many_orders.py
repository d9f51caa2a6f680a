"""Many orders at once, by SQL: for what is about their number and not their content."""

from duckdb import DuckDBPyConnection

_ORDERS = """
INSERT INTO orders BY NAME
SELECT
    'rakuten' AS mall,
    (123456 + i % 3)::VARCHAR AS shop_id,
    format('{}-20260701-{:010d}', 123456 + i % 3, i) AS order_number,
    'api' AS source,
    ['新規受付', '受注処理中', '出荷済', '出荷済', 'キャンセル'][1 + i % 5] AS status,
    ['100', '300', '700', '700', '900'][1 + i % 5] AS mall_status,
    'auto' AS stock_policy,
    TIMESTAMPTZ '2026-01-01 00:30:00+09' + INTERVAL 7 MINUTE * i AS ordered_at,
    'クレジットカード' AS payment_method,
    true AS amounts_fixed,
    1000 + i % 9000 AS goods_total,
    550 AS postage_total,
    1550 + i % 9000 AS order_total,
    1550 + i % 9000 AS request_total,
    0 AS point_used,
    0 AS coupon_total,
    i % 5 = 4 AS cancelled,
    md5(i::VARCHAR) AS content_hash,
    'api' AS content_source,
    ordered_at + INTERVAL 1 MINUTE AS observed_at,
    ordered_at + INTERVAL 1 MINUTE AS imported_at,
    ordered_at + INTERVAL 1 MINUTE AS updated_at
FROM range($orders) AS r (i)
"""
_PACKAGES = """
INSERT INTO order_packages BY NAME
SELECT
    mall, shop_id, order_number, '1' AS basket_id, '0600001' AS zip,
    ['北海道', '東京都', '大阪府'][1 + (goods_total % 3)::INTEGER] AS prefecture,
    goods_total, postage_total
FROM orders
"""
_LINES = """
INSERT INTO order_lines BY NAME
SELECT
    mall, shop_id, order_number, (1 + nth)::VARCHAR AS line_id, '1' AS basket_id,
    format('sku-{}', (goods_total + nth) % 500) AS sku,
    format('item-{}', (goods_total + nth) % 500) AS manage_number,
    '' AS variant_id,
    format('商品 {} 深蒸し煎茶 100g', (goods_total + nth) % 500) AS item_name,
    goods_total AS unit_price, 1 AS quantity
FROM orders, range(2) AS n (nth)
"""
_PEOPLE = """
INSERT INTO order_people BY NAME
SELECT
    mall, shop_id, order_number, 'orderer' AS role, '' AS basket_id,
    '鷹羽根' AS family_name,
    format('0900000{:04d}', goods_total % 10000) AS phone,
    format('buyer{}@example.jp', goods_total) AS email
FROM orders
"""


def insert_orders(con: DuckDBPyConnection, orders: int) -> None:
    """Insert so many orders of two lines each, seven minutes apart."""
    con.execute(_ORDERS, {"orders": orders})
    for statement in (_PACKAGES, _LINES, _PEOPLE):
        con.execute(statement)
