-- merge_lines: write the lines of new and changed orders.
-- in:  temporary table `written`
-- out: rows of order_lines
MERGE INTO order_lines
USING (
    SELECT
        mall, shop_id, order_number,
        l.line_id, l.basket_id, l.item_id, l.item_number,
        l.manage_number, l.variant_id, l.sku, l.item_name, l.choices, l.sku_info,
        l.unit_price, l.quantity, l.tax_rate, l.restore_inventory
    FROM (
        SELECT
            mall, shop_id, order_number,
            unnest(flatten(list_transform(body.packages, lambda p: p.lines))) AS l
        FROM written
    )
) AS lines USING (mall, shop_id, order_number, line_id)
WHEN MATCHED THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;
