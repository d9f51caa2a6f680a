-- merge_csv_packages: write what changed; columns a CSV cannot tell keep what they hold.
-- in:  temporary table `csv_changed_packages`
-- out: rows of order_packages
MERGE INTO order_packages
USING csv_changed_packages USING (mall, shop_id, order_number, basket_id)
WHEN MATCHED THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;
