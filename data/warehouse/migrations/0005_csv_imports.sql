-- What the malls' own CSV files bring: cells RMS has no word for, the account of each
-- import, and what waits for a person to adjust stock. No DEFAULT anywhere: see the
-- bans on ALTER TABLE in the reliability notes.

ALTER TABLE orders ADD COLUMN paid_at TIMESTAMPTZ;
ALTER TABLE orders ADD COLUMN cancelled_at TIMESTAMPTZ;
ALTER TABLE orders ADD COLUMN delivery_slot_name VARCHAR;
ALTER TABLE orders ADD COLUMN tax_total BIGINT;
ALTER TABLE orders ADD COLUMN gift_fee BIGINT;
ALTER TABLE orders ADD COLUMN discount_total BIGINT;
ALTER TABLE order_packages ADD COLUMN tracking_number VARCHAR;
ALTER TABLE order_packages ADD COLUMN shipping_date DATE;
ALTER TABLE order_lines ADD COLUMN line_total BIGINT;
ALTER TABLE order_lines ADD COLUMN tax_included BOOLEAN;
ALTER TABLE order_lines ADD COLUMN line_status VARCHAR;
ALTER TABLE order_lines ADD COLUMN stock_adjusted_at TIMESTAMPTZ;

COMMENT ON COLUMN orders.paid_at IS '入金日時; from CSV only';
COMMENT ON COLUMN orders.cancelled_at IS 'キャンセル日時; from CSV only';
COMMENT ON COLUMN orders.delivery_slot_name IS 'お届け時間帯 in the mall''s own words; from CSV only';
COMMENT ON COLUMN orders.tax_total IS '消費税合計, yen; from CSV only';
COMMENT ON COLUMN orders.gift_fee IS 'ギフト包装料, yen; from CSV only';
COMMENT ON COLUMN orders.discount_total IS '値引き, yen; from CSV only';
COMMENT ON COLUMN order_packages.tracking_number IS 'お荷物伝票番号 as the mall''s CSV shows it; RMS''s own rows are in shipping_rows';
COMMENT ON COLUMN order_packages.shipping_date IS '発送日 as the mall''s CSV shows it';
COMMENT ON COLUMN order_lines.line_total IS '小計 of the line as the mall''s CSV shows it, yen';
COMMENT ON COLUMN order_lines.tax_included IS '税込別: whether unit_price is with tax; from CSV only';
COMMENT ON COLUMN order_lines.line_status IS '明細 status of the mall; from CSV only';
COMMENT ON COLUMN order_lines.stock_adjusted_at IS 'When a person adjusted stock for this line of a manual order; NULL while it waits';
COMMENT ON COLUMN orders.content_hash IS 'SHA-256 of the snapshot, its people included, its time not; csv:<import_id> where a CSV import changed the content last; empty while it stands as a CSV import created it';
COMMENT ON COLUMN order_log.content_hash IS 'SHA-256 of the snapshot, its people included, its time not; csv:<import_id> for what a CSV import made of the order, csv for the first content of one it created';
COMMENT ON COLUMN orders.observed_at IS 'When the request was sent, or the CSV imported, that first showed the present content';
COMMENT ON COLUMN order_log.observed_at IS 'When the request was sent, or the CSV imported, that showed this content; strictly increasing per order';
COMMENT ON COLUMN order_log.load_id IS 'Load, or CSV import, that wrote it';

CREATE TABLE csv_imports (
    import_id        VARCHAR     NOT NULL PRIMARY KEY CHECK (import_id <> ''),
    file_sha256      VARCHAR     NOT NULL,
    file_name        VARCHAR     NOT NULL,
    mall             VARCHAR     NOT NULL,
    shop_id          VARCHAR     NOT NULL,
    mode             VARCHAR     NOT NULL CHECK (mode IN ('update', 'replace')),
    rows_read        BIGINT      NOT NULL,
    orders_created   BIGINT      NOT NULL,
    orders_updated   BIGINT      NOT NULL,
    orders_unchanged BIGINT      NOT NULL,
    lines_rejected   BIGINT      NOT NULL,
    imported_at      TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE csv_imports IS 'One row per imported mall CSV: what it was and what came of it';
COMMENT ON COLUMN csv_imports.import_id IS 'The import, as its caller names it';
COMMENT ON COLUMN csv_imports.file_sha256 IS 'SHA-256 of the file''s bytes; of a pair, of both hashes';
COMMENT ON COLUMN csv_imports.file_name IS 'Name of the file, for people';
COMMENT ON COLUMN csv_imports.mall IS 'Mall the file is from';
COMMENT ON COLUMN csv_imports.shop_id IS 'Shop it was imported for';
COMMENT ON COLUMN csv_imports.mode IS 'update (更新): blank cells keep; replace (書換): blank cells clear';
COMMENT ON COLUMN csv_imports.rows_read IS 'Rows of the file, header apart';
COMMENT ON COLUMN csv_imports.orders_created IS 'Orders the warehouse did not know';
COMMENT ON COLUMN csv_imports.orders_updated IS 'Known orders of which something changed';
COMMENT ON COLUMN csv_imports.orders_unchanged IS 'Known orders of which nothing changed';
COMMENT ON COLUMN csv_imports.lines_rejected IS 'Rows set aside; see csv_rejects';
COMMENT ON COLUMN csv_imports.imported_at IS 'When it was imported';

CREATE TABLE csv_rejects (
    import_id    VARCHAR NOT NULL,
    row_number   BIGINT  NOT NULL,
    column_name  VARCHAR,
    reason       VARCHAR NOT NULL,
    order_number VARCHAR
);

COMMENT ON TABLE csv_rejects IS 'Cells and rows of imported files that could not be read; their orders were set aside whole';
COMMENT ON COLUMN csv_rejects.import_id IS 'The import';
COMMENT ON COLUMN csv_rejects.row_number IS 'Row in the file as a spreadsheet counts, header = 1';
COMMENT ON COLUMN csv_rejects.column_name IS 'The mall''s column; NULL = the whole row';
COMMENT ON COLUMN csv_rejects.reason IS 'What is wrong, in Japanese, without the cell''s content';
COMMENT ON COLUMN csv_rejects.order_number IS 'The order that was set aside; NULL if the row does not tell';

CREATE VIEW manual_stock_adjustments AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, l.sku, l.quantity, o.imported_at
FROM order_lines AS l
JOIN orders AS o USING (mall, shop_id, order_number)
WHERE o.stock_policy = 'manual'
  AND l.stock_adjusted_at IS NULL;

COMMENT ON VIEW manual_stock_adjustments IS 'Lines of orders created by CSV for which nobody has adjusted stock yet';
COMMENT ON COLUMN manual_stock_adjustments.mall IS 'Mall of the order';
COMMENT ON COLUMN manual_stock_adjustments.shop_id IS 'Shop of the order';
COMMENT ON COLUMN manual_stock_adjustments.order_number IS '受注番号';
COMMENT ON COLUMN manual_stock_adjustments.line_id IS '商品明細ID';
COMMENT ON COLUMN manual_stock_adjustments.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN manual_stock_adjustments.quantity IS '個数 of the line';
COMMENT ON COLUMN manual_stock_adjustments.imported_at IS 'When the order was created in this warehouse';
