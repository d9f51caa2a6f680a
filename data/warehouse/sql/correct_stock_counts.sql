-- correct_stock_counts: a movement that took effect before the SKU's latest count is
-- contained in the number that was counted. The level stays what was counted; the
-- count's own movement was too small or too large by that much, and is put right.
-- in:  temporary table `stock_moves`, booked
-- out: rows of stock_movements, each naming the order, if any, that came to light late
INSERT INTO stock_movements BY NAME
SELECT
    (SELECT max(seq) FROM stock_movements)
        + row_number() OVER (ORDER BY m.movement_id) AS seq,
    concat(m.movement_id, '/counted') AS movement_id,
    m.sku,
    -m.quantity AS quantity,
    'count' AS kind,
    'count' AS source,
    m.mall, m.shop_id, m.order_number, m.line_id,
    c.cause_id,
    'この動きは棚卸より前のもので、数えた数に含まれています (contained in the count)' AS note,
    c.counted_at AS effective_at,
    m.moved_at
FROM stock_moves AS m
JOIN stock_counted AS c USING (sku)
WHERE m.effective_at <= c.counted_at
  AND m.quantity <> 0;
