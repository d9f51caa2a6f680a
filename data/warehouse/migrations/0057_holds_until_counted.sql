-- An open line holds its SKU until somebody adjusts it or counts the SKU. A count of before the
-- file came knew nothing of the order: Sunday's orders of another mall come in on Monday, after a
-- count, and a receipt then put their pieces on sale. Only an order placed a month before the count
-- had long left the shelf, as most of a first import of two years have.

CREATE OR REPLACE VIEW stock_holds AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, l.stock_sku AS sku, l.quantity,
    l.imported_at
FROM lines_by_hand AS l
WHERE l.stock_sku <> ''
  AND l.quantity > 0
  AND l.outcome IS NULL
  AND NOT coalesce(
      l.counted_at > greatest(l.placed_by, l.imported_at)
      OR l.counted_at > l.placed_by + INTERVAL 30 DAY,
      false
  );

COMMENT ON VIEW stock_holds IS 'Lines that wait in manual_stock_adjustments whose SKU was not counted since their order came in, nor a month after it was placed';
COMMENT ON COLUMN stock_holds.mall IS 'Mall of the order';
COMMENT ON COLUMN stock_holds.shop_id IS 'Shop of the order';
COMMENT ON COLUMN stock_holds.order_number IS '受注番号';
COMMENT ON COLUMN stock_holds.line_id IS '商品明細ID';
COMMENT ON COLUMN stock_holds.sku IS 'The SKU it sells; a push never raises a listing of it';
COMMENT ON COLUMN stock_holds.quantity IS '個数';
COMMENT ON COLUMN stock_holds.imported_at IS 'When the order was first imported';
