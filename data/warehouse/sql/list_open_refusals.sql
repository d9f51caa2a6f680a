-- list_open_refusals: orders that could not be taken, longest waiting first.
-- in:  $shop_id, $row_limit
-- out: mall, shop_id, order_number, code, reason
SELECT mall, shop_id, order_number, code, reason
FROM order_refusals
WHERE shop_id = $shop_id
  AND settled_at IS NULL
ORDER BY first_seen_at, order_number
LIMIT $row_limit;
