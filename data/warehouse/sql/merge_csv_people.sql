-- merge_csv_people: write what changed; columns a CSV cannot tell keep what they hold.
-- in:  temporary table `csv_changed_people`
-- out: rows of order_people
MERGE INTO order_people
USING csv_changed_people USING (mall, shop_id, order_number, role, basket_id)
WHEN MATCHED THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;
