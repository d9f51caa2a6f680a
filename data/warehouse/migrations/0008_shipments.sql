-- Shipments: parcels with tracking numbers on their way to the mall's shipping report,
-- the files they came from, and the packages whose labels were printed.

CREATE TABLE shipments (
    mall               VARCHAR     NOT NULL,
    shop_id            VARCHAR     NOT NULL,
    order_number       VARCHAR     NOT NULL,
    basket_id          VARCHAR     NOT NULL,
    tracking_number    VARCHAR     NOT NULL CHECK (tracking_number <> ''),
    carrier_code       VARCHAR     NOT NULL CHECK (regexp_full_match(carrier_code, '[0-9]{4}')),
    shipping_date      DATE        NOT NULL,
    state              VARCHAR     NOT NULL CHECK (state IN (
        'planned', 'sent', 'verified', 'refused', 'unknown', 'cancelled', 'replaced'
    )),
    reason             VARCHAR,
    shipping_detail_id VARCHAR,
    replaces           VARCHAR     CHECK (replaces <> tracking_number),
    import_id          VARCHAR     NOT NULL,
    imported_at        TIMESTAMPTZ NOT NULL,
    changed_at         TIMESTAMPTZ NOT NULL,
    request_id         VARCHAR,
    data_number        INTEGER,
    sent_at            TIMESTAMPTZ,
    heard_at           TIMESTAMPTZ,
    verified_at        TIMESTAMPTZ,
    PRIMARY KEY (mall, shop_id, order_number, basket_id, tracking_number),
    CHECK (state <> 'verified' OR (verified_at IS NOT NULL AND shipping_detail_id IS NOT NULL)),
    CHECK (state NOT IN ('sent', 'unknown') OR sent_at IS NOT NULL),
    CHECK (state <> 'refused' OR reason IS NOT NULL)
);

COMMENT ON TABLE shipments IS 'Parcels (荷物) with their tracking numbers, and how far each is reported to the mall; never deleted';
COMMENT ON COLUMN shipments.mall IS 'Mall of the order';
COMMENT ON COLUMN shipments.shop_id IS 'Shop of the order';
COMMENT ON COLUMN shipments.order_number IS '受注番号';
COMMENT ON COLUMN shipments.basket_id IS '送付先ID, the package within the order';
COMMENT ON COLUMN shipments.tracking_number IS 'お荷物伝票番号, without hyphens; text: leading zeros stay';
COMMENT ON COLUMN shipments.carrier_code IS '配送会社 by the mall''s code, e.g. 1001';
COMMENT ON COLUMN shipments.shipping_date IS '発送日';
COMMENT ON COLUMN shipments.state IS 'planned, unknown (a report left, no answer yet), sent (the mall took the report), verified (read back), refused, cancelled (the order was), replaced (the number was wrong)';
COMMENT ON COLUMN shipments.reason IS 'Why it stands so, in Japanese; of the mall''s refusal its code and text';
COMMENT ON COLUMN shipments.shipping_detail_id IS '発送明細ID: the mall''s row it stands in, or is to stand in';
COMMENT ON COLUMN shipments.replaces IS 'The wrong number it corrects (訂正前の伝票番号)';
COMMENT ON COLUMN shipments.import_id IS 'Import that wrote carrier, date and correction last';
COMMENT ON COLUMN shipments.imported_at IS 'When it was first imported';
COMMENT ON COLUMN shipments.changed_at IS 'When its state, reason or content last changed';
COMMENT ON COLUMN shipments.request_id IS 'requestId of its latest report; NULL until the mall took it';
COMMENT ON COLUMN shipments.data_number IS 'Its row in that report, counted from 1 within the order';
COMMENT ON COLUMN shipments.sent_at IS 'When its latest report was about to leave: stored before the call';
COMMENT ON COLUMN shipments.heard_at IS 'When it was known what became of that report; before sent_at or NULL while it is not';
COMMENT ON COLUMN shipments.verified_at IS 'When the read that showed its row was asked for';

