-- name: list_csv_known_lines
-- The stored lines of a part's known orders, to match the file's with.
-- in:  temporary table `csv_orders`, $part, $mall, $shop_id
-- out: order_number, line_id, mall_line_id (NULL: no file has told it), what lines are
--      matched by (data.warehouse.order_files.line_match), and line_total
SELECT
    l.order_number, l.line_id,
    if(l.mall_line_id IS NULL, l.line_id, nullif(l.mall_line_id, '')) AS mall_line_id,
    l.basket_id,
    nullif(l.sku, '') AS sku,
    l.choices, l.item_name, l.unit_price,
    l.item_id, l.item_number, nullif(l.manage_number, '') AS manage_number,
    nullif(l.variant_id, '') AS variant_id,
    l.quantity::BIGINT AS quantity,
    l.line_total
FROM order_lines AS l
SEMI JOIN (
    SELECT order_number FROM csv_orders WHERE part = $part AND is_known
) AS o ON o.order_number = l.order_number
WHERE l.mall = $mall
  AND l.shop_id = $shop_id;
