-- judge_csv_orders: which orders of the file are imported, and what is known of them.
-- in:  temporary table `csv_keys`, view `csv_rejected` (order_number), $mall,
--      $shop_id, $whole_parts, $orders_a_part
-- out: temporary table `csv_orders`, one row per order of this shop that no reject
--      names; `part` is the piece of the file in which the order is whole, beyond
--      $whole_parts for orders whose rows lie in several chunks
CREATE OR REPLACE TEMP TABLE csv_orders AS
WITH shown AS (
    SELECT
        order_number,
        max(row_number) AS last_row,
        min(chunk) AS first_chunk,
        max(chunk) AS last_chunk,
        min(order_hash) <> max(order_hash) AS is_uneven,
        bool_and(is_fixed) AS amounts_fixed
    FROM csv_keys
    WHERE shop_id = $shop_id
    GROUP BY order_number
)
SELECT
    s.order_number, s.last_row, s.is_uneven, s.amounts_fixed,
    CASE
        WHEN s.first_chunk = s.last_chunk THEN s.first_chunk
        ELSE $whole_parts + (
            row_number() OVER (
                PARTITION BY s.first_chunk = s.last_chunk ORDER BY s.last_row
            ) // $orders_a_part
        )
    END::INTEGER AS part,
    o.order_number IS NOT NULL AS is_known,
    greatest(
        $imported_at, coalesce(g.seen_at, o.observed_at) + INTERVAL 1 MICROSECOND
    ) AS observed_at
FROM shown AS s
ANTI JOIN csv_rejected AS r ON r.order_number = s.order_number
LEFT JOIN (
    SELECT order_number, observed_at FROM orders
    WHERE mall = $mall AND shop_id = $shop_id
) AS o ON o.order_number = s.order_number
LEFT JOIN (
    SELECT order_number, seen_at FROM order_sightings
    WHERE mall = $mall AND shop_id = $shop_id
) AS g ON g.order_number = s.order_number;
