-- cancellations: orders that were cancelled or refunded, by the month they were placed in.
-- out:
--   month      month in Japan
--   mall       mall
--   shop_id    shop
--   orders     orders placed
--   cancelled  of them, cancelled
--   refunded   of them, refunded
-- example: SELECT *, round(100.0 * cancelled / orders, 1) AS percent FROM cancellations
SELECT
    month_jst AS month,
    mall,
    shop_id,
    count(*) AS orders,
    count(*) FILTER (cancelled OR outcome = 'cancelled') AS cancelled,
    count(*) FILTER (NOT cancelled AND outcome = 'refunded') AS refunded
FROM orders
GROUP BY month_jst, mall, shop_id
ORDER BY month, mall, shop_id;
