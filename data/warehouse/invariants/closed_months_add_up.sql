-- closed_months_add_up: a closed month sums to what it summed to at its close, has each
-- order once, and no order is kept of a month that is not closed.
-- out: broken, one row per month
SELECT coalesce(m.month, c.month) AS broken
FROM month_closes AS m
FULL JOIN (
    SELECT
        month,
        count(*) AS orders,
        count(DISTINCT (mall, shop_id, order_number)) AS different,
        coalesce(sum(sales) FILTER (counts), 0) AS sales,
        coalesce(
            sum(request_total - coalesce(refunded_total, 0)) FILTER (counts), 0
        ) AS request_total
    FROM closed_orders
    GROUP BY month
) AS c ON c.month = m.month
WHERE m.orders IS DISTINCT FROM c.orders
   OR m.orders IS DISTINCT FROM c.different
   OR m.sales IS DISTINCT FROM c.sales
   OR m.request_total IS DISTINCT FROM c.request_total;
