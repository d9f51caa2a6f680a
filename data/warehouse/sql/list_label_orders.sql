-- list_label_orders: orders that may be packed, to be read anew before a label is made.
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
