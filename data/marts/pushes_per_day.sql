-- pushes_per_day: levels sent to the mall, by day of Japan, and how they ended.
-- out:
--   day       day in Japan
--   mall      mall
--   shop_id   shop
--   planned   levels that were to be sent
--   verified  of them, read back as they were sent
--   refused   of them, refused or of a SKU the mall does not have
--   unknown   of them, without an answer or read back as something else
-- example: FROM pushes_per_day ORDER BY day DESC LIMIT 7
SELECT
    CAST(planned_at AT TIME ZONE 'Asia/Tokyo' AS DATE) AS day,
    mall,
    shop_id,
    count(*) AS planned,
    count(*) FILTER (state = 'verified') AS verified,
    count(*) FILTER (state IN ('refused', 'unknown_sku')) AS refused,
    count(*) FILTER (state = 'unknown') AS unknown
FROM inventory_pushes
GROUP BY ALL
ORDER BY day, mall, shop_id;
