-- list_tracking_unread: orders with open shipments that a run could not read.
-- in:  $mall, $shop_id, $run_began
-- out: order_number
SELECT DISTINCT s.order_number
FROM shipments AS s
LEFT JOIN order_sightings AS g USING (mall, shop_id, order_number)
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND s.state IN ('planned', 'sent', 'unknown')
  AND (g.seen_at IS NULL OR g.seen_at < $run_began::TIMESTAMPTZ)
ORDER BY s.order_number;
