-- name: count_csv_imports_of_file
-- How often this very file was imported, in this way and in either.
-- in:  $mall, $shop_id, $mode, $file_sha256
-- out: two numbers
SELECT count_if(mode = $mode), count(*)
FROM csv_imports
WHERE mall = $mall
  AND shop_id = $shop_id
  AND file_sha256 = sha256(getvariable('people_key') || $file_sha256);

-- name: settle_csv_rejects
-- Known orders of the file that an earlier file had set aside, and that this one does not:
-- it brought them, even where it says nothing new, and the row of before waits for nobody.
-- Not where another warning of before waits, which this would end as well.
-- in:  temporary table `csv_orders`, views `csv_rejected`, `csv_warned`, $mall, $shop_id,
--      $imported_at
-- out: rows of orders, written at this import (needs_a_person, kind csv_reject)
UPDATE orders AS o SET updated_at = $imported_at
FROM (
    SELECT s.order_number
    FROM orders AS s
    SEMI JOIN csv_orders AS k ON k.order_number = s.order_number AND k.is_known
    SEMI JOIN (
        SELECT r.order_number, i.mall, i.shop_id, i.imported_at
        FROM csv_rejects AS r
        JOIN csv_imports AS i ON i.import_id = r.import_id
        WHERE i.imported_at < $imported_at::TIMESTAMPTZ
    ) AS b
        ON b.mall = s.mall AND b.shop_id = s.shop_id
        AND b.order_number = s.order_number AND b.imported_at >= s.updated_at
    ANTI JOIN csv_rejected AS n ON n.order_number = s.order_number
    ANTI JOIN (
        SELECT w.order_number, i.mall, i.shop_id, i.imported_at
        FROM csv_warnings AS w
        JOIN csv_imports AS i ON i.import_id = w.import_id
        ANTI JOIN csv_rejects AS r
            ON r.import_id = w.import_id AND r.order_number = w.order_number
        ANTI JOIN csv_warned AS again
            ON again.order_number = w.order_number AND again.kind = w.kind
    ) AS t
        ON t.mall = s.mall AND t.shop_id = s.shop_id
        AND t.order_number = s.order_number AND t.imported_at >= s.updated_at
    WHERE s.mall = $mall
      AND s.shop_id = $shop_id
) AS b
WHERE o.mall = $mall
  AND o.shop_id = $shop_id
  AND o.order_number = b.order_number;

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