CREATE TABLE shipment_imports (
    import_id           VARCHAR     NOT NULL PRIMARY KEY CHECK (import_id <> ''),
    file_sha256         VARCHAR     NOT NULL,
    file_name           VARCHAR     NOT NULL,
    carrier             VARCHAR     NOT NULL,
    layout              VARCHAR     NOT NULL,
    mall                VARCHAR     NOT NULL,
    shop_id             VARCHAR     NOT NULL,
    rows_read           BIGINT      NOT NULL,
    shipments_created   BIGINT      NOT NULL,
    shipments_changed   BIGINT      NOT NULL,
    shipments_unchanged BIGINT      NOT NULL,
    rows_rejected       BIGINT      NOT NULL,
    rows_unmatched      BIGINT      NOT NULL,
    imported_at         TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE shipment_imports IS 'One row per imported file of tracking numbers';
COMMENT ON COLUMN shipment_imports.import_id IS 'The import';
COMMENT ON COLUMN shipment_imports.file_sha256 IS 'SHA-256 of the file''s bytes';
COMMENT ON COLUMN shipment_imports.file_name IS 'Name of the file, for people';
COMMENT ON COLUMN shipment_imports.carrier IS 'Whose file: yamato, sagawa, japanpost, rakuten or template';
COMMENT ON COLUMN shipment_imports.layout IS 'The kind of file it was read as';
COMMENT ON COLUMN shipment_imports.mall IS 'Mall of its orders';
COMMENT ON COLUMN shipment_imports.shop_id IS 'Shop of its orders';
COMMENT ON COLUMN shipment_imports.rows_read IS 'Rows of the file, header apart';
COMMENT ON COLUMN shipment_imports.shipments_created IS 'Shipments nobody knew before';
COMMENT ON COLUMN shipment_imports.shipments_changed IS 'Shipments whose carrier, date or correction it changed, or that it plans again';
COMMENT ON COLUMN shipment_imports.shipments_unchanged IS 'Shipments known like this already';
COMMENT ON COLUMN shipment_imports.rows_rejected IS 'Rows that could not be read';
COMMENT ON COLUMN shipment_imports.rows_unmatched IS 'Rows that belong to no known package';
COMMENT ON COLUMN shipment_imports.imported_at IS 'When it was imported';

CREATE TABLE shipment_rejects (
    import_id    VARCHAR NOT NULL,
    row_number   BIGINT  NOT NULL,
    kind         VARCHAR NOT NULL CHECK (kind IN ('rejected', 'unmatched')),
    column_name  VARCHAR,
    reason       VARCHAR NOT NULL
);

COMMENT ON TABLE shipment_rejects IS 'Rows of a file of tracking numbers that were set aside; nothing of their cells is kept';
COMMENT ON COLUMN shipment_rejects.import_id IS 'The import';
COMMENT ON COLUMN shipment_rejects.row_number IS 'Row in the file; 1 is the header';
COMMENT ON COLUMN shipment_rejects.kind IS 'rejected: it cannot be read; unmatched: no known package is meant';
COMMENT ON COLUMN shipment_rejects.column_name IS 'Column at fault, as the file names it; NULL for the whole row';
COMMENT ON COLUMN shipment_rejects.reason IS 'Why, in Japanese';

CREATE TABLE shipping_labels (
    mall         VARCHAR     NOT NULL,
    shop_id      VARCHAR     NOT NULL,
    order_number VARCHAR     NOT NULL,
    basket_id    VARCHAR     NOT NULL,
    short_key    VARCHAR     NOT NULL,
    carrier      VARCHAR     NOT NULL,
    exported_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mall, shop_id, order_number, basket_id)
);

COMMENT ON TABLE shipping_labels IS 'Packages whose label was exported, so that no parcel gets a second one unasked';
COMMENT ON COLUMN shipping_labels.mall IS 'Mall of the order';
COMMENT ON COLUMN shipping_labels.shop_id IS 'Shop of the order';
COMMENT ON COLUMN shipping_labels.order_number IS '受注番号';
COMMENT ON COLUMN shipping_labels.basket_id IS '送付先ID';
COMMENT ON COLUMN shipping_labels.short_key IS '短縮キー printed on the label';
COMMENT ON COLUMN shipping_labels.carrier IS 'yamato or sagawa';
COMMENT ON COLUMN shipping_labels.exported_at IS 'When it was last exported';
