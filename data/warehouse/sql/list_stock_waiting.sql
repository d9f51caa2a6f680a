-- list_stock_waiting: lines for which a person has to adjust stock, longest waiting
-- first.
-- in:  $shop_id, $mall (NULL = all), $row_limit
-- out: mall, shop_id, order_number, line_id, sku, item_name, quantity, level, booked,
--      is_cancelled, imported_at
WITH gone AS (
    SELECT m.mall, m.shop_id, m.order_number, m.sku, -sum(m.quantity) AS units
    FROM stock_movements AS m
    ANTI JOIN order_lines USING (mall, shop_id, order_number, line_id)
    WHERE m.kind = 'adjustment'
      AND m.shop_id = $shop_id
    GROUP BY ALL
)
SELECT
    w.mall, w.shop_id, w.order_number, w.line_id, s.sku, l.item_name, w.quantity,
    v.level,
    coalesce(g.units, 0)::BIGINT AS booked,
    o.cancelled AS is_cancelled,
    w.imported_at
FROM manual_stock_adjustments AS w
JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
JOIN order_lines AS l USING (mall, shop_id, order_number, line_id)
JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN stock_levels AS v ON v.sku = s.sku
LEFT JOIN gone AS g
    ON g.mall = w.mall AND g.shop_id = w.shop_id
    AND g.order_number = w.order_number AND g.sku = s.sku
WHERE w.shop_id = $shop_id
  AND ($mall IS NULL OR w.mall = $mall)
ORDER BY w.imported_at, w.mall, w.order_number, w.line_id
LIMIT $row_limit;
