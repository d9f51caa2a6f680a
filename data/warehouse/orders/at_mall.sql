-- name: list_not_at_mall
-- Orders that only a CSV knows: the mall was asked for them and did not show them.
-- in:  $mall, $shop_id, $numbers: these orders only
-- out: order_number
SELECT order_number
FROM orders_not_at_mall
WHERE mall = $mall
  AND shop_id = $shop_id
  AND list_contains($numbers::VARCHAR[], order_number)
ORDER BY order_number;

-- name: list_numbers_to_confirm
-- Rakuten orders waiting for 注文確認, oldest first.
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

-- name: list_confirmed
-- Those of some Rakuten orders that stand behind 注文確認.
-- in:  $shop_id, $numbers, $past_confirming (statuses)
-- out: order_number
SELECT order_number
FROM orders
WHERE shop_id = $shop_id
  AND mall = 'rakuten'
  AND list_contains($numbers::VARCHAR[], order_number)
  AND list_contains($past_confirming::VARCHAR[], mall_status)
ORDER BY order_number;

-- name: list_open_amounts
-- Orders whose money the mall has not fixed yet, oldest first.
-- in:  $shop_id
-- out: order_number
SELECT order_number
FROM orders
WHERE shop_id = $shop_id
  AND mall = 'rakuten'
  AND NOT amounts_fixed
  AND NOT cancelled
ORDER BY ordered_at, order_number;

-- name: list_unknown_status
-- Orders at a status of the mall that juchu has no word for.
-- in:  $shop_id, $known
-- out: order_number
SELECT order_number
FROM orders
WHERE shop_id = $shop_id
  AND mall = 'rakuten'
  AND source = 'api'
  AND mall_status NOT IN (SELECT unnest($known))
ORDER BY ordered_at, order_number;
