-- name: list_tracking_to_export
-- Parcels of a mall that takes tracking numbers by upload.
-- in:  $mall, $shop_id, $since: shipped that day or later; of others only what no file
--      held yet
-- out: order_number, basket_id, mall_status, payment_method, is_cancelled, ordered_on
--      (the order), tracking_number, carrier_code, shipping_date, is_new: no file held it so
--      since it was changed (a number or a day that comes back is what the mall has not);
--      every parcel of a package of which one is listed, the earliest first; a number that
--      corrects a wrong one has the place of that one, which the mall may have
WITH RECURSIVE places AS (
    SELECT
        s.order_number, s.basket_id, s.tracking_number,
        s.imported_at AS placed_at, s.tracking_number AS place
    FROM shipments AS s
    LEFT JOIN shipments AS w
        ON w.mall = s.mall AND w.shop_id = s.shop_id
        AND w.order_number = s.order_number AND w.basket_id = s.basket_id
        AND w.tracking_number = s.replaces
    WHERE s.mall = $mall
      AND s.shop_id = $shop_id
      AND w.tracking_number IS NULL
    UNION ALL
    SELECT s.order_number, s.basket_id, s.tracking_number, p.placed_at, p.place
    FROM shipments AS s
    JOIN places AS p
        ON p.order_number = s.order_number AND p.basket_id = s.basket_id
        AND p.tracking_number = s.replaces
    WHERE s.mall = $mall
      AND s.shop_id = $shop_id
),
parcels AS (
    SELECT
        s.mall, s.shop_id, s.order_number, s.basket_id, s.tracking_number,
        s.carrier_code, s.shipping_date, s.imported_at,
        NOT EXISTS (
            SELECT 1
            FROM tracking_exports AS e
            WHERE e.mall = s.mall
              AND e.shop_id = s.shop_id
              AND e.order_number = s.order_number
              AND e.basket_id = s.basket_id
              AND e.tracking_number = s.tracking_number
              AND e.carrier_code = s.carrier_code
              AND e.shipping_date = s.shipping_date
              AND e.exported_at >= s.changed_at
        ) AS is_new
    FROM shipments AS s
    WHERE s.mall = $mall
      AND s.shop_id = $shop_id
      AND s.state NOT IN ('refused', 'cancelled', 'replaced')
)
SELECT
    p.order_number, p.basket_id,
    coalesce(o.mall_status, '') AS mall_status,
    coalesce(o.payment_method, '') AS payment_method,
    o.cancelled
        OR o.status = 'キャンセル'
        OR coalesce(o.outcome, '') IN ('refunded', 'cancelled') AS is_cancelled,
    (o.ordered_at AT TIME ZONE 'Asia/Tokyo')::DATE AS ordered_on,
    p.tracking_number, p.carrier_code, p.shipping_date, p.is_new
FROM parcels AS p
JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN places AS f USING (order_number, basket_id, tracking_number)
QUALIFY bool_or(p.is_new OR p.shipping_date >= $since) OVER (
    PARTITION BY p.order_number, p.basket_id
)
ORDER BY
    p.order_number, p.basket_id,
    coalesce(f.placed_at, p.imported_at), coalesce(f.place, p.tracking_number);

-- name: list_lines_to_export
-- The lines of those packages.
-- in:  $mall, $shop_id, $numbers: of these orders
-- out: order_number, basket_id, line_id (what the mall calls it; blank where no file has
--      told), item_name, choices, variant_id, manage_number, quantity (what is still to
--      be sent: nothing of a line that the mall shows as shipped and others of its
--      package not, before any file of ours had a number of it), line_status
SELECT
    l.order_number, l.basket_id, coalesce(l.mall_line_id, l.line_id) AS line_id,
    coalesce(l.item_name, ''), coalesce(l.choices, ''),
    coalesce(l.variant_id, ''), coalesce(l.manage_number, ''),
    if(
        s.outcome = 'shipped' AND bool_or(s.outcome = 'open') OVER (
            PARTITION BY l.order_number, l.basket_id
        ) AND NOT EXISTS (
            SELECT 1
            FROM tracking_exports AS e
            WHERE e.mall = l.mall AND e.shop_id = l.shop_id
              AND e.order_number = l.order_number AND e.basket_id = l.basket_id
              AND e.reason IS NULL
        ),
        0, least(l.quantity, coalesce(l.quantity_to_ship, l.quantity))
    ),
    coalesce(l.line_status, '')
FROM order_lines AS l
LEFT JOIN line_shares AS s USING (mall, shop_id, order_number, line_id)
WHERE l.mall = $mall
  AND l.shop_id = $shop_id
  AND list_contains($numbers::VARCHAR[], l.order_number)
ORDER BY l.order_number, l.basket_id, l.line_id;

-- name: record_tracking_exports
-- Numbers were written to a file, or could not be.
-- in:  view `exported_numbers` (order_number, basket_id, tracking_number, carrier_code,
--      shipping_date, reason), $mall, $shop_id, $exported_at, $file_name
-- out: rows of tracking_exports
INSERT INTO tracking_exports BY NAME
SELECT
    $mall AS mall, $shop_id AS shop_id,
    order_number, basket_id, tracking_number, carrier_code, shipping_date,
    $exported_at::TIMESTAMPTZ AS exported_at,
    $file_name AS file_name,
    reason
FROM exported_numbers;
