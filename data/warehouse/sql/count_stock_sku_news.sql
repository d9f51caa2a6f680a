-- count_stock_sku_news: how many listings were spoken of otherwise than before.
-- in:  temporary table `stock_skus`
-- out: one number
SELECT count(*)
FROM stock_skus
ANTI JOIN sku_map USING (mall, shop_id, manage_number, variant_id, sku, source);
