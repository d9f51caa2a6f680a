-- change_csv_lines: what the lines of a part's known orders become, where that differs
-- or is new. Where the known variant stays because the file tells none, so does the sku:
-- it is what a file of an old stage can only guess at.
-- in:  views `csv_speaking`, `csv_clears`, $mall, $shop_id, $adds_units
-- out: temporary table `csv_changed_lines`, as columns of order_lines
CREATE OR REPLACE TEMP TABLE csv_changed_lines AS
SELECT
    $mall AS mall, $shop_id AS shop_id, r.order_number, r.line_id,
    r.basket_id,
    if(c.item_id, r.item_id, coalesce(r.item_id, o.item_id)) AS item_id,
    if(c.item_number, r.item_number, coalesce(r.item_number, o.item_number)) AS item_number,
    if(c.manage_number, r.manage_number, coalesce(r.manage_number, o.manage_number)) AS manage_number,
    if(c.variant_id, r.variant_id, coalesce(r.variant_id, o.variant_id)) AS variant_id,
    if(c.item_name, r.item_name, coalesce(r.item_name, o.item_name)) AS item_name,
    if(c.choices, r.choices, coalesce(r.choices, o.choices)) AS choices,
    if(c.sku_info, r.sku_info, coalesce(r.sku_info, o.sku_info)) AS sku_info,
    if(c.unit_price, r.unit_price, coalesce(r.unit_price, o.unit_price)) AS unit_price,
    if(c.tax_rate, r.tax_rate, coalesce(r.tax_rate, o.tax_rate)) AS tax_rate,
    if(c.tax_included, r.tax_included, coalesce(r.tax_included, o.tax_included)) AS tax_included,
    if(c.line_status, r.line_status, coalesce(r.line_status, o.line_status)) AS line_status,
    CASE
        WHEN r.variant_id IS NULL AND o.variant_id <> '' AND NOT c.variant_id THEN o.sku
        ELSE coalesce(r.sku, if(c.sku, '', o.sku), '')
    END AS sku,
    (r.quantity * if($adds_units, r.copies, 1))::INTEGER AS quantity,
    if(
        c.line_total,
        r.line_total * if($adds_units, r.copies, 1),
        coalesce(r.line_total * if($adds_units, r.copies, 1), o.line_total)
    )::BIGINT AS line_total
FROM csv_speaking AS r
LEFT JOIN order_lines AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = r.order_number
    AND o.line_id = r.line_id
CROSS JOIN csv_clears AS c
WHERE r.is_known
EXCEPT
SELECT
    mall, shop_id, order_number, line_id, basket_id,
    item_id, item_number, manage_number, variant_id, item_name, choices, sku_info,
    unit_price, tax_rate, tax_included, line_status,
    sku, quantity, line_total
FROM order_lines
WHERE mall = $mall
  AND shop_id = $shop_id;
