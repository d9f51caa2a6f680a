-- stock_is_not_moved_by_csv: an order that a CSV created moves stock by a person's
-- adjustment only, and nobody adjusts for an order that moves stock itself.
-- out: broken, one row per movement
SELECT m.movement_id AS broken
FROM stock_movements AS m
JOIN orders AS o USING (mall, shop_id, order_number)
WHERE (o.stock_policy = 'manual' AND m.kind IN ('order', 'cancellation'))
   OR (o.stock_policy = 'auto' AND m.kind = 'adjustment');
