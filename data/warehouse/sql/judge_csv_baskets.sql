-- judge_csv_baskets: which row of the file speaks for each package that has a line.
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
