-- insert_csv_lines: write the lines of a part's new orders.
-- in:  view `csv_speaking`, $mall, $shop_id, $adds_units
-- out: rows of order_lines; where a mall repeats rows for units they are added up
INSERT INTO order_lines BY NAME
SELECT
    $mall AS mall,
    $shop_id AS shop_id,
    r.order_number, r.line_id, r.basket_id, r.item_id, r.item_number,
    r.manage_number, r.variant_id,
    coalesce(r.sku, '') AS sku,
    r.item_name, r.choices, r.sku_info, r.unit_price,
    r.quantity * if($adds_units, r.copies, 1) AS quantity,
    r.line_total * if($adds_units, r.copies, 1) AS line_total,
    r.tax_rate, r.tax_included, r.line_status
FROM csv_speaking AS r
WHERE NOT r.is_known;
