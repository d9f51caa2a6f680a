-- list_stock_adjusted: the lines that wait no longer, and what they moved.
-- in:  temporary tables `stock_judged`, `stock_moves`
-- out: mall, shop_id, order_number, line_id, sku, quantity
SELECT
    j.mall, j.shop_id, j.order_number, j.line_id,
    coalesce(m.sku, j.sku) AS sku,
    j.quantity
FROM stock_judged AS j
LEFT JOIN stock_moves AS m USING (mall, shop_id, order_number, line_id)
WHERE j.verdict = 'book'
ORDER BY j.position;
