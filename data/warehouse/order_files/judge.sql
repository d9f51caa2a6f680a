-- name: create_csv_keys
-- An empty table for what tells the file's rows apart.
-- out: temporary table `csv_keys`, one row per row of the file
CREATE OR REPLACE TEMP TABLE csv_keys (
    chunk        INTEGER,
    row_number   UINTEGER,
    shop_id      VARCHAR,
    order_number VARCHAR,
    basket_id    VARCHAR,
    line_id      VARCHAR,
    order_hash   UBIGINT,
    basket_hash  UBIGINT,
    line_hash    UBIGINT,
    is_fixed     BOOLEAN
);

-- name: stage_csv_keys
-- Record what tells the rows of a chunk apart.
-- in:  view `csv_shown` (keys and hashes, data.warehouse.order_files.rows), $chunk, $shop_id
-- out: rows of `csv_keys`; a file that does not show the shop is of the given one
INSERT INTO csv_keys BY NAME
SELECT
    $chunk AS chunk,
    row_number,
    coalesce(shop_id, $shop_id) AS shop_id,
    order_number, basket_id, line_id, order_hash, basket_hash, line_hash, is_fixed
FROM csv_shown;

-- name: list_cleared_csv
-- Those of the file's orders whose people are not stored again.
-- in:  temporary table `csv_keys`, $mall, $shop_id
-- out: order_number
SELECT DISTINCT k.order_number
FROM csv_keys AS k
SEMI JOIN (
    SELECT order_number
    FROM cleared_orders
    WHERE mall = $mall
      AND shop_id = $shop_id
) AS c ON c.order_number = k.order_number;

-- name: list_csv_other_shops
-- Whose orders the file holds beside the given shop's.
-- in:  temporary table `csv_keys`, view `csv_rejected` (order_number, shop_id: where the number
--      names one), $shop_id
-- out: shop_id, orders
SELECT shop_id, count(DISTINCT order_number) AS orders
FROM (
    SELECT shop_id, order_number FROM csv_keys
    UNION ALL
    SELECT shop_id, order_number FROM csv_rejected
)
WHERE shop_id <> $shop_id
GROUP BY shop_id
ORDER BY shop_id;

-- name: list_csv_rejects_elsewhere
-- Rejected orders of other shops: that they cannot be read is no matter of this shop's.
-- in:  temporary table `csv_keys`, view `csv_rejected` as above, $shop_id
-- out: order_number
SELECT order_number
FROM csv_rejected
WHERE shop_id <> $shop_id
   OR order_number IN (SELECT order_number FROM csv_keys WHERE shop_id <> $shop_id);

-- name: list_csv_blanks_wanting
-- Rows whose quantity is blank and has to be there: their order is not known, or the
-- cell would be cleared. Whether their line is known shows when it is matched. Not of other
-- shops' orders, which are left out.
-- in:  view `csv_blank` (row_number), temporary table `csv_keys`, $mall, $shop_id, $mode
-- out: row_number
SELECT b.row_number
FROM csv_blank AS b
LEFT JOIN csv_keys AS k ON k.row_number = b.row_number
LEFT JOIN orders AS s
    ON s.mall = $mall AND s.shop_id = $shop_id AND s.order_number = k.order_number
WHERE coalesce(k.shop_id = $shop_id, true)
  AND (s.order_number IS NULL OR $mode = 'replace');

-- name: judge_csv_orders
-- Which orders of the file are imported, and what is known of them.
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

-- name: judge_csv_lines
-- Which row of the file speaks for each line of an order. Rows are
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

-- name: judge_csv_baskets
-- Which row of the file speaks for each package that has a line.
-- in:  temporary tables `csv_keys`, `csv_lines`, $shop_id
-- out: temporary table `csv_baskets`, one row per (order, package)
CREATE OR REPLACE TEMP TABLE csv_baskets AS
SELECT
    k.order_number, k.basket_id,
    max(l.last_row) AS last_row,
    min(k.basket_hash) <> max(k.basket_hash) AS is_uneven,
    any_value(l.part) AS part,
    any_value(l.is_known) AS is_known
FROM csv_keys AS k
LEFT JOIN csv_lines AS l ON l.last_row = k.row_number
WHERE k.shop_id = $shop_id
GROUP BY k.order_number, k.basket_id
HAVING max(l.last_row) IS NOT NULL;

-- name: count_csv_orders
-- What the file holds for this shop.
-- in:  temporary tables `csv_orders`, `csv_lines`, view `csv_rejected`
-- out: one row: new, known, lines_repeated, set_aside (orders that a reject names)
SELECT
    (SELECT count(*) FROM csv_orders WHERE NOT is_known) AS new,
    (SELECT count(*) FROM csv_orders WHERE is_known) AS known,
    (SELECT coalesce(sum(repeated), 0)::BIGINT FROM csv_lines) AS lines_repeated,
    (SELECT count(DISTINCT order_number) FROM csv_rejected) AS set_aside;
