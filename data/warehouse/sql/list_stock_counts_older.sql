-- list_stock_counts_older: SKUs of which a later count is known.
-- in:  temporary table `stock_counts`
-- out: sku
SELECT sku
FROM stock_counts
WHERE is_older
ORDER BY sku;
