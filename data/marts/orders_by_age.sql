-- orders_by_age: orders the shop still has to do something about, by status and by the days
-- since they were placed, as of the copy's own moment.
-- out:
--   mall     mall
--   shop_id  shop
--   status   where they stand for the shop
--   age      today, 1 to 3 days, 4 to 7 days, older, or unknown
--   orders   how many
-- example: FROM orders_by_age
WITH aged AS (
    SELECT
        o.mall, o.shop_id, o.status,
        date_diff(
            'day', o.day_jst, CAST(f.published_at AT TIME ZONE 'Asia/Tokyo' AS DATE)
        ) AS days
    FROM orders AS o, freshness AS f
    WHERE o.status IN ('新規受付', '入金待ち', '受注処理中', '保留')
      AND NOT o.cancelled
      AND o.outcome IS NULL
)
SELECT
    mall,
    shop_id,
    status,
    CASE
        WHEN days IS NULL THEN 'unknown'
        WHEN days < 1 THEN 'today'
        WHEN days <= 3 THEN '1 to 3 days'
        WHEN days <= 7 THEN '4 to 7 days'
        ELSE 'older'
    END AS age,
    count(*) AS orders
FROM aged
GROUP BY ALL
ORDER BY mall, shop_id, status, age;
