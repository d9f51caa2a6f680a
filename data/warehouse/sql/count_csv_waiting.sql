-- count_csv_waiting: how many lines of the file's orders wait for a person to adjust
-- stock.
-- in:  temporary table `csv_orders`, $mall, $shop_id
-- out: one number
SELECT count(*)
FROM manual_stock_adjustments AS m
SEMI JOIN csv_orders AS o ON o.order_number = m.order_number
WHERE m.mall = $mall
  AND m.shop_id = $shop_id;
