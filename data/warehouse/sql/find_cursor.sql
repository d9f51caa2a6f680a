-- find_cursor: how far the sweep has seen a shop.
-- in:  $mall, $shop_id
-- out: seen_until, at most one row
SELECT seen_until
FROM order_cursors
WHERE mall = $mall
  AND shop_id = $shop_id;
