-- merge_csv_lines: write what changed; columns a CSV cannot tell keep what they hold.
-- in:  temporary table `csv_changed_lines`
-- out: rows of order_lines
MERGE INTO order_lines
USING csv_changed_lines USING (mall, shop_id, order_number, line_id)
WHEN MATCHED THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;
