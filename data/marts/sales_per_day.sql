-- sales_per_day: what each shop sold on each day of Japan, cancelled orders left out.
-- Orders whose amounts are still open count as orders but bring no yen yet.
-- out:
--   day            day in Japan
--   mall           mall
--   shop_id        shop
--   orders         orders placed
--   units          pieces
--   goods_total    商品合計金額, yen
--   request_total  請求金額, yen
-- example: FROM sales_per_day ORDER BY day DESC LIMIT 7
WITH units AS (
    SELECT mall, shop_id, order_number, sum(quantity) AS units
    FROM order_lines
    GROUP BY mall, shop_id, order_number
)
SELECT
    CAST(o.ordered_at AT TIME ZONE 'Asia/Tokyo' AS DATE) AS day,
    o.mall,
    o.shop_id,
    count(*) AS orders,
    coalesce(sum(u.units), 0)::BIGINT AS units,
    coalesce(sum(o.goods_total), 0)::BIGINT AS goods_total,
    coalesce(sum(o.request_total), 0)::BIGINT AS request_total
FROM orders AS o
LEFT JOIN units AS u USING (mall, shop_id, order_number)
WHERE NOT o.cancelled
GROUP BY ALL
ORDER BY day, mall, shop_id;
