-- stock_latency: how long the mall took to show a level after its cause, per day of Japan.
-- out:
--   day        day of the proof
--   mall       mall
--   shop_id    shop
--   levels     levels that were seen at the mall; those, too, that its own sale had brought about
--              and that needed no write
--   median_s   half of them were proven no later after their cause (order, cancellation, count,
--              receipt, adjustment, safety stock, SKU mapping), seconds
--   p99_s      ninety-nine of a hundred were, seconds
--   longest_s  seconds
-- example: FROM stock_latency ORDER BY day DESC LIMIT 7
SELECT
    CAST(verified_at AT TIME ZONE 'Asia/Tokyo' AS DATE) AS day,
    mall,
    shop_id,
    count(*) AS levels,
    round(median(epoch(verified_at - due_since)), 1) AS median_s,
    round(quantile_cont(epoch(verified_at - due_since), 0.99), 1) AS p99_s,
    round(max(epoch(verified_at - due_since)), 1) AS longest_s
FROM inventory_pushes
WHERE state = 'verified'
  AND due_since IS NOT NULL
GROUP BY ALL
ORDER BY day, mall, shop_id;
