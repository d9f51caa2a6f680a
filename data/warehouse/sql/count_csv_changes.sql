-- count_csv_changes: how many known orders of a part change.
-- in:  temporary table `csv_changes`
-- out: one number
SELECT count(*) FROM csv_changes;
