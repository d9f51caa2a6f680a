-- settle_unread_notices: settle what needs no look: notices without an order, from
-- before the shop's start (design: rule 6.8), and of orders that a request sent after
-- them has seen. A sighting without answer_hash is a CSV's and proves nothing here.
-- in:  $settled_at
-- out: rows of notices settled
UPDATE notices AS n SET
    settled_at   = $settled_at,
    reason       = w.reason,
    next_look_at = NULL
FROM (
    SELECT
        notice_key,
        CASE
            WHEN order_number IS NULL THEN 'no_order'
            WHEN received_at < starts_at THEN 'before_start'
            WHEN seen_at >= received_at THEN 'known'
        END AS reason
    FROM (SELECT * FROM notices WHERE settled_at IS NULL) AS waiting
    LEFT JOIN (
        SELECT mall, shop_id, min(notices_start_at) AS starts_at
        FROM shops
        GROUP BY mall, shop_id
    ) AS starts USING (mall, shop_id)
    LEFT JOIN (
        SELECT mall, shop_id, order_number, seen_at
        FROM order_sightings
        WHERE answer_hash IS NOT NULL
    ) AS seen USING (mall, shop_id, order_number)
) AS w
WHERE n.notice_key = w.notice_key
  AND w.reason IS NOT NULL;
