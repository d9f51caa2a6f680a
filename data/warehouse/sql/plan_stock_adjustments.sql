-- plan_stock_adjustments: the movements of the lines that are booked.
-- in:  temporary table `stock_judged`, $adjustment_id, $who, $note, $at
-- out: temporary table `stock_moves`; a line adjusted elsewhere moves 0 and is signed
CREATE OR REPLACE TEMP TABLE stock_moves AS
SELECT
    concat_ws('/', 'adjust', j.mall, j.shop_id, j.order_number, j.line_id) AS movement_id,
    coalesce(nullif(l.sku, ''), j.sku) AS sku,
    j.quantity,
    'adjustment' AS kind,
    'person' AS source,
    j.mall, j.shop_id, j.order_number, j.line_id,
    $adjustment_id AS cause_id, $who AS who, $note AS note,
    $at::TIMESTAMPTZ AS effective_at,
    $at::TIMESTAMPTZ AS moved_at
FROM stock_judged AS j
JOIN stock_lines AS l USING (mall, shop_id, order_number, line_id)
WHERE j.verdict = 'book'
  AND NOT j.was_booked;
