-- settle_read_notices: settle the notices that a read answers: its request was sent at
-- or after the notice, and the warehouse holds the order as seen then or later.
-- in:  view `reads` (order_number, observed_at), $shop_id, $settled_at
-- out: rows of notices settled
UPDATE notices AS n SET
    settled_at   = $settled_at,
    reason       = 'stored',
    next_look_at = NULL
FROM reads AS r, order_sightings AS s
WHERE n.settled_at IS NULL
  AND n.mall = 'rakuten'
  AND n.shop_id = $shop_id
  AND n.order_number = r.order_number
  AND n.received_at <= r.observed_at
  AND s.mall = n.mall
  AND s.shop_id = n.shop_id
  AND s.order_number = n.order_number
  AND s.seen_at >= r.observed_at;
