-- mark_stock_adjusted_lines: booked lines wait no longer.
-- in:  temporary table `stock_judged`, $at
-- out: rows of order_lines
UPDATE order_lines AS l SET stock_adjusted_at = $at
FROM stock_judged AS j
WHERE j.verdict = 'book'
  AND l.mall = j.mall
  AND l.shop_id = j.shop_id
  AND l.order_number = j.order_number
  AND l.line_id = j.line_id;
