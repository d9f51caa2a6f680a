-- stock_adjustments_are_booked: a line no longer waits only because the ledger says
-- who adjusted it, and no order's line was adjusted twice.
-- out: broken, one row per line
SELECT concat_ws(' ', l.mall, l.shop_id, l.order_number, l.line_id) AS broken
FROM order_lines AS l
LEFT JOIN (
    SELECT mall, shop_id, order_number, line_id, count(*) AS adjustments
    FROM stock_movements
    WHERE kind = 'adjustment' AND source = 'person'
    GROUP BY ALL
) AS m USING (mall, shop_id, order_number, line_id)
WHERE (l.stock_adjusted_at IS NOT NULL AND m.adjustments IS NULL)
   OR m.adjustments > 1;
