-- list_csv_uneven_packages: packages of a part whose rows differ in their cells.
-- in:  temporary table `csv_baskets`, $part
-- out: order_number, basket_id, last_row (the row that speaks for it)
SELECT order_number, basket_id, last_row
FROM csv_baskets
WHERE part = $part
  AND is_uneven;
