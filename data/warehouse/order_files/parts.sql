-- name: list_csv_spread_orders
-- The orders that lie in several chunks, and in which part they
-- come.
-- in:  temporary table `csv_orders`, $whole_parts
-- out: order_number, part
SELECT order_number, part
FROM csv_orders
WHERE part >= $whole_parts;

-- name: create_csv_spread
-- A place for rows of orders that lie in several chunks.
-- in:  view `csv_aside`, every cell
-- out: empty temporary table `csv_spread`
CREATE OR REPLACE TEMP TABLE csv_spread AS
SELECT * FROM csv_aside LIMIT 0;

-- name: stage_csv_spread
-- Put rows of orders that lie in several chunks aside.
-- in:  view `csv_aside`, every cell
-- out: rows of `csv_spread`
INSERT INTO csv_spread
SELECT * FROM csv_aside;

-- name: list_csv_spread
-- The rows of one part of the orders that lay in several chunks.
-- in:  temporary tables `csv_spread`, `csv_orders`, $part
-- out: every cell, in file order
SELECT s.*
FROM csv_spread AS s
SEMI JOIN (
    SELECT order_number FROM csv_orders WHERE part = $part
) AS o ON o.order_number = s.order_number
ORDER BY s.row_number;

-- name: list_csv_uneven_orders
-- Orders of a part whose rows differ in the order's cells.
-- in:  temporary table `csv_orders`, $part
-- out: order_number, last_row (the row that speaks for it)
SELECT order_number, last_row
FROM csv_orders
WHERE part = $part
  AND is_uneven;

-- name: list_csv_uneven_packages
-- Packages of a part whose rows differ in their cells.
-- in:  temporary table `csv_baskets`, $part
-- out: order_number, basket_id, last_row (the row that speaks for it)
SELECT order_number, basket_id, last_row
FROM csv_baskets
WHERE part = $part
  AND is_uneven;

-- name: list_csv_speaking
-- Which rows of a part speak for what.
-- in:  temporary tables `csv_lines`, `csv_baskets`, $part
-- out: row_number (each speaks for its line), copies, speaks_for_order,
--      speaks_for_basket, is_known (the order), is_fixed (all its amounts are)
SELECT
    l.last_row AS row_number,
    l.copies::INTEGER AS copies,
    l.last_row = l.order_row AS speaks_for_order,
    b.last_row IS NOT NULL AS speaks_for_basket,
    l.is_known,
    l.amounts_fixed AS is_fixed
FROM csv_lines AS l
LEFT JOIN csv_baskets AS b ON b.last_row = l.last_row
WHERE l.part = $part;

-- name: count_csv_part
-- How many orders of a part are new and known.
-- in:  temporary table `csv_orders`, $part
-- out: one row: new, known
SELECT
    count(*) FILTER (WHERE NOT is_known) AS new,
    count(*) FILTER (WHERE is_known) AS known
FROM csv_orders
WHERE part = $part;
