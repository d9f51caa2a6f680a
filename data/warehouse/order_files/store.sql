-- name: list_csv_shops
-- The shops of a mall that have orders, whoever told of them.
-- in:  $mall; NULL = of every mall
-- out: shop_id
SELECT DISTINCT shop_id
FROM orders
WHERE mall = $mall OR $mall IS NULL
ORDER BY shop_id;

-- name: count_csv_imports_of_file
-- How often this very file was imported, in this way and in either.
-- in:  $mall, $shop_id, $mode, $file_sha256
-- out: two numbers
SELECT count_if(mode = $mode), count(*)
FROM csv_imports
WHERE mall = $mall
  AND shop_id = $shop_id
  AND file_sha256 = sha256(getvariable('people_key') || $file_sha256);

-- name: record_csv_import
-- The account of one import.
-- in:  every column of csv_imports as a parameter
-- out: one row of csv_imports
INSERT INTO csv_imports BY NAME
SELECT
    $import_id AS import_id,
    sha256(getvariable('people_key') || $file_sha256) AS file_sha256,
    $file_name AS file_name,
    $mall AS mall,
    $shop_id AS shop_id,
    $mode AS mode,
    $rows_read AS rows_read,
    $orders_created AS orders_created,
    $orders_updated AS orders_updated,
    $orders_unchanged AS orders_unchanged,
    $lines_rejected AS lines_rejected,
    $imported_at AS imported_at;

-- name: record_csv_rejects
-- Keep what could not be read, with its place and reason.
-- in:  view `csv_rejected`, $import_id
-- out: rows of csv_rejects, in file order
INSERT INTO csv_rejects BY NAME
SELECT $import_id AS import_id, row_number, column_name, reason, order_number
FROM csv_rejected
ORDER BY row_number;

-- name: record_csv_warnings
-- Keep what a person should look at.
-- in:  view `csv_warned`, $import_id
-- out: rows of csv_warnings, in file order
INSERT INTO csv_warnings BY NAME
SELECT $import_id AS import_id, row_number, column_name, kind, reason, order_number
FROM csv_warned
ORDER BY row_number;

-- name: count_csv_waiting
-- How many lines of the file's orders wait for a person to adjust
-- stock.
-- in:  temporary table `csv_orders`, $mall, $shop_id
-- out: one number
SELECT count(*)
FROM manual_stock_adjustments AS m
SEMI JOIN csv_orders AS o ON o.order_number = m.order_number
WHERE m.mall = $mall
  AND m.shop_id = $shop_id;
