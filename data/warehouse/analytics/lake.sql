-- name: stage_lake_tables
-- What goes into the lake: each table of the copy with the shop and month it is kept by.
-- What is of no shop, as a count, is under `none`; what has no day under `unknown`.
-- in:  the copy
-- out: temporary views `lake_<table>`: shop, month and the table's columns
CREATE TEMP VIEW lake_orders AS
SELECT shop_id AS shop, month_jst AS month, o.*
FROM orders AS o;
CREATE TEMP VIEW lake_order_packages AS
SELECT o.shop_id AS shop, o.month_jst AS month, p.*
FROM order_packages AS p
JOIN orders AS o USING (mall, shop_id, order_number);
CREATE TEMP VIEW lake_order_lines AS
SELECT o.shop_id AS shop, o.month_jst AS month, l.*
FROM order_lines AS l
JOIN orders AS o USING (mall, shop_id, order_number);
CREATE TEMP VIEW lake_order_taxes AS
SELECT o.shop_id AS shop, o.month_jst AS month, t.*
FROM order_taxes AS t
JOIN orders AS o USING (mall, shop_id, order_number);
CREATE TEMP VIEW lake_sales AS
SELECT shop_id AS shop, month_jst AS month, s.*
FROM sales AS s;
CREATE TEMP VIEW lake_shipments AS
SELECT
    s.shop_id AS shop,
    coalesce(o.month_jst, strftime(s.imported_at AT TIME ZONE 'Asia/Tokyo', '%Y-%m')) AS month,
    s.*
FROM shipments AS s
LEFT JOIN orders AS o USING (mall, shop_id, order_number);
CREATE TEMP VIEW lake_notices AS
SELECT shop_id AS shop, strftime(day_jst, '%Y-%m') AS month, n.*
FROM notices AS n;
CREATE TEMP VIEW lake_stock_movements AS
SELECT
    coalesce(shop_id, 'none') AS shop, strftime(day_jst, '%Y-%m') AS month,
    m.* REPLACE (coalesce(mall, 'none') AS mall)
FROM stock_movements AS m;
CREATE TEMP VIEW lake_inventory_pushes AS
SELECT
    shop_id AS shop, strftime(planned_at AT TIME ZONE 'Asia/Tokyo', '%Y-%m') AS month, p.*
FROM inventory_pushes AS p;
CREATE TEMP VIEW lake_closed_orders AS
SELECT shop_id AS shop, c.*
FROM closed_orders AS c;
