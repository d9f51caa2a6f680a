-- list_stock_counts_differing: SKUs of which the file tells more than one number.
-- in:  view `stock_count_rows`, $mall, $shop_id
-- out: sku
SELECT coalesce(r.own_sku, m.sku, r.default_sku) AS sku
FROM stock_count_rows AS r
LEFT JOIN sku_map AS m
    ON m.mall = $mall AND m.shop_id = $shop_id
    AND m.manage_number = r.manage_number AND m.variant_id = r.variant_id
GROUP BY ALL
HAVING count(DISTINCT r.quantity) > 1
ORDER BY sku;
