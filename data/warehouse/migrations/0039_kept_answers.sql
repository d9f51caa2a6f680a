-- What RMS said of an order, whole: a field that nobody reads today is there tomorrow,
-- without a call, while RMS itself forgets after 730 days.

CREATE TABLE order_answers (
    mall         VARCHAR     NOT NULL,
    shop_id      VARCHAR     NOT NULL,
    order_number VARCHAR     NOT NULL,
    observed_at  TIMESTAMPTZ NOT NULL,
    reader       VARCHAR     NOT NULL,
    answer       BLOB        NOT NULL,
    PRIMARY KEY (mall, shop_id, order_number, observed_at)
);

COMMENT ON TABLE order_answers IS 'The mall''s own words about an order, the latest of each; personal data, kept and cleared with order_people, in no copy and no export. Never card data';
COMMENT ON COLUMN order_answers.mall IS 'Mall of the order';
COMMENT ON COLUMN order_answers.shop_id IS 'Shop of the order';
COMMENT ON COLUMN order_answers.order_number IS '受注番号';
COMMENT ON COLUMN order_answers.observed_at IS 'When the request was sent that was answered so';
COMMENT ON COLUMN order_answers.reader IS 'Version of what read the answer then (READER_VERSION)';
COMMENT ON COLUMN order_answers.answer IS 'The order as JSON without card data, packed by connectors.rms.kept_answer';
