-- A month's close, the statuses an order no longer has, and what was known of an order
-- when. The close is rows of its own, so that nothing that comes later can change it.

CREATE TABLE month_closes (
    month     VARCHAR     NOT NULL PRIMARY KEY,
    closed_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE month_closes IS 'Months that were closed: what counts in them no longer changes';
COMMENT ON COLUMN month_closes.month IS 'Month in Japan, e.g. 2026-07';
COMMENT ON COLUMN month_closes.closed_at IS 'When it was closed';

CREATE TABLE closed_orders (
    month          VARCHAR NOT NULL,
    mall           VARCHAR NOT NULL,
    shop_id        VARCHAR NOT NULL,
    order_number   VARCHAR NOT NULL,
    counts         BOOLEAN NOT NULL,
    units          BIGINT,
    sales          BIGINT,
    lines_unknown  BIGINT NOT NULL,
    request_total  BIGINT,
    refunded_total BIGINT,
    taxes          STRUCT(tax_percent INTEGER, billed BIGINT, tax BIGINT)[]
);

COMMENT ON TABLE closed_orders IS 'Every order of a closed month as it stood at the close; never changed';
COMMENT ON COLUMN closed_orders.month IS 'Month of the order in Japan, e.g. 2026-07';
COMMENT ON COLUMN closed_orders.mall IS 'Mall of the order';
COMMENT ON COLUMN closed_orders.shop_id IS 'Shop of the order';
COMMENT ON COLUMN closed_orders.order_number IS '受注番号';
COMMENT ON COLUMN closed_orders.counts IS 'False where it was cancelled or refunded whole by then: not in the sums';
COMMENT ON COLUMN closed_orders.units IS 'Pieces of all lines';
COMMENT ON COLUMN closed_orders.sales IS 'Price of the lines with tax, before coupons and points, yen; NULL if no line tells it';
COMMENT ON COLUMN closed_orders.lines_unknown IS 'Lines whose price was not known, and is not in `sales`';
COMMENT ON COLUMN closed_orders.request_total IS '請求金額, yen; NULL while the mall had not fixed it';
COMMENT ON COLUMN closed_orders.refunded_total IS 'Paid back to the buyer by then, yen';
COMMENT ON COLUMN closed_orders.taxes IS 'What was billed at each whole percent and the tax in it, yen; NULL where the mall does not tell it';

CREATE TABLE order_status_log (
    mall         VARCHAR     NOT NULL,
    shop_id      VARCHAR     NOT NULL,
    order_number VARCHAR     NOT NULL,
    status       VARCHAR,
    ended_at     TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE order_status_log IS 'Statuses that orders no longer have; the present one is in orders, since the latest of these or imported_at';
COMMENT ON COLUMN order_status_log.mall IS 'Mall of the order';
COMMENT ON COLUMN order_status_log.shop_id IS 'Shop of the order';
COMMENT ON COLUMN order_status_log.order_number IS '受注番号';
COMMENT ON COLUMN order_status_log.status IS 'Where the order stood for the shop; NULL for all that was before statuses were logged';
COMMENT ON COLUMN order_status_log.ended_at IS 'When the request was sent, or the file imported, that showed the next one';

INSERT INTO order_status_log
SELECT mall, shop_id, order_number, NULL, updated_at
FROM orders
WHERE updated_at > imported_at;

CREATE VIEW sold_lines AS
SELECT
    mall, shop_id, order_number, line_id,
    quantity AS units,
    CAST(round(tax_rate * 100) AS INTEGER) AS tax_percent,
    unit_price AS price,
    coalesce(
        unit_price * quantity, CASE WHEN tax_included IS NOT FALSE THEN line_total END
    ) AS sales
FROM order_lines;

COMMENT ON VIEW sold_lines IS 'What each line was sold for, with one meaning of money for every mall';
COMMENT ON COLUMN sold_lines.mall IS 'Mall of the order';
COMMENT ON COLUMN sold_lines.shop_id IS 'Shop of the order';
COMMENT ON COLUMN sold_lines.order_number IS '受注番号';
COMMENT ON COLUMN sold_lines.line_id IS '商品明細ID';
COMMENT ON COLUMN sold_lines.units IS '個数 of the line; negative for pieces taken back';
COMMENT ON COLUMN sold_lines.tax_percent IS '税率, whole percent; NULL where the mall does not tell it';
COMMENT ON COLUMN sold_lines.price IS 'Price of one with tax, before coupons and points, yen; NULL if unknown';
COMMENT ON COLUMN sold_lines.sales IS 'Price of the line with tax, before coupons and points, yen; NULL if unknown, never 0 for unknown';

CREATE VIEW order_history AS
SELECT
    l.mall, l.shop_id, l.order_number,
    if(l.content_hash = 'csv', o.imported_at, l.logged_at) AS known_at,
    l.observed_at, l.source,
    l.content ->> 'mall_status' AS mall_status,
    CAST(l.content ->> 'request_total' AS BIGINT) AS request_total
FROM order_log AS l
JOIN orders AS o USING (mall, shop_id, order_number)
UNION ALL
SELECT
    mall, shop_id, order_number, imported_at, observed_at, 'csv', mall_status, request_total
FROM orders
WHERE content_source = 'csv_created';

COMMENT ON VIEW order_history IS 'Every content an order has had and when we knew it, that of an order a CSV created included; as of a moment: the latest known_at before it of each order';
COMMENT ON COLUMN order_history.mall IS 'Mall of the order';
COMMENT ON COLUMN order_history.shop_id IS 'Shop of the order';
COMMENT ON COLUMN order_history.order_number IS '受注番号';
COMMENT ON COLUMN order_history.known_at IS 'When it was stored in this warehouse';
COMMENT ON COLUMN order_history.observed_at IS 'When the request was sent, or the CSV imported, that showed it';
COMMENT ON COLUMN order_history.source IS 'Where this content came from: api or csv';
COMMENT ON COLUMN order_history.mall_status IS 'The mall''s own status in it';
COMMENT ON COLUMN order_history.request_total IS '請求金額 in it, yen; NULL while the mall has not fixed it';
