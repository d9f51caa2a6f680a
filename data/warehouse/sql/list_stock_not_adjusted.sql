-- list_stock_not_adjusted: the lines that were left as they were.
-- in:  temporary table `stock_judged`
-- out: mall, shop_id, order_number, line_id, verdict
SELECT mall, shop_id, order_number, line_id, verdict
FROM stock_judged
WHERE verdict <> 'book'
ORDER BY position;
