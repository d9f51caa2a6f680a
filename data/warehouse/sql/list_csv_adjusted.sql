-- list_csv_adjusted: lines whose units are about to change after a person adjusted the
-- stock for them.
-- in:  temporary table `csv_changed_lines`
-- out: kind, order_number, lines
SELECT 'units-after-adjustment' AS kind, n.order_number, count(*) AS lines
FROM csv_changed_lines AS n
JOIN order_lines AS o USING (mall, shop_id, order_number, line_id)
WHERE o.stock_adjusted_at IS NOT NULL
  AND o.quantity <> n.quantity
GROUP BY n.order_number
ORDER BY n.order_number;
