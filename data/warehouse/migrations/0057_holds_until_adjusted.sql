-- An open line holds its SKU until a person has adjusted it. A count does not end that: one
-- made before the file came knew nothing of the order, and after one that did the adjustment
-- takes the pieces off once more.

CREATE OR REPLACE VIEW stock_holds AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, l.stock_sku AS sku, l.quantity,
    l.imported_at
FROM lines_by_hand AS l
WHERE l.stock_sku <> ''
  AND l.quantity > 0
  AND l.outcome IS NULL;

COMMENT ON VIEW stock_holds IS 'Lines that wait in manual_stock_adjustments, whatever was counted since';
COMMENT ON COLUMN stock_holds.mall IS 'Mall of the order';
COMMENT ON COLUMN stock_holds.shop_id IS 'Shop of the order';
COMMENT ON COLUMN stock_holds.order_number IS '受注番号';
COMMENT ON COLUMN stock_holds.line_id IS '商品明細ID';
COMMENT ON COLUMN stock_holds.sku IS 'The SKU it sells; a push never raises a listing of it';
COMMENT ON COLUMN stock_holds.quantity IS '個数';
COMMENT ON COLUMN stock_holds.imported_at IS 'When the order was first imported';
