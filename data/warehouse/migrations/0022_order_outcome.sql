-- What has become of an order at its mall, so that what is over is on nobody's list. The
-- words of each mall for it stand in its layout (connectors/order_files/layouts); of the
-- orders stored until now only Rakuten's and the cancelled ones are known.

ALTER TABLE orders ADD COLUMN outcome VARCHAR;

UPDATE orders SET outcome = CASE
    WHEN cancelled OR (mall = 'rakuten' AND mall_status = '900') THEN 'cancelled'
    WHEN mall = 'rakuten' AND mall_status IN ('500', '600', '700') THEN 'shipped'
END;

COMMENT ON COLUMN orders.outcome IS 'What has become of the order as mall_status says: shipped, refunded or cancelled; NULL while it goes on or the mall''s word is not known. Beside it, status is the shop''s own';

CREATE OR REPLACE VIEW manual_stock_adjustments AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, l.sku, l.quantity, o.imported_at
FROM order_lines AS l
JOIN orders AS o USING (mall, shop_id, order_number)
WHERE o.stock_policy = 'manual'
  AND l.stock_adjusted_at IS NULL
  AND NOT o.cancelled
  AND o.status <> 'キャンセル'
  AND coalesce(o.outcome, '') NOT IN ('refunded', 'cancelled');

COMMENT ON VIEW manual_stock_adjustments IS 'Lines of orders created by CSV for which nobody has adjusted stock yet; not of orders cancelled or refunded, whose goods stay. A shipped order''s goods are gone, so its lines wait';
COMMENT ON COLUMN manual_stock_adjustments.mall IS 'Mall of the order';
COMMENT ON COLUMN manual_stock_adjustments.shop_id IS 'Shop of the order';
COMMENT ON COLUMN manual_stock_adjustments.order_number IS '受注番号';
COMMENT ON COLUMN manual_stock_adjustments.line_id IS '商品明細ID';
COMMENT ON COLUMN manual_stock_adjustments.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN manual_stock_adjustments.quantity IS '個数 of the line';
COMMENT ON COLUMN manual_stock_adjustments.imported_at IS 'When the order was created in this warehouse';
