-- count_csv_imports_of_file: how often this very file was imported in this way.
-- in:  $mall, $shop_id, $mode, $file_sha256
-- out: one number
SELECT count(*)
FROM csv_imports
WHERE mall = $mall
  AND shop_id = $shop_id
  AND mode = $mode
  AND file_sha256 = $file_sha256;
