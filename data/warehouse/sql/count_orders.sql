-- count_orders: how many of a shop's orders stand where.
-- in:  $shop_id
-- out: status, orders, request_total in yen (open amounts count as nothing)
SELECT
    status,
    count(*) AS orders,
    coalesce(sum(request_total), 0)::BIGINT AS request_total
FROM orders
WHERE shop_id = $shop_id
GROUP BY status
ORDER BY status;
