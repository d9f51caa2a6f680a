-- settle_refused_notices: settle the notices of orders that can be had and not be
-- read. Their refusals stay open and are looked at again by every sweep.
-- in:  $shop_id, $unreadable (order numbers), $asked_at, $settled_at
-- out: rows of notices settled
UPDATE notices AS n SET
    settled_at   = $settled_at,
    reason       = 'refused',
    next_look_at = NULL
FROM order_refusals AS r
WHERE n.settled_at IS NULL
  AND n.mall = 'rakuten'
  AND n.shop_id = $shop_id
  AND n.order_number IN (SELECT unnest($unreadable))
  AND n.received_at <= $asked_at
  AND r.mall = n.mall
  AND r.shop_id = n.shop_id
  AND r.order_number = n.order_number
  AND r.settled_at IS NULL;
