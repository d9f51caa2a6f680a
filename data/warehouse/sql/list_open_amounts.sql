-- list_open_amounts: orders whose money the mall has not fixed yet, oldest first.
-- in:  $shop_id
-- out: order_number
SELECT order_number
FROM orders
WHERE shop_id = $shop_id
  AND mall = 'rakuten'
  AND NOT amounts_fixed
  AND NOT cancelled
ORDER BY ordered_at, order_number;
