-- judge_csv_lines: which row of the file speaks for each line of an order. Rows are
-- compared over the whole file, neighbours or not: of rows that differ the later one
-- wins, and how many rows are equal to it counts where a mall repeats rows for units.
-- in:  temporary tables `csv_keys`, `csv_orders`, $shop_id
-- out: temporary table `csv_lines`, one row per (order, line)
CREATE OR REPLACE TEMP TABLE csv_lines AS
WITH shown AS (
    SELECT
        order_number, line_id,
        max(row_number) AS last_row,
        count(*) AS copies,
        any_value(line_hash) AS line_hash
    FROM csv_keys
    WHERE shop_id = $shop_id
    GROUP BY order_number, line_id, order_hash, basket_hash, line_hash
),
lines AS (
    SELECT
        order_number, line_id,
        max(last_row) AS last_row,
        arg_max(copies, last_row) AS copies,
        sum(copies) - count(*) AS repeated,
        min(line_hash) <> max(line_hash) AS is_uneven
    FROM shown
    GROUP BY order_number, line_id
)
SELECT
    l.last_row, l.copies, l.repeated, l.is_uneven,
    o.last_row AS order_row,
    o.part, o.is_known, o.amounts_fixed
FROM lines AS l
JOIN csv_orders AS o ON o.order_number = l.order_number;
