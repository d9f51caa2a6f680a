-- plan_stock_receipts: what the file adds to each SKU. One file is one delivery: what it
-- brought for another shop that sells the same SKU, it does not bring again.
-- in:  view `stock_count_rows`, $mall, $shop_id, $file_sha256, $cause_id, $who,
--      $receipt_note, $counted_at, $moved_at
-- out: temporary table `stock_moves`, one row per SKU of which something came in
CREATE OR REPLACE TEMP TABLE stock_moves AS
SELECT
    concat_ws('/', 'received', $file_sha256, m.sku) AS movement_id,
    m.sku,
    any_value(r.quantity) AS quantity,
    'receipt' AS kind,
    'person' AS source,
    NULL::VARCHAR AS mall, NULL::VARCHAR AS shop_id,
    NULL::VARCHAR AS order_number, NULL::VARCHAR AS line_id,
    $cause_id AS cause_id, $who AS who, $receipt_note AS note,
    $counted_at::TIMESTAMPTZ AS effective_at,
    $moved_at::TIMESTAMPTZ AS moved_at
FROM stock_count_rows AS r
JOIN sku_map AS m
    ON m.mall = $mall AND m.shop_id = $shop_id
    AND m.manage_number = r.manage_number AND m.variant_id = r.variant_id
WHERE r.quantity > 0
GROUP BY m.sku
HAVING concat_ws('/', 'received', $file_sha256, m.sku)
    NOT IN (SELECT movement_id FROM stock_movements);
