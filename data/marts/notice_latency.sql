-- notice_latency: how long a notice waited until its order was stored, per day of Japan.
-- out: day, shop_id, notices, median_s, p90_s, longest_s in seconds; waiting ones apart
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
