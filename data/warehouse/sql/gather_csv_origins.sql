-- gather_csv_origins: those orders of one shop, as log_csv_contents wants them.
-- in:  temporary table `judged`, $mall, $shop_id
-- out: temporary table `csv_changes` (order_number, is_content)
CREATE OR REPLACE TEMP TABLE csv_changes AS
SELECT DISTINCT order_number, true AS is_content
FROM judged
JOIN orders USING (mall, shop_id, order_number)
WHERE mall = $mall
  AND shop_id = $shop_id
  AND verdict = 'changed'
  AND content_hash = '';
