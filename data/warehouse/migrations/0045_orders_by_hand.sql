-- Of a file that has the day only (minne), an order may have been placed until the end of
-- that day: a count of the day has not seen it.

CREATE VIEW orders_by_hand AS
SELECT
    mall, shop_id, order_number, outcome, imported_at,
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
COMMENT ON COLUMN orders_by_hand.outcome IS 'What has become of it at its mall: shipped, or NULL while it is open';
COMMENT ON COLUMN orders_by_hand.imported_at IS 'When it was created in this warehouse';
COMMENT ON COLUMN orders_by_hand.placed_by IS 'When it had been placed at the latest: 注文日時; of a file that has the day only, the end of that day or the import';
