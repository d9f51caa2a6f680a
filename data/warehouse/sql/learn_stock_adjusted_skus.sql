-- learn_stock_adjusted_skus: a person booked these lines under these SKUs; their listings sell
-- them from now on, unless somebody said otherwise before.
-- in:  temporary table `stock_judged`, $at
-- out: rows of sku_map
INSERT INTO sku_map BY NAME
SELECT
    l.mall, l.shop_id, l.manage_number, l.variant_id,
    any_value(l.sku ORDER BY j.position) AS sku,
    if(
        any_value(l.sku ORDER BY j.position)
            = concat_ws('/', l.manage_number, nullif(l.variant_id, '')),
        'default',
        'order'
    ) AS source,
    $at::TIMESTAMPTZ AS mapped_at
FROM stock_judged AS j
JOIN stock_lines AS l USING (mall, shop_id, order_number, line_id)
WHERE j.verdict = 'book'
  AND l.sku <> ''
GROUP BY l.mall, l.shop_id, l.manage_number, l.variant_id
ON CONFLICT DO NOTHING;
