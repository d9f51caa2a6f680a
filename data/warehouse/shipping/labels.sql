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

-- name: record_shipping_labels
-- Labels were written to a file.
-- in:  view `label_packages` (order_number, basket_id, short_key), $mall, $shop_id,
--      $carrier, $exported_at
-- out: rows of shipping_labels
INSERT OR REPLACE INTO shipping_labels BY NAME
SELECT
    $mall AS mall, $shop_id AS shop_id, order_number, basket_id, short_key,
    $carrier AS carrier, $exported_at::TIMESTAMPTZ AS exported_at
FROM label_packages;
