-- gather_csv_changes: the known orders of a part of which something changes: their
-- content, or only that they stand at 受注処理中 now.
-- in:  temporary tables `csv_orders` and `csv_changed_*`, $part, $mall, $shop_id
-- out: temporary table `csv_changes` (order_number, observed_at, is_content)
CREATE OR REPLACE TEMP TABLE csv_changes AS
WITH contents AS (
    SELECT order_number FROM csv_changed_orders
    UNION
    SELECT order_number FROM csv_changed_packages
    UNION
    SELECT order_number FROM csv_changed_lines
    UNION
    SELECT order_number FROM csv_changed_people
)
SELECT k.order_number, k.observed_at, n.order_number IS NOT NULL AS is_content
FROM csv_orders AS k
JOIN orders AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = k.order_number
LEFT JOIN contents AS n ON n.order_number = k.order_number
WHERE k.part = $part
  AND k.is_known
  AND (n.order_number IS NOT NULL OR o.status <> '受注処理中');
