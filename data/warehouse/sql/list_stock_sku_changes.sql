-- list_stock_sku_changes: what a change of SKUs came to.
-- in:  temporary table `stock_sku_changes`
-- out: manage_number, variant_id, sku_before, sku, is_left
SELECT manage_number, variant_id, sku_before, sku, is_left
FROM stock_sku_changes
ORDER BY manage_number, variant_id;
