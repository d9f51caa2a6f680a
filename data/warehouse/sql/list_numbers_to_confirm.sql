-- list_numbers_to_confirm: Rakuten orders waiting for 注文確認, oldest first.
-- in:  $shop_id
-- out: order_number
SELECT order_number
FROM orders
WHERE shop_id = $shop_id
  AND mall = 'rakuten'
  AND mall_status = '100'
  AND source = 'api'
  AND amounts_fixed
ORDER BY ordered_at, order_number;
