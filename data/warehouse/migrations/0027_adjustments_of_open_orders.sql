-- Lines wait for a person only while the mall shows their order as going on. A first import
-- of two years' orders would else ask for stock that was counted long after they had left.

CREATE OR REPLACE VIEW manual_stock_adjustments AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, l.sku, l.quantity, o.imported_at
FROM order_lines AS l
JOIN orders AS o USING (mall, shop_id, order_number)
WHERE o.stock_policy = 'manual'
  AND l.stock_adjusted_at IS NULL
  AND NOT o.cancelled
  AND o.status <> 'キャンセル'
  AND coalesce(o.outcome, '') NOT IN ('shipped', 'refunded', 'cancelled');

COMMENT ON VIEW manual_stock_adjustments IS 'Lines of orders created by CSV for which nobody has adjusted stock yet; not of orders that the mall shows as shipped, refunded or cancelled';
COMMENT ON COLUMN manual_stock_adjustments.mall IS 'Mall of the order';
COMMENT ON COLUMN manual_stock_adjustments.shop_id IS 'Shop of the order';
COMMENT ON COLUMN manual_stock_adjustments.order_number IS '受注番号';
COMMENT ON COLUMN manual_stock_adjustments.line_id IS '商品明細ID';
COMMENT ON COLUMN manual_stock_adjustments.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN manual_stock_adjustments.quantity IS '個数 of the line';
COMMENT ON COLUMN manual_stock_adjustments.imported_at IS 'When the order was created in this warehouse';
