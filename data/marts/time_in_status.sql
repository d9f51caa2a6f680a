-- time_in_status: how long orders stood in each status, by the month in which it ended. Only
-- those whose beginning and end were seen; an order's first status begins when it was stored.
-- out:
--   month     month in Japan in which the status ended
--   mall      mall
--   shop_id   shop
--   status    where they stood for the shop
--   times     how often an order left it
--   median_hours  half of them stood so no longer
--   p90_hours     nine of ten stood so no longer
--   longest_hours  the longest
-- example: FROM time_in_status ORDER BY month DESC, median_hours DESC
SELECT
    strftime(until AT TIME ZONE 'Asia/Tokyo', '%Y-%m') AS month,
    mall,
    shop_id,
    status,
    count(*) AS times,
    round(median(hours), 1) AS median_hours,
    round(quantile_cont(hours, 0.9), 1) AS p90_hours,
    max(hours) AS longest_hours
FROM order_statuses
WHERE until IS NOT NULL
  AND since_known
GROUP BY ALL
ORDER BY month, mall, shop_id, status;
