-- Both views of lines that wait read the lines once: each push asks for what is held.

CREATE VIEW lines_by_hand AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, l.sku, s.sku AS stock_sku, l.quantity,
    o.status, o.outcome, o.placed_by, o.imported_at, k.known_since
FROM order_lines AS l
JOIN orders_by_hand AS o USING (mall, shop_id, order_number)
JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
LEFT JOIN (
    SELECT
        sku,
        coalesce(
            max(effective_at) FILTER (counted IS NOT NULL),
            min(effective_at) FILTER (kind = 'receipt')
        ) AS known_since
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
COMMENT ON COLUMN lines_by_hand.status IS 'Where its order stands for the shop';
COMMENT ON COLUMN lines_by_hand.outcome IS 'What has become of its order at the mall: shipped, or NULL while it is open';
COMMENT ON COLUMN lines_by_hand.placed_by IS 'When its order had been placed at the latest';
COMMENT ON COLUMN lines_by_hand.imported_at IS 'When its order was created in this warehouse';
COMMENT ON COLUMN lines_by_hand.known_since IS 'When that SKU was counted last, else first received; NULL while its level is no number';

CREATE OR REPLACE VIEW manual_stock_adjustments AS
SELECT l.mall, l.shop_id, l.order_number, l.line_id, l.sku, l.quantity, l.imported_at
FROM lines_by_hand AS l
WHERE l.outcome IS NULL
   OR coalesce(l.known_since <= l.placed_by, false);

COMMENT ON VIEW manual_stock_adjustments IS 'Lines of orders created by CSV for which nobody has adjusted stock yet; not of orders that the mall shows as refunded or cancelled, not of shipped ones whose SKU was not counted, or later than they were placed, and not lines without pieces, cancelled by themselves';
COMMENT ON COLUMN manual_stock_adjustments.mall IS 'Mall of the order';
COMMENT ON COLUMN manual_stock_adjustments.shop_id IS 'Shop of the order';
COMMENT ON COLUMN manual_stock_adjustments.order_number IS '受注番号';
COMMENT ON COLUMN manual_stock_adjustments.line_id IS '商品明細ID';
COMMENT ON COLUMN manual_stock_adjustments.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN manual_stock_adjustments.quantity IS '個数 of the line';
COMMENT ON COLUMN manual_stock_adjustments.imported_at IS 'When the order was created in this warehouse';

CREATE OR REPLACE VIEW stock_holds AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, l.stock_sku AS sku, l.quantity,
    l.imported_at
FROM lines_by_hand AS l
WHERE l.stock_sku <> ''
  AND l.quantity > 0
  AND (
      (l.outcome IS NULL AND l.status <> '出荷済')
      OR coalesce(l.known_since <= l.placed_by, l.outcome IS NULL)
  );

COMMENT ON VIEW stock_holds IS 'Lines that wait in manual_stock_adjustments whose pieces no level knows of; of a shipped order only while its SKU was not counted after it was placed';
COMMENT ON COLUMN stock_holds.mall IS 'Mall of the order';
COMMENT ON COLUMN stock_holds.shop_id IS 'Shop of the order';
COMMENT ON COLUMN stock_holds.order_number IS '受注番号';
COMMENT ON COLUMN stock_holds.line_id IS '商品明細ID';
COMMENT ON COLUMN stock_holds.sku IS 'The SKU it sells; a push never raises a listing of it';
COMMENT ON COLUMN stock_holds.quantity IS '個数';
COMMENT ON COLUMN stock_holds.imported_at IS 'When the order was first imported';
