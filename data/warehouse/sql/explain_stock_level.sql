-- explain_stock_level: why a SKU stands where it stands, every movement in the order in
-- which it was booked.
-- in:  $sku
-- out: seq, moved_at, effective_at, kind, quantity, level (after it), counted, the order,
--      cause_id, who, note
SELECT
    seq, moved_at, effective_at, kind, quantity,
    (sum(quantity) OVER (ORDER BY seq))::BIGINT AS level,
    counted, mall, shop_id, order_number, line_id, cause_id, who, note
FROM stock_movements
WHERE sku = $sku
ORDER BY seq;
