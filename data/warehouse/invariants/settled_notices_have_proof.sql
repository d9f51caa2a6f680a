-- settled_notices_have_proof: what a notice was settled with is so: its order was
-- seen after it, or its refusal is kept, or it names no order (docs/rules.md I1).
-- out: broken, one row per notice
SELECT concat_ws(' ', n.reason, n.shop_id, n.order_number, n.notice_key) AS broken
FROM notices AS n
LEFT JOIN (
    SELECT mall, shop_id, order_number, seen_at
    FROM orders
    JOIN order_sightings USING (mall, shop_id, order_number)
) AS o USING (mall, shop_id, order_number)
LEFT JOIN (
    SELECT mall, shop_id, order_number, code FROM order_refusals
) AS r USING (mall, shop_id, order_number)
WHERE NOT CASE
    WHEN n.reason IN ('stored', 'known') THEN coalesce(o.seen_at >= n.received_at, false)
    WHEN n.reason IN ('refused', 'exhausted') THEN r.code IS NOT NULL
    WHEN n.reason = 'no_order' THEN n.order_number IS NULL
    ELSE true
END;
