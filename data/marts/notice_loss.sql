-- notice_loss: orders that the sweep found and no notice had named, by day of Japan: what
-- Rakuten's notices missed. A missed notice of a *change* to a known order cannot be told.
-- out:
--   day             day of the sweep
--   mall            mall
--   shop_id         shop
--   sweeps          how often the shop was searched
--   created         orders that the sweeps created
--   without_notice  of them, named by no notice, nor by one that came in the two days after
-- example: FROM notice_loss WHERE without_notice > 0 ORDER BY day DESC
SELECT
    CAST(started_at AT TIME ZONE 'Asia/Tokyo' AS DATE) AS day,
    mall,
    shop_id,
    count(*) AS sweeps,
    CAST(sum(created) AS BIGINT) AS created,
    CAST(sum(found_without_notice) AS BIGINT) AS without_notice
FROM loads
WHERE found_without_notice IS NOT NULL
GROUP BY ALL
ORDER BY day, mall, shop_id;
