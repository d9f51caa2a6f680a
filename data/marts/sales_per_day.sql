-- sales_per_day: what each shop sold on each day of Japan; cancelled orders and those
-- refunded whole are left out. Money that is not known is counted as unknown, never as 0. A
-- day without an order has no row.
-- out:
--   day            day in Japan
--   mall           mall
--   shop_id        shop
--   orders         orders placed
--   units          sold; a set counts once
--   sales          price of all lines with tax, before coupons and points, yen
--   lines_unknown  lines whose price is not known, and not in `sales`
--   refunded       paid back of these orders, yen; only Shopify's file tells it
--   request_total  請求金額 without what was paid back, yen
--   orders_open    orders whose 請求金額 is not known, and not in `request_total`
-- example: FROM sales_per_day ORDER BY day DESC LIMIT 7
WITH lines AS (
    SELECT
        mall, shop_id, order_number,
        sum(units) AS units,
        sum(sales) AS sales,
        count(*) FILTER (sales IS NULL) AS lines_unknown
    FROM sales
    GROUP BY mall, shop_id, order_number
)
SELECT
    o.day_jst AS day,
    o.mall,
    o.shop_id,
    count(*) AS orders,
    CAST(coalesce(sum(l.units), 0) AS BIGINT) AS units,
    CAST(sum(l.sales) AS BIGINT) AS sales,
    CAST(coalesce(sum(l.lines_unknown), 0) AS BIGINT) AS lines_unknown,
    CAST(coalesce(sum(o.refunded_total), 0) AS BIGINT) AS refunded,
    CAST(sum(o.request_total - coalesce(o.refunded_total, 0)) AS BIGINT) AS request_total,
    count(*) FILTER (o.request_total IS NULL) AS orders_open
FROM orders AS o
LEFT JOIN lines AS l USING (mall, shop_id, order_number)
WHERE NOT o.cancelled
  AND coalesce(o.outcome, '') NOT IN ('cancelled', 'refunded')
GROUP BY o.day_jst, o.mall, o.shop_id
ORDER BY day, o.mall, o.shop_id;
