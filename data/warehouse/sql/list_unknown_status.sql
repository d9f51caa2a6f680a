-- list_unknown_status: orders at a status of the mall that juchu has no word for.
-- in:  $shop_id, $known
-- out: order_number
SELECT order_number
FROM orders
WHERE shop_id = $shop_id
  AND mall = 'rakuten'
  AND source = 'api'
  AND mall_status NOT IN (SELECT unnest($known))
ORDER BY ordered_at, order_number;
