-- Qoo10 and Amazon tell what an order costs by line only, Qoo10 also how far it is. A file
-- with a part of the lines cannot make the order's sums; so each line's share is kept.

CREATE TABLE line_shares (
    mall           VARCHAR NOT NULL,
    shop_id        VARCHAR NOT NULL,
    order_number   VARCHAR NOT NULL,
    line_id        VARCHAR NOT NULL,
    mall_status    VARCHAR,
    outcome        VARCHAR,
    goods_total    BIGINT,
    postage_total  BIGINT,
    gift_fee       BIGINT,
    discount_total BIGINT,
    request_total  BIGINT,
    PRIMARY KEY (mall, shop_id, order_number, line_id)
);

COMMENT ON TABLE line_shares IS 'What a line says of its order, where the mall''s files tell that by line only: the order''s amounts are the sums of all its lines'' shares';
COMMENT ON COLUMN line_shares.mall IS 'Mall of the order';
COMMENT ON COLUMN line_shares.shop_id IS 'Shop of the order';
COMMENT ON COLUMN line_shares.order_number IS '受注番号';
COMMENT ON COLUMN line_shares.line_id IS '商品明細ID, as in order_lines';
COMMENT ON COLUMN line_shares.mall_status IS 'Status of the line at the mall; NULL where the mall tells the order''s';
COMMENT ON COLUMN line_shares.outcome IS 'What has become of the line: open, shipped, refunded or cancelled; NULL where the mall tells the order''s';
COMMENT ON COLUMN line_shares.goods_total IS '商品金額 of the line, yen; NULL = not known';
COMMENT ON COLUMN line_shares.postage_total IS '送料 of the line, yen; NULL = not known';
COMMENT ON COLUMN line_shares.gift_fee IS 'ラッピング料 of the line, yen; NULL = not known';
COMMENT ON COLUMN line_shares.discount_total IS '値引き of the line, yen; NULL = not known';
COMMENT ON COLUMN line_shares.request_total IS '請求金額 of the line, yen; NULL = not known';

-- The only line of an order has all of it.
INSERT INTO line_shares BY NAME
SELECT
    o.mall, o.shop_id, o.order_number,
    any_value(l.line_id) AS line_id,
    if(o.mall = 'qoo10', o.mall_status, NULL) AS mall_status,
    if(o.mall = 'qoo10', coalesce(o.outcome, 'open'), NULL) AS outcome,
    o.goods_total, o.postage_total, o.gift_fee, o.discount_total, o.request_total
FROM orders AS o
JOIN order_lines AS l USING (mall, shop_id, order_number)
WHERE o.mall IN ('amazon', 'qoo10')
GROUP BY ALL
HAVING count(*) = 1;

-- Nobody has stock to adjust for a line without pieces: it was cancelled by itself.
CREATE OR REPLACE VIEW manual_stock_adjustments AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, l.sku, l.quantity, o.imported_at
FROM order_lines AS l
JOIN orders AS o USING (mall, shop_id, order_number)
WHERE o.stock_policy = 'manual'
  AND l.stock_adjusted_at IS NULL
  AND l.quantity <> 0
  AND NOT o.cancelled
  AND o.status <> 'キャンセル'
  AND coalesce(o.outcome, '') NOT IN ('shipped', 'refunded', 'cancelled');

COMMENT ON VIEW manual_stock_adjustments IS 'Lines of orders created by CSV for which nobody has adjusted stock yet; not of orders that the mall shows as shipped, refunded or cancelled, and not lines without pieces, cancelled by themselves';
COMMENT ON COLUMN manual_stock_adjustments.mall IS 'Mall of the order';
COMMENT ON COLUMN manual_stock_adjustments.shop_id IS 'Shop of the order';
COMMENT ON COLUMN manual_stock_adjustments.order_number IS '受注番号';
COMMENT ON COLUMN manual_stock_adjustments.line_id IS '商品明細ID';
COMMENT ON COLUMN manual_stock_adjustments.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN manual_stock_adjustments.quantity IS '個数 of the line';
COMMENT ON COLUMN manual_stock_adjustments.imported_at IS 'When the order was created in this warehouse';
