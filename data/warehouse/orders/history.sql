-- name: find_orders_by_number
-- Orders by their number, or by its end.
-- in:  macro `handle_of`, $number as it was typed, $plain (as numbers are written),
--      $by_end (whether an end is enough), $most
-- out: mall, shop_id, order_number, shop (its handle, else its id)
SELECT o.mall, o.shop_id, o.order_number, handle_of(o.mall, o.shop_id) AS shop
FROM orders AS o
WHERE o.order_number IN ($number, $plain)
   OR ($by_end AND ends_with(o.order_number, $number))
   OR ($by_end AND ends_with(o.order_number, $plain))
ORDER BY o.order_number NOT IN ($number, $plain), o.ordered_at DESC, o.mall, o.shop_id
LIMIT $most;

-- name: read_order_head
-- One order without its lines and people.
-- in:  $mall, $shop_id, $order_number
-- out: what the page says of the order itself; one row
SELECT
    mall, shop_id, order_number, source, status, mall_status, outcome, cancelled,
    stock_policy, ordered_at, observed_at, imported_at, updated_at, delivery_on,
    payment_method, amounts_fixed, goods_total, postage_total, point_used,
    coupon_total, request_total
FROM orders
WHERE mall = $mall
  AND shop_id = $shop_id
  AND order_number = $order_number;

-- name: list_order_page_lines
-- The lines of one order.
-- in:  $mall, $shop_id, $order_number
-- out: line_id, basket_id, item_name, choices, sku, quantity, unit_price,
--      stock_adjusted_at
SELECT
    l.line_id, l.basket_id, l.item_name, l.choices, coalesce(s.sku, l.sku) AS sku,
    l.quantity, l.unit_price, l.stock_adjusted_at
FROM order_lines AS l
LEFT JOIN stock_lines AS s
    ON s.mall = l.mall
    AND s.shop_id = l.shop_id
    AND s.order_number = l.order_number
    AND s.line_id = l.line_id
WHERE l.mall = $mall
  AND l.shop_id = $shop_id
  AND l.order_number = $order_number
ORDER BY l.basket_id, l.line_id;

-- name: list_order_page_people
-- The people of one order; personal data.
-- in:  $mall, $shop_id, $order_number
-- out: role, basket_id, name, zip, address, phone, email, remarks
SELECT
    role, basket_id,
    concat_ws(' ', family_name, first_name) AS name,
    zip,
    concat_ws('', prefecture, city, street) AS address,
    phone, email, remarks
FROM order_people
WHERE mall = $mall
  AND shop_id = $shop_id
  AND order_number = $order_number
ORDER BY role <> 'orderer', basket_id;

-- name: list_order_matters
-- What waits for a person about the order.
-- in:  $mall, $shop_id, $order_number
-- out: what
SELECT what
FROM needs_a_person
WHERE mall = $mall
  AND shop_id = $shop_id
  AND order_number = $order_number
ORDER BY since;

