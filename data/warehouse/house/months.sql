-- name: list_months_to_close
-- Months with orders that ended before the last one to close, and are not closed yet.
-- in:  $before (the first month that stays open, e.g. 2026-08)
-- out: month, the oldest first
SELECT DISTINCT strftime(ordered_at AT TIME ZONE 'Asia/Tokyo', '%Y-%m') AS month
FROM orders
WHERE ordered_at IS NOT NULL
  AND month < $before
  AND month NOT IN (SELECT c.month FROM month_closes AS c)
ORDER BY month;

-- name: close_orders
-- Keep how the orders of the months stand now.
-- in:  $months
-- out: rows of closed_orders
INSERT INTO closed_orders BY NAME
WITH lines AS (
    SELECT
        mall, shop_id, order_number,
        CAST(sum(units) AS BIGINT) AS units,
        CAST(sum(sales) AS BIGINT) AS sales,
        count(*) FILTER (sales IS NULL) AS lines_unknown
    FROM sold_lines
    GROUP BY mall, shop_id, order_number
)
SELECT
    strftime(o.ordered_at AT TIME ZONE 'Asia/Tokyo', '%Y-%m') AS month,
    o.mall, o.shop_id, o.order_number,
    NOT o.cancelled AND coalesce(o.outcome, '') NOT IN ('cancelled', 'refunded') AS counts,
    l.units, l.sales, coalesce(l.lines_unknown, 0) AS lines_unknown,
    o.request_total, o.refunded_total,
    list_transform(o.tax_summaries, lambda told: {
        'tax_percent': CAST(round(told.rate * 100) AS INTEGER),
        'billed': told.billed, 'tax': told.tax
    }) AS taxes
FROM orders AS o
LEFT JOIN lines AS l USING (mall, shop_id, order_number)
WHERE list_contains($months::VARCHAR[], month)
ORDER BY month, o.mall, o.shop_id, o.order_number;

-- name: record_closes
-- Keep that the months are closed, and what each sums to (the check closed_months_add_up).
-- in:  $months, $closed_at, closed_orders of them
-- out: rows of month_closes
INSERT INTO month_closes BY NAME
SELECT
    month,
    $closed_at AS closed_at,
    count(*) AS orders,
    CAST(coalesce(sum(sales) FILTER (counts), 0) AS BIGINT) AS sales,
    CAST(coalesce(
        sum(request_total - coalesce(refunded_total, 0)) FILTER (counts), 0
    ) AS BIGINT) AS request_total
FROM closed_orders
WHERE list_contains($months::VARCHAR[], month)
GROUP BY month;
