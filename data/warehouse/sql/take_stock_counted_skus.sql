-- take_stock_counted_skus: whose stock the counted listings sell: the file's word, else what
-- is known, else nobody's.
-- in:  view `stock_count_rows`, $mall, $shop_id
-- out: temporary table `stock_skus`
CREATE OR REPLACE TEMP TABLE stock_skus AS
SELECT
    $mall AS mall, $shop_id AS shop_id, r.manage_number, r.variant_id,
    coalesce(r.own_sku, m.sku, r.default_sku) AS sku,
    if(r.own_sku IS NULL, coalesce(m.source, 'default'), 'person') AS source
FROM stock_count_rows AS r
LEFT JOIN sku_map AS m
    ON m.mall = $mall AND m.shop_id = $shop_id
    AND m.manage_number = r.manage_number AND m.variant_id = r.variant_id;
