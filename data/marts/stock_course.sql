-- stock_course: the level of each SKU from one change to the next, since its first count or
-- receipt: what was counted last, and whatever took effect after it. What took effect at one
-- instant is one change. A SKU whose stock went to another one has none; the other has it
-- since the count that came along. The same movements in the order in which they were
-- booked are stock_history.
-- out:
--   sku      SKU
--   day      day of `since` in Japan
--   since    from when it stood there
--   until    up to when; NULL while it does
--   level    units; below zero means sold more than was counted
-- example: SELECT since, level FROM stock_course WHERE sku = 'TEA-100' ORDER BY since
WITH instants AS (
    SELECT
        sku, effective_at,
        arg_max(counted, seq) AS counted,
        arg_max(source, seq) FILTER (counted IS NOT NULL) AS count_source,
        sum(quantity) FILTER (kind <> 'count') AS moved,
        sum(quantity) FILTER (
            kind = 'receipt'
            OR (kind = 'adjustment' AND source = 'mapping' AND order_number IS NULL)
        ) AS received
    FROM stock_movements
    LEFT JOIN (
        SELECT sku, max(seq) AS emptied_seq
        FROM stock_movements
        WHERE source = 'emptied'
        GROUP BY sku
    ) USING (sku)
    WHERE (quantity <> 0 OR counted IS NOT NULL)
      AND (kind <> 'count' OR seq > coalesce(emptied_seq, 0))
    GROUP BY sku, effective_at
), stretches AS (
    SELECT
        *,
        count(counted) OVER up_to_now AS nth_count,
        coalesce(sum(received) OVER up_to_now, 0) AS received_by_now,
        max(effective_at) FILTER (count_source = 'mapping')
            OVER (PARTITION BY sku) AS renamed_at
    FROM instants
    WINDOW up_to_now AS (PARTITION BY sku ORDER BY effective_at)
), levels AS (
    SELECT
        sku, effective_at, renamed_at,
        lead(effective_at) OVER (PARTITION BY sku ORDER BY effective_at) AS until,
        coalesce(max(counted) OVER of_count, 0) + coalesce(
            sum(moved) FILTER (counted IS NULL) OVER (of_count ORDER BY effective_at), 0
        ) AS level,
        received_by_now > 0 OR nth_count > 0 AS is_counted
    FROM stretches
    WINDOW of_count AS (PARTITION BY sku, nth_count)
)
SELECT
    sku,
    CAST(effective_at AT TIME ZONE 'Asia/Tokyo' AS DATE) AS day,
    effective_at AS since,
    until,
    CAST(level AS BIGINT) AS level
FROM levels
WHERE is_counted
  AND coalesce(effective_at >= renamed_at, true)
ORDER BY sku, since;
