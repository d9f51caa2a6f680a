-- take_stock_skus: what a person said of listings.
-- in:  view `stock_said` (manage_number, variant_id, sku), $mall, $shop_id
-- out: temporary table `stock_skus`
CREATE OR REPLACE TEMP TABLE stock_skus AS
SELECT
    $mall AS mall, $shop_id AS shop_id, manage_number, variant_id, sku,
    'person' AS source
FROM stock_said;
