-- list_shipment_packages: packages that a carrier's file may speak of.
-- in:  $mall, $shop_id, $since: orders placed (else imported) before it are too old
-- out: mall, shop_id, order_number, basket_id
SELECT p.mall, p.shop_id, p.order_number, p.basket_id
FROM order_packages AS p
JOIN orders AS o USING (mall, shop_id, order_number)
WHERE p.mall = $mall
  AND p.shop_id = $shop_id
  AND coalesce(o.ordered_at, o.imported_at) >= $since::TIMESTAMPTZ
ORDER BY p.order_number, p.basket_id;
