-- record_stock_count: the account of one file of a count or of goods received.
-- in:  every column of stock_count_imports as a parameter
-- out: one row of stock_count_imports
INSERT INTO stock_count_imports BY NAME
SELECT
    $import_id AS import_id,
    $kind AS kind,
    $file_sha256 AS file_sha256,
    $file_name AS file_name,
    $mall AS mall,
    $shop_id AS shop_id,
    $rows_read AS rows_read,
    $skus_moved AS skus_moved,
    $skus_equal AS skus_equal,
    $skus_older AS skus_older,
    $who AS who,
    $counted_at AS counted_at,
    $imported_at AS imported_at;
