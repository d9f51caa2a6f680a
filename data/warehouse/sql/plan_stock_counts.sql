-- plan_stock_counts: what the file says of each SKU.
-- in:  view `stock_count_rows`, $mall, $shop_id, $cause_id, $who, $counted_at, $moved_at
-- out: temporary table `stock_counts`, one row per SKU; is_older where a later count is
--      known, or another one of the same moment
CREATE OR REPLACE TEMP TABLE stock_counts AS
SELECT
    m.sku,
    any_value(r.quantity) AS counted,
    $counted_at::TIMESTAMPTZ AS counted_at,
    'count' AS source,
    $cause_id AS cause_id, $who AS who, NULL::VARCHAR AS note,
    $moved_at::TIMESTAMPTZ AS moved_at,
    coalesce(any_value(k.counted_at) >= $counted_at, false) AS is_older
FROM stock_count_rows AS r
JOIN sku_map AS m
    ON m.mall = $mall AND m.shop_id = $shop_id
    AND m.manage_number = r.manage_number AND m.variant_id = r.variant_id
LEFT JOIN stock_counted AS k ON k.sku = m.sku
GROUP BY m.sku;
