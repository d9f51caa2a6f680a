-- count_stock_imports_of_file: how often these bytes were imported as the shop's count.
-- in:  $mall, $shop_id, $file_sha256
-- out: one number
SELECT count(*)
FROM stock_count_imports
WHERE mall = $mall
  AND shop_id = $shop_id
  AND file_sha256 = $file_sha256;
