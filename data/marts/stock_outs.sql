-- stock_outs: how long each SKU had nothing to sell, since its first count or receipt; what
-- was sold before that says nothing about the shelf.
-- out:
--   sku             SKU
--   counted_since   when it was first counted or received
--   times           how often it went to zero or below
--   hours           for how long in all
--   is_out_now      whether it stands at zero or below now
-- example: FROM stock_outs WHERE times > 0 ORDER BY hours DESC
WITH levels AS (
    SELECT
        sku, seq, effective_at,
        sum(quantity) OVER (PARTITION BY sku ORDER BY effective_at, seq) AS level,
        lead(effective_at) OVER (PARTITION BY sku ORDER BY effective_at, seq) AS until,
        min(effective_at) FILTER (kind IN ('count', 'receipt'))
            OVER (PARTITION BY sku) AS counted_since
    FROM stock_movements
), since_counted AS (
    SELECT
        sku, seq, effective_at, level, counted_since,
        coalesce(until, f.published_at) AS until,
        until IS NULL AS is_last,
        lag(level) OVER (PARTITION BY sku ORDER BY effective_at, seq) AS before
    FROM levels, freshness AS f
    WHERE effective_at >= counted_since
)
SELECT
    sku,
    any_value(counted_since) AS counted_since,
    count(*) FILTER (level <= 0 AND coalesce(before, 1) > 0) AS times,
    round(
        coalesce(sum(epoch(until) - epoch(effective_at)) FILTER (level <= 0), 0) / 3600, 1
    ) AS hours,
    bool_or(level <= 0 AND is_last) AS is_out_now
FROM since_counted
GROUP BY sku
ORDER BY sku;
