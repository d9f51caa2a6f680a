-- stock_outs: how long each SKU had nothing to sell, since its first count or receipt; what
-- was sold before that says nothing about the shelf. Of SKUs that are counted now.
-- out:
--   sku             SKU
--   counted_since   when it was first counted or received
--   times           how often it went to zero or below
--   hours           for how long in all
--   is_out_now      whether it stands at zero or below now
-- example: FROM stock_outs WHERE times > 0 ORDER BY hours DESC
WITH course AS (
    SELECT
        c.sku, c.since, c.level,
        coalesce(c.until, f.published_at) AS until,
        c.until IS NULL AS is_last,
        lag(c.level) OVER (PARTITION BY c.sku ORDER BY c.since) AS before
    FROM stock_course AS c, freshness AS f
)
SELECT
    sku,
    min(since) AS counted_since,
    count(*) FILTER (level <= 0 AND coalesce(before, 1) > 0) AS times,
    round(
        coalesce(sum(epoch(until) - epoch(since)) FILTER (level <= 0), 0) / 3600, 1
    ) AS hours,
    bool_or(level <= 0 AND is_last) AS is_out_now
FROM course
GROUP BY sku
ORDER BY sku;
