-- merge_stock_skus: write down whose stock the listings sell.
-- in:  temporary table `stock_skus`, $moved_at
-- out: rows of sku_map
MERGE INTO sku_map
USING (SELECT *, $moved_at::TIMESTAMPTZ AS mapped_at FROM stock_skus) AS said
    USING (mall, shop_id, manage_number, variant_id)
WHEN MATCHED AND (sku_map.sku <> said.sku OR sku_map.source <> said.source)
    THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;
