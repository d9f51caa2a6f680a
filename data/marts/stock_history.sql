-- stock_history: why each SKU stands where it stands: every movement, with its cause and
-- the level after it, in the order in which it was booked.
-- out:
--   sku           SKU
--   seq           rises with every movement
--   moved_at      when it was booked
--   effective_at  since when the goods are gone or there
--   kind          count, receipt, order, cancellation, adjustment
--   quantity      units, negative when they leave
--   level         units after it
--   counted       what was counted
--   mall          mall of the order that caused it
--   shop_id       shop of the order that caused it
--   order_number  受注番号 that caused it
--   line_id       商品明細ID that caused it
-- example: FROM stock_history WHERE sku = (SELECT min(sku) FROM stock_history)
SELECT
    sku,
    seq,
    moved_at,
    effective_at,
    kind,
    quantity,
    (sum(quantity) OVER (PARTITION BY sku ORDER BY seq))::BIGINT AS level,
    counted,
    mall,
    shop_id,
    order_number,
    line_id
FROM stock_movements
ORDER BY sku, seq;
