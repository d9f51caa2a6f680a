-- record_shipment_import: the account of one file.
-- in:  $import_id, $file_sha256, $file_name, $carrier, $layout, $mall, $shop_id,
--      $rows_read, $created, $changed, $unchanged, $rejected, $unmatched, $imported_at
-- out: a row of shipment_imports
INSERT INTO shipment_imports BY NAME
SELECT
    $import_id AS import_id,
    $file_sha256 AS file_sha256,
    $file_name AS file_name,
    $carrier AS carrier,
    $layout AS layout,
    $mall AS mall,
    $shop_id AS shop_id,
    $rows_read AS rows_read,
    $created AS shipments_created,
    $changed AS shipments_changed,
    $unchanged AS shipments_unchanged,
    $rejected AS rows_rejected,
    $unmatched AS rows_unmatched,
    $imported_at AS imported_at;
