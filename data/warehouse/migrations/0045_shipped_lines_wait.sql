-- A level that was counted before an order of a CSV was placed knows nothing of its pieces,
-- and learns nothing of them when they are shipped: such a line goes on waiting, and its SKU
-- is not raised. Nor does a count let a SKU be raised whose lines are open: only a person
-- says whether it left out their pieces, and an adjustment after it takes them off.

CREATE VIEW orders_by_hand AS
SELECT
    mall, shop_id, order_number, status, outcome, imported_at,
    if(
        (ordered_at AT TIME ZONE 'Asia/Tokyo')::TIME = TIME '00:00',  -- the day only
        least(ordered_at + INTERVAL 24 HOURS, imported_at),
        coalesce(ordered_at, imported_at)
    ) AS placed_by
FROM orders
WHERE stock_policy = 'manual'
  AND NOT cancelled
  AND status <> 'キャンセル'
  AND coalesce(outcome, '') NOT IN ('refunded', 'cancelled');

COMMENT ON VIEW orders_by_hand IS 'Orders created by CSV whose goods leave, or have left: a person adjusts stock for them';
COMMENT ON COLUMN orders_by_hand.mall IS 'Mall of the order';
COMMENT ON COLUMN orders_by_hand.shop_id IS 'Shop of the order';
COMMENT ON COLUMN orders_by_hand.order_number IS '受注番号';
COMMENT ON COLUMN orders_by_hand.status IS 'Where it stands for the shop';
COMMENT ON COLUMN orders_by_hand.outcome IS 'What has become of it at its mall: shipped, or NULL while it is open';
COMMENT ON COLUMN orders_by_hand.imported_at IS 'When it was created in this warehouse';
COMMENT ON COLUMN orders_by_hand.placed_by IS 'When it had been placed at the latest: 注文日時; of a file that has the day only, the end of that day or the import';

CREATE OR REPLACE VIEW manual_stock_adjustments AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, l.sku, l.quantity, o.imported_at
FROM order_lines AS l
JOIN orders_by_hand AS o USING (mall, shop_id, order_number)
LEFT JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
LEFT JOIN (
    SELECT
        sku,
        coalesce(
            max(effective_at) FILTER (counted IS NOT NULL),
            min(effective_at) FILTER (kind = 'receipt')
        ) AS since
    FROM stock_movements
    GROUP BY sku
) AS k ON k.sku = s.sku
WHERE l.stock_adjusted_at IS NULL
  AND l.quantity <> 0
  AND (o.outcome IS NULL OR coalesce(k.since <= o.placed_by, false));

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
    s.mall, s.shop_id, s.order_number, s.line_id, s.sku, s.quantity, w.imported_at
FROM manual_stock_adjustments AS w
JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
JOIN orders_by_hand AS o USING (mall, shop_id, order_number)
LEFT JOIN stock_counted AS c ON c.sku = s.sku
WHERE s.sku <> ''
  AND s.quantity > 0
  AND (o.status <> '出荷済' OR coalesce(c.counted_at <= o.placed_by, true));

COMMENT ON VIEW stock_holds IS 'Lines that wait in manual_stock_adjustments whose pieces no level knows of; of a shipped order only while its SKU was not counted after it was placed';
COMMENT ON COLUMN stock_holds.mall IS 'Mall of the order';
COMMENT ON COLUMN stock_holds.shop_id IS 'Shop of the order';
COMMENT ON COLUMN stock_holds.order_number IS '受注番号';
COMMENT ON COLUMN stock_holds.line_id IS '商品明細ID';
COMMENT ON COLUMN stock_holds.sku IS 'The SKU it sells; a push never raises a listing of it';
COMMENT ON COLUMN stock_holds.quantity IS '個数';
COMMENT ON COLUMN stock_holds.imported_at IS 'When the order was first imported';
