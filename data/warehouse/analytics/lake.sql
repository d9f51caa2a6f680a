-- name: stage_lake_orders
-- Orders by the month they were placed in.
-- in:  the copy
-- out: temporary view lake_orders: shop, month and the table's columns
CREATE TEMP VIEW lake_orders AS
SELECT shop_id AS shop, month_jst AS month, o.*
FROM orders AS o

-- name: stage_lake_order_packages
-- Packages by the month of their order.
-- in:  the copy
-- out: temporary view lake_order_packages: shop, month and the table's columns
CREATE TEMP VIEW lake_order_packages AS
SELECT o.shop_id AS shop, o.month_jst AS month, p.*
FROM order_packages AS p
JOIN orders AS o USING (mall, shop_id, order_number)

-- name: stage_lake_order_lines
-- Lines by the month of their order.
-- in:  the copy
-- out: temporary view lake_order_lines: shop, month and the table's columns
CREATE TEMP VIEW lake_order_lines AS
SELECT o.shop_id AS shop, o.month_jst AS month, l.*
FROM order_lines AS l
JOIN orders AS o USING (mall, shop_id, order_number)

-- name: stage_lake_order_taxes
-- Amounts by tax rate by the month of their order.
-- in:  the copy
-- out: temporary view lake_order_taxes: shop, month and the table's columns
CREATE TEMP VIEW lake_order_taxes AS
SELECT o.shop_id AS shop, o.month_jst AS month, t.*
FROM order_taxes AS t
JOIN orders AS o USING (mall, shop_id, order_number)

-- name: stage_lake_sales
-- One row a line sold, by the month of its order.
-- in:  the copy
-- out: temporary view lake_sales: shop, month and the table's columns
CREATE TEMP VIEW lake_sales AS
SELECT shop_id AS shop, month_jst AS month, s.*
FROM sales AS s

-- name: stage_lake_shipments
-- Parcels by the month of their order; of an order nobody knows, of their import.
-- in:  the copy
-- out: temporary view lake_shipments: shop, month and the table's columns
CREATE TEMP VIEW lake_shipments AS
SELECT
    s.shop_id AS shop,
    coalesce(o.month_jst, strftime(s.imported_at AT TIME ZONE 'Asia/Tokyo', '%Y-%m')) AS month,
    s.*
FROM shipments AS s
LEFT JOIN orders AS o USING (mall, shop_id, order_number)

-- name: stage_lake_notices
-- Notices by the month they arrived in.
-- in:  the copy
-- out: temporary view lake_notices: shop, month and the table's columns
CREATE TEMP VIEW lake_notices AS
SELECT shop_id AS shop, strftime(day_jst, '%Y-%m') AS month, n.*
FROM notices AS n

-- name: stage_lake_stock_movements
-- Movements by the month they happened in; what is
-- of no shop, as a count, under `none`.
-- in:  the copy
-- out: temporary view lake_stock_movements: shop, month and the table's columns
CREATE TEMP VIEW lake_stock_movements AS
SELECT
    coalesce(shop_id, 'none') AS shop, strftime(day_jst, '%Y-%m') AS month,
    m.* REPLACE (coalesce(mall, 'none') AS mall)
FROM stock_movements AS m

-- name: stage_lake_inventory_pushes
-- Pushes by the month they were planned in.
-- in:  the copy
-- out: temporary view lake_inventory_pushes: shop, month and the table's columns
CREATE TEMP VIEW lake_inventory_pushes AS
SELECT
    shop_id AS shop, strftime(planned_at AT TIME ZONE 'Asia/Tokyo', '%Y-%m') AS month, p.*
FROM inventory_pushes AS p

-- name: stage_lake_closed_orders
-- Orders as a closed month has them.
-- in:  the copy
-- out: temporary view lake_closed_orders: shop, month and the table's columns
CREATE TEMP VIEW lake_closed_orders AS
SELECT shop_id AS shop, c.*
FROM closed_orders AS c
