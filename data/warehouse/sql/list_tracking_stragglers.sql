-- list_tracking_stragglers: orders the mall has not closed, although every parcel we
-- know of was seen in its report before today (rms/order-api.md §4.2).
-- in:  $mall, $shop_id, $today: its first instant
-- out: order_number
SELECT s.order_number
FROM shipments AS s
JOIN orders AS o USING (mall, shop_id, order_number)
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND o.mall_status = '300'
  AND s.state NOT IN ('replaced', 'cancelled')
GROUP BY s.order_number
HAVING bool_and(s.state = 'verified' AND s.verified_at < $today::TIMESTAMPTZ)
ORDER BY s.order_number;
