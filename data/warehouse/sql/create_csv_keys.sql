-- create_csv_keys: an empty table for what tells the file's rows apart.
-- out: temporary table `csv_keys`, one row per row of the file
CREATE OR REPLACE TEMP TABLE csv_keys (
    chunk        INTEGER,
    row_number   UINTEGER,
    shop_id      VARCHAR,
    order_number VARCHAR,
    basket_id    VARCHAR,
    line_id      VARCHAR,
    order_hash   UBIGINT,
    basket_hash  UBIGINT,
    line_hash    UBIGINT,
    is_fixed     BOOLEAN
);
