-- name: list_label_orders
-- Orders that may be packed, to be read anew before a label is made.
-- in:  $mall, $shop_id, $again: also those whose labels were exported before
-- out: order_number; at least one package has neither a shipment nor, unless $again,
--      an exported label
SELECT DISTINCT p.order_number
FROM order_packages AS p
JOIN orders AS o USING (mall, shop_id, order_number)
WHERE p.mall = $mall
  AND p.shop_id = $shop_id
  AND o.mall_status = '300'
  AND NOT EXISTS (
      FROM shipments AS s
      WHERE s.mall = p.mall AND s.shop_id = p.shop_id
        AND s.order_number = p.order_number AND s.basket_id = p.basket_id
        AND s.state NOT IN ('refused', 'replaced')
  )
  AND ($again OR NOT EXISTS (
      FROM shipping_labels AS l
      WHERE l.mall = p.mall AND l.shop_id = p.shop_id
        AND l.order_number = p.order_number AND l.basket_id = p.basket_id
  ))
ORDER BY p.order_number;

-- name: list_label_done
-- Packages that need no label: they have a shipment, or had one made.
-- in:  $mall, $shop_id, $numbers, $again: an exported label does not count
-- out: order_number, basket_id
SELECT order_number, basket_id
FROM shipments
WHERE mall = $mall AND shop_id = $shop_id
  AND list_contains($numbers::VARCHAR[], order_number)
  AND state NOT IN ('refused', 'replaced')
UNION
SELECT order_number, basket_id
FROM shipping_labels
WHERE mall = $mall AND shop_id = $shop_id
  AND list_contains($numbers::VARCHAR[], order_number)
  AND NOT $again;

-- name: list_file_packages
-- Packages of a mall whose orders come from its order files, to be packed.
-- in:  macros `here_by_lines` and `is_here`, $mall, $shop_id, $again: also those whose
--      labels were exported before, $today
-- out: the fields of data.model.shipping.order_file_label.FilePackage, in the order of the
--      orders; no package has a parcel of ours, or has left by the mall's file
SELECT
    p.mall, p.shop_id, p.order_number, p.basket_id,
    (
        SELECT count(*)
        FROM order_packages AS a
        WHERE a.mall = p.mall AND a.shop_id = p.shop_id
          AND a.order_number = p.order_number
    ) AS packages,
    concat_ws(' ', r.family_name, r.first_name) AS recipient_name,
    coalesce(r.zip, '') AS zip,
    coalesce(r.prefecture, '') AS prefecture,
    coalesce(r.city, '') AS city,
    coalesce(r.street, '') AS street,
    coalesce(r.phone, '') AS phone,
    o.delivery_on, o.delivery_slot, o.delivery_slot_name, o.delivery_method,
    o.payment_method, o.request_total, o.tax_total, o.amounts_fixed,
    coalesce(o.is_under_review, false) AS is_held
FROM order_packages AS p
JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN order_people AS r
    ON r.mall = p.mall AND r.shop_id = p.shop_id AND r.order_number = p.order_number
    AND r.role = 'recipient' AND r.basket_id = p.basket_id
LEFT JOIN (
    SELECT l.order_number, l.basket_id, here_by_lines(s.outcome) AS by_lines
    FROM line_shares AS s
    JOIN order_lines AS l USING (mall, shop_id, order_number, line_id)
    WHERE s.mall = $mall
      AND s.shop_id = $shop_id
    GROUP BY l.order_number, l.basket_id
) AS t ON t.order_number = p.order_number AND t.basket_id = p.basket_id
WHERE p.mall = $mall
  AND p.shop_id = $shop_id
  AND o.status = '受注処理中'
  AND NOT o.cancelled
  AND o.outcome IS NULL
  AND o.shipped_at IS NULL
  AND is_here(t.by_lines, p.tracking_number, p.shipping_date, $today::DATE)
  AND NOT EXISTS (
      SELECT 1
      FROM shipments AS s
      WHERE s.mall = p.mall AND s.shop_id = p.shop_id
        AND s.order_number = p.order_number AND s.basket_id = p.basket_id
        AND s.state NOT IN ('refused', 'replaced')
  )
  AND ($again OR NOT EXISTS (
      SELECT 1
      FROM shipping_labels AS l
      WHERE l.mall = p.mall AND l.shop_id = p.shop_id
        AND l.order_number = p.order_number AND l.basket_id = p.basket_id
  ))
ORDER BY o.ordered_at, p.order_number, p.basket_id;

-- name: record_shipping_labels
-- Labels were written to a file.
-- in:  view `label_packages` (order_number, basket_id, short_key), $mall, $shop_id,
--      $carrier, $exported_at
-- out: rows of shipping_labels
INSERT OR REPLACE INTO shipping_labels BY NAME
SELECT
    $mall AS mall, $shop_id AS shop_id, order_number, basket_id, short_key,
    $carrier AS carrier, $exported_at::TIMESTAMPTZ AS exported_at,
    NULL::TIMESTAMPTZ AS outdated_at
FROM label_packages;
