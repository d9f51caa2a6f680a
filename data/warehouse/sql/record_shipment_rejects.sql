-- record_shipment_rejects: the rows of a file that were set aside.
-- in:  view `shipment_asides` (row_number, kind, column_name, reason), $import_id
-- out: rows of shipment_rejects
INSERT INTO shipment_rejects BY NAME
SELECT $import_id AS import_id, row_number, kind, column_name, reason
FROM shipment_asides;
