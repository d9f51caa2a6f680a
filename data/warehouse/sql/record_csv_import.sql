-- record_csv_import: the account of one import.
-- in:  every column of csv_imports as a parameter
-- out: one row of csv_imports
INSERT INTO csv_imports BY NAME
SELECT
    $import_id AS import_id,
    $file_sha256 AS file_sha256,
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
