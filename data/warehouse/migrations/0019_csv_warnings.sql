-- What an import stored all the same and a person should look at: cells that could not be
-- read, and what looks wrong about an order.

CREATE TABLE csv_warnings (
    import_id    VARCHAR NOT NULL,
    row_number   BIGINT,
    column_name  VARCHAR,
    kind         VARCHAR NOT NULL,
    reason       VARCHAR NOT NULL,
    order_number VARCHAR
);

COMMENT ON TABLE csv_warnings IS 'What was odd about rows and orders of an order CSV that were stored all the same; nothing of their cells is kept';
COMMENT ON COLUMN csv_warnings.import_id IS 'The import';
COMMENT ON COLUMN csv_warnings.row_number IS 'Row in the file as a spreadsheet counts, header = 1; NULL for an order as a whole';
COMMENT ON COLUMN csv_warnings.column_name IS 'The mall''s column whose cell was stored as NULL; NULL for more than a cell';
COMMENT ON COLUMN csv_warnings.kind IS 'What is odd, e.g. unreadable, excel-damage, sum-differs; all kinds: docs/order-files.md section 11';
COMMENT ON COLUMN csv_warnings.reason IS 'The same in Japanese, without the cell''s content';
COMMENT ON COLUMN csv_warnings.order_number IS 'The order it is about; NULL for the file as a whole';
