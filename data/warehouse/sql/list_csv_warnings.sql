-- list_csv_warnings: what a person should know of the file's orders. Asked before
-- anything is written.
-- in:  temporary tables `csv_keys`, `csv_orders`, `csv_baskets`, `csv_lines`, $mall,
--      $shop_id
-- out: kind, order_number, lines (how many the warning is about)
SELECT 'line-differs' AS kind, o.order_number, count(*) AS lines
FROM csv_lines AS l
JOIN csv_orders AS o ON o.last_row = l.order_row
WHERE l.is_uneven
GROUP BY o.order_number
UNION ALL
SELECT 'order-differs', order_number, 1
FROM csv_orders
WHERE is_uneven
UNION ALL
SELECT 'package-differs', order_number, count(*)
FROM csv_baskets
WHERE is_uneven
GROUP BY order_number
UNION ALL
SELECT 'line-missing', s.order_number, count(*)
FROM order_lines AS s
JOIN csv_orders AS o ON o.order_number = s.order_number
ANTI JOIN (
    SELECT order_number, line_id FROM csv_keys WHERE shop_id = $shop_id
) AS l ON l.order_number = s.order_number AND l.line_id = s.line_id
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND o.is_known
GROUP BY s.order_number
ORDER BY kind, order_number;
