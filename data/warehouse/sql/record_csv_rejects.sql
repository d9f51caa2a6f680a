-- record_csv_rejects: keep what could not be read, with its place and reason.
-- in:  view `csv_rejected`, $import_id
-- out: rows of csv_rejects, in file order
INSERT INTO csv_rejects BY NAME
SELECT $import_id AS import_id, row_number, column_name, reason, order_number
FROM csv_rejected
ORDER BY row_number;
