-- What is held reads the lines once: each push asks for it.

CREATE VIEW lines_by_hand AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, l.sku, s.sku AS stock_sku, l.quantity,
    o.outcome, o.placed_by, o.imported_at, k.counted_at, k.received_at
FROM order_lines AS l
JOIN orders_by_hand AS o USING (mall, shop_id, order_number)
JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
LEFT JOIN (
    SELECT
        sku,
        max(effective_at) FILTER (counted IS NOT NULL) AS counted_at,
        min(effective_at) FILTER (kind = 'receipt') AS received_at
    FROM stock_movements
    GROUP BY sku
) AS k ON k.sku = s.sku
WHERE l.stock_adjusted_at IS NULL
  AND l.quantity <> 0;

COMMENT ON VIEW lines_by_hand IS 'Lines of orders_by_hand for which nobody has adjusted stock';
COMMENT ON COLUMN lines_by_hand.mall IS 'Mall of the order';
COMMENT ON COLUMN lines_by_hand.shop_id IS 'Shop of the order';
COMMENT ON COLUMN lines_by_hand.order_number IS '受注番号';
COMMENT ON COLUMN lines_by_hand.line_id IS '商品明細ID';
COMMENT ON COLUMN lines_by_hand.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN lines_by_hand.stock_sku IS 'The SKU whose stock it sells';
COMMENT ON COLUMN lines_by_hand.quantity IS '個数 of the line';
COMMENT ON COLUMN lines_by_hand.outcome IS 'What has become of its order at the mall: shipped, or NULL while it is open';
COMMENT ON COLUMN lines_by_hand.placed_by IS 'When its order had been placed at the latest';
COMMENT ON COLUMN lines_by_hand.imported_at IS 'When its order was created in this warehouse';
COMMENT ON COLUMN lines_by_hand.counted_at IS 'When that SKU was counted last; NULL = never';
COMMENT ON COLUMN lines_by_hand.received_at IS 'When goods of that SKU were first received; NULL = never';

CREATE OR REPLACE VIEW stock_holds AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, l.stock_sku AS sku, l.quantity,
    l.imported_at
FROM lines_by_hand AS l
WHERE l.stock_sku <> ''
  AND l.quantity > 0
  AND l.outcome IS NULL
  AND coalesce(l.counted_at <= l.placed_by, true);

COMMENT ON VIEW stock_holds IS 'Lines that wait in manual_stock_adjustments whose SKU was not counted after their order was placed';
COMMENT ON COLUMN stock_holds.mall IS 'Mall of the order';
COMMENT ON COLUMN stock_holds.shop_id IS 'Shop of the order';
COMMENT ON COLUMN stock_holds.order_number IS '受注番号';
COMMENT ON COLUMN stock_holds.line_id IS '商品明細ID';
COMMENT ON COLUMN stock_holds.sku IS 'The SKU it sells; a push never raises a listing of it';
COMMENT ON COLUMN stock_holds.quantity IS '個数';
COMMENT ON COLUMN stock_holds.imported_at IS 'When the order was first imported';
