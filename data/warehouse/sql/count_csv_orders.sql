-- count_csv_orders: what the file holds for this shop.
-- in:  temporary tables `csv_orders`, `csv_lines`, `csv_keys`, view `csv_rejected`,
--      $shop_id
-- out: one row: new, known, lines_repeated, set_aside (orders that a reject names)
SELECT
    (SELECT count(*) FROM csv_orders WHERE NOT is_known) AS new,
    (SELECT count(*) FROM csv_orders WHERE is_known) AS known,
    (SELECT coalesce(sum(repeated), 0)::BIGINT FROM csv_lines) AS lines_repeated,
    (
        SELECT count(DISTINCT order_number)
        FROM csv_rejected
        WHERE order_number NOT IN (
            SELECT order_number FROM csv_keys WHERE shop_id <> $shop_id
        )
    ) AS set_aside;
