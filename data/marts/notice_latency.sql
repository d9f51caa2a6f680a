-- notice_latency: how long a notice waited until its order was stored, per day of Japan.
-- out:
--   day       day of receipt
--   shop_id   shop
--   notices   notices whose order is stored; waiting and refused ones are not among them
--   median_s  half of them waited no longer, seconds
--   p90_s     nine of ten waited no longer, seconds
--   longest_s  seconds
-- example: FROM notice_latency ORDER BY day DESC LIMIT 7
SELECT
    CAST(received_at AT TIME ZONE 'Asia/Tokyo' AS DATE) AS day,
    shop_id,
    count(*) AS notices,
    round(median(epoch(settled_at - received_at)), 1) AS median_s,
    round(quantile_cont(epoch(settled_at - received_at), 0.9), 1) AS p90_s,
    round(max(epoch(settled_at - received_at)), 1) AS longest_s
FROM notices
WHERE reason IN ('stored', 'known')
GROUP BY ALL
ORDER BY day, shop_id;
