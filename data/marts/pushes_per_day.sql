-- pushes_per_day: levels that the mall was to show, by day of Japan, and how that ended. Most
-- need no write: the mall's own sale has lowered its number already.
-- out:
--   day       day in Japan
--   mall      mall
--   shop_id   shop
--   planned   levels that the mall was to show
--   sent      of them, written to the mall
--   verified  of planned, seen there: read back after the write, or shown without one
--   refused   of planned, refused or of a SKU the mall does not have
--   unknown   of planned, without an answer or read back as something else
-- example: FROM pushes_per_day ORDER BY day DESC LIMIT 7
SELECT
    CAST(planned_at AT TIME ZONE 'Asia/Tokyo' AS DATE) AS day,
    mall,
    shop_id,
    count(*) AS planned,
    count(sent_at) AS sent,
    count(*) FILTER (state = 'verified') AS verified,
    count(*) FILTER (state IN ('refused', 'unknown_sku')) AS refused,
    count(*) FILTER (state = 'unknown') AS unknown
FROM inventory_pushes
GROUP BY ALL
ORDER BY day, mall, shop_id;
