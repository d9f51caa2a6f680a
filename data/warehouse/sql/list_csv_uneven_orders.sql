-- list_csv_uneven_orders: orders of a part whose rows differ in the order's cells.
-- in:  temporary table `csv_orders`, $part
-- out: order_number, last_row (the row that speaks for it)
SELECT order_number, last_row
FROM csv_orders
WHERE part = $part
  AND is_uneven;
