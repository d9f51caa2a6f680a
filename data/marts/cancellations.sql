-- cancellations: orders that were cancelled or refunded, pieces that came back and money that
-- was paid back, by the month the orders were placed in.
-- out:
--   month           month in Japan
--   mall            mall
--   shop_id         shop
--   orders          orders placed
--   cancelled       of them, cancelled
--   refunded        of them, refunded
--   returned_units  pieces taken back, of lines with negative pieces
--   returned        their price with tax, yen, as far as it is known; NULL where none of it is
--   paid_back       paid back of all these orders, yen, as far as it is known: Shopify's file tells
--                   it, and no other mall; theirs have 0, also where money was paid back
-- example: SELECT *, round(100.0 * cancelled / orders, 1) AS percent FROM cancellations
WITH returned AS (
    SELECT
        mall, shop_id, order_number,
        -sum(units) AS units,
        -sum(sales) AS sales
    FROM sales
    WHERE units < 0
    GROUP BY mall, shop_id, order_number
)
SELECT
    o.month_jst AS month,
    o.mall,
    o.shop_id,
    count(*) AS orders,
    count(*) FILTER (o.cancelled OR o.outcome = 'cancelled') AS cancelled,
    count(*) FILTER (NOT o.cancelled AND o.outcome = 'refunded') AS refunded,
    CAST(coalesce(sum(r.units), 0) AS BIGINT) AS returned_units,
    CASE WHEN count(r.units) = 0 THEN 0 ELSE CAST(sum(r.sales) AS BIGINT) END AS returned,
    CAST(coalesce(sum(o.refunded_total), 0) AS BIGINT) AS paid_back
FROM orders AS o
LEFT JOIN returned AS r USING (mall, shop_id, order_number)
GROUP BY o.month_jst, o.mall, o.shop_id
ORDER BY month, o.mall, o.shop_id;
