-- stock_history: why each SKU stands where it stands: every movement, with its cause and
-- the level after it, in the order in which it was booked.
-- out: sku, seq, moved_at, effective_at (since when the goods are gone or there), kind,
--      quantity, level, counted, mall, shop_id, order_number, line_id, note.
--      For one SKU: SELECT * FROM (...) WHERE sku = 'sencha/100g'. No personal data.
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
    line_id,
    note
FROM stock_movements
ORDER BY sku, seq;
