-- name: list_csv_packages
-- The stored packages of orders whose packages a file does not name, to match its
-- addresses with. A number that was ever given stands on a label or at the mall.
-- in:  view `csv_apart` (order_number), $mall, $shop_id
-- out: order_number, basket_id, the recipient as the file's cells are named
--      (data.warehouse.order_files.package_match), last: the order's highest number so far
WITH numbered AS (
    SELECT order_number, basket_id FROM order_packages
    WHERE mall = $mall AND shop_id = $shop_id
    UNION ALL
    SELECT order_number, basket_id FROM shipping_labels
    WHERE mall = $mall AND shop_id = $shop_id
    UNION ALL
    SELECT order_number, basket_id FROM shipments
    WHERE mall = $mall AND shop_id = $shop_id
    UNION ALL
    SELECT order_number, basket_id FROM tracking_exports
    WHERE mall = $mall AND shop_id = $shop_id
),
numbers AS (
    SELECT n.order_number, max(TRY_CAST(n.basket_id AS BIGINT)) AS last
    FROM numbered AS n
    SEMI JOIN csv_apart AS a ON a.order_number = n.order_number
    GROUP BY n.order_number
)
SELECT
    p.order_number, p.basket_id,
    r.family_name AS recipient_family_name,
    r.first_name AS recipient_first_name,
    r.zip AS recipient_zip,
    r.prefecture AS recipient_prefecture,
    r.city AS recipient_city,
    r.street AS recipient_street,
    r.phone AS recipient_phone,
    coalesce(n.last, 0) AS last
FROM order_packages AS p
JOIN numbers AS n ON n.order_number = p.order_number
LEFT JOIN order_people AS r
    ON r.mall = p.mall AND r.shop_id = p.shop_id AND r.order_number = p.order_number
    AND r.role = 'recipient' AND r.basket_id = p.basket_id
WHERE p.mall = $mall
  AND p.shop_id = $shop_id
ORDER BY p.order_number, length(p.basket_id), p.basket_id;
