-- count_stock_imports_of_file: how often the shop imported these bytes as this kind.
-- in:  $mall, $shop_id, $kind, $file_sha256
-- out: one number
SELECT count(*)
FROM stock_count_imports
WHERE mall = $mall
  AND shop_id = $shop_id
  AND coalesce(kind, 'count') = $kind
  AND file_sha256 = $file_sha256;