-- name: list_order_events
-- What happened to the order, by time; of one instant in the order of the ways here.
-- in:  $mall, $shop_id, $order_number
-- out: happened_at, kind, what, detail, number
WITH mine AS (
    SELECT $mall AS mall, $shop_id AS shop_id, $order_number AS order_number
), moved AS (
    SELECT m.*
    FROM stock_movements AS m
    SEMI JOIN mine USING (mall, shop_id, order_number)
), told AS (
    SELECT
        m.seq, m.sku, p.verified_at, p.offered,
        row_number() OVER (PARTITION BY m.seq ORDER BY p.verified_at) AS nth
    FROM moved AS m
    JOIN inventory_pushes AS p ON p.sku = m.sku AND p.level_seq >= m.seq
    WHERE p.state = 'verified'
), events AS (
    SELECT 1 AS way, n.received_at AS happened_at, 'notice' AS kind, n.kind AS what,
        NULL AS detail, NULL AS number
    FROM notices AS n SEMI JOIN mine USING (mall, shop_id, order_number)
    UNION ALL
    SELECT 2, l.observed_at, 'snapshot', l.source, NULL, NULL
    FROM order_log AS l SEMI JOIN mine USING (mall, shop_id, order_number)
    UNION ALL
    SELECT 3, s.seen_at, 'seen', NULL, NULL, NULL
    FROM order_sightings AS s SEMI JOIN mine USING (mall, shop_id, order_number)
    UNION ALL
    SELECT 4, n.settled_at, 'settled', n.reason, NULL, n.looks
    FROM notices AS n SEMI JOIN mine USING (mall, shop_id, order_number)
    WHERE n.settled_at IS NOT NULL
    UNION ALL
    SELECT 5, s.ended_at, 'status', s.status,
        coalesce(
            lead(s.status) OVER (ORDER BY s.ended_at),
            (SELECT o.status FROM orders AS o SEMI JOIN mine USING (mall, shop_id, order_number))
        ),
        NULL
    FROM order_status_log AS s SEMI JOIN mine USING (mall, shop_id, order_number)
    UNION ALL
    SELECT 6, r.first_seen_at, 'refusal', r.code, r.reason, NULL
    FROM order_refusals AS r SEMI JOIN mine USING (mall, shop_id, order_number)
    UNION ALL
    SELECT 7, m.moved_at, 'stock', m.kind, m.sku, m.quantity
    FROM moved AS m
    UNION ALL
    SELECT 8, l.stock_adjusted_at, 'adjusted', coalesce(l.item_name, l.line_id), l.sku, l.quantity
    FROM order_lines AS l SEMI JOIN mine USING (mall, shop_id, order_number)
    WHERE l.stock_adjusted_at IS NOT NULL
    UNION ALL
    SELECT 9, t.verified_at, 'stock_told', t.sku, NULL, t.offered
    FROM told AS t
    WHERE t.nth = 1
    UNION ALL
    SELECT 10, l.exported_at, 'label', l.carrier, l.basket_id, NULL
    FROM shipping_labels AS l SEMI JOIN mine USING (mall, shop_id, order_number)
    UNION ALL
    SELECT 11, s.imported_at, 'shipment', s.tracking_number, s.carrier_code, NULL
    FROM shipments AS s SEMI JOIN mine USING (mall, shop_id, order_number)
    UNION ALL
    SELECT 12, s.sent_at, 'shipment_sent', s.tracking_number, s.state, NULL
    FROM shipments AS s SEMI JOIN mine USING (mall, shop_id, order_number)
    WHERE s.sent_at IS NOT NULL
    UNION ALL
    SELECT 13, coalesce(s.verified_at, s.changed_at), 'shipment_' || s.state, s.tracking_number, s.reason, NULL
    FROM shipments AS s SEMI JOIN mine USING (mall, shop_id, order_number)
    WHERE s.state IN ('verified', 'refused', 'unknown', 'cancelled', 'replaced')
    UNION ALL
    SELECT 14, e.exported_at, 'tracking_file', e.tracking_number, NULL, NULL
    FROM tracking_exports AS e SEMI JOIN mine USING (mall, shop_id, order_number)
    UNION ALL
    SELECT 15, m.planned_at, 'mark_' || m.kind, m.state, m.reason, NULL
    FROM order_marks AS m SEMI JOIN mine USING (mall, shop_id, order_number)
    UNION ALL
    SELECT 16, c.cleared_at, 'cleared', c.why, NULL, NULL
    FROM cleared_orders AS c SEMI JOIN mine USING (mall, shop_id, order_number)
    UNION ALL
    SELECT 17, d.dismissed_at, 'dismissed', d.kind, d.note, NULL
    FROM dismissals AS d SEMI JOIN mine USING (mall, shop_id, order_number)
    UNION ALL
    SELECT 2, o.imported_at, 'file', NULL, NULL, NULL
    FROM orders AS o SEMI JOIN mine USING (mall, shop_id, order_number)
    WHERE o.source = 'csv'
)
SELECT happened_at, kind, what, detail, number
FROM events
ORDER BY happened_at, way, what;
