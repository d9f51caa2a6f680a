-- Tracking numbers written to a file for a mall that takes them by upload: which, when.

CREATE TABLE tracking_exports (
    mall            VARCHAR     NOT NULL,
    shop_id         VARCHAR     NOT NULL,
    order_number    VARCHAR     NOT NULL,
    basket_id       VARCHAR     NOT NULL,
    tracking_number VARCHAR     NOT NULL,
    carrier_code    VARCHAR     NOT NULL,
    shipping_date   DATE        NOT NULL,
    exported_at     TIMESTAMPTZ NOT NULL,
    file_name       VARCHAR     NOT NULL,
    reason          VARCHAR,
    PRIMARY KEY (mall, shop_id, order_number, basket_id, tracking_number, exported_at)
);

COMMENT ON TABLE tracking_exports IS 'Tracking numbers written to a mall''s upload file, a row for each time; a number comes into a second file only if it was asked for, or its company or date changed';
COMMENT ON COLUMN tracking_exports.mall IS 'Mall of the order';
COMMENT ON COLUMN tracking_exports.shop_id IS 'Shop of the order';
COMMENT ON COLUMN tracking_exports.order_number IS '受注番号';
COMMENT ON COLUMN tracking_exports.basket_id IS '送付先ID, the package within the order';
COMMENT ON COLUMN tracking_exports.tracking_number IS 'お荷物伝票番号, without hyphens; text: leading zeros stay';
COMMENT ON COLUMN tracking_exports.carrier_code IS '配送会社 by RMS''s code as it was then, e.g. 1001';
COMMENT ON COLUMN tracking_exports.shipping_date IS '発送日 as it was then';
COMMENT ON COLUMN tracking_exports.exported_at IS 'When the file was written; an instant, shown in the session''s time zone';
COMMENT ON COLUMN tracking_exports.file_name IS 'Name of the file';
COMMENT ON COLUMN tracking_exports.reason IS 'Why it is not in that file although it was due, in Japanese; NULL: it is in it';
