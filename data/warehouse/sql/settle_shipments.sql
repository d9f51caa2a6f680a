-- settle_shipments: where shipments stand, by an order read anew.
-- in:  view `tracking_outcomes` (order_number, basket_id, tracking_number, state, reason,
--      shipping_detail_id, seen_at), $mall, $shop_id, $decided_at
-- out: shipments at their new state; one that stands as it should is heard of as well
UPDATE shipments AS s
SET
    state = t.state,
    reason = t.reason,
    shipping_detail_id = coalesce(t.shipping_detail_id, s.shipping_detail_id),
    verified_at = if(t.state = 'verified' AND t.reason IS NULL, t.seen_at, s.verified_at),
    heard_at = if(
        t.state = 'verified' AND s.sent_at IS NOT NULL,
        greatest(s.heard_at, s.sent_at),
        s.heard_at
    ),
    changed_at = $decided_at
FROM tracking_outcomes AS t
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND s.order_number = t.order_number
  AND s.basket_id = t.basket_id
  AND s.tracking_number = t.tracking_number
  AND (
      s.state <> t.state
      OR s.reason IS DISTINCT FROM t.reason
      OR s.shipping_detail_id IS DISTINCT FROM t.shipping_detail_id
  );
