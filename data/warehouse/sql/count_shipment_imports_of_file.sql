-- count_shipment_imports_of_file: how often this very file was imported for the shop.
-- in:  $file_sha256, $mall, $shop_id
-- out: imports
SELECT count(*)
FROM shipment_imports
WHERE file_sha256 = $file_sha256 AND mall = $mall AND shop_id = $shop_id;
