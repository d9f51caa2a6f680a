-- list_tracking_orders: orders to be read anew before anything is decided on their
-- shipments, and a day after the report, to see whether the mall closed them.
-- in:  $mall, $shop_id, $run_began, $today: its first instant
-- out: order_number, oldest import first. An order this run has read is not among them,
--      unless a report of it has left, or was heard of, since, or has not been seen yet
SELECT s.order_number
FROM shipments AS s
JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN order_sightings AS g USING (mall, shop_id, order_number)
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
GROUP BY s.order_number, o.mall_status, g.seen_at
HAVING
    (
        bool_or(s.state IN ('planned', 'sent', 'unknown'))
        OR bool_or(s.state = 'verified' AND s.verified_at < $today::TIMESTAMPTZ)
        AND o.mall_status = '300'
    )
    AND (
        g.seen_at IS NULL
        OR g.seen_at < $run_began::TIMESTAMPTZ
        OR g.seen_at <= max(greatest(s.sent_at, s.heard_at))
        OR bool_or(
            s.state IN ('sent', 'unknown')
            OR s.state = 'replaced' AND (s.heard_at IS NULL OR s.heard_at < s.sent_at)
        )
    )
ORDER BY min(s.imported_at), s.order_number;
