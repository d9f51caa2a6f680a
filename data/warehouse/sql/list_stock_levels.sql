-- list_stock_levels: the levels of some SKUs.
-- in:  $skus
-- out: sku, level, level_seq, is_counted
SELECT sku, level, level_seq, is_counted
FROM stock_levels
WHERE list_contains($skus, sku)
ORDER BY sku;
