-- list_label_done: packages that need no label: they have a shipment, or had one made.
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
