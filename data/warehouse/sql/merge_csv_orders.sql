-- merge_csv_orders: write what changed; columns a CSV cannot tell keep what they hold.
-- in:  temporary table `csv_changed_orders`
-- out: rows of orders
MERGE INTO orders
USING csv_changed_orders USING (mall, shop_id, order_number)
WHEN MATCHED THEN UPDATE BY NAME;
