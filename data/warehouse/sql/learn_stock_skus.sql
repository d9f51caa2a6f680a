-- learn_stock_skus: the SKUs that the orders taken, the mall's own, show for listings of which
-- nobody has said anything yet. A person's word, and what an earlier order showed, stay.
-- in:  temporary table `stock_orders`, $mall, $shop_id
-- out: temporary table `stock_skus`: listing, sku, source; the latest order that shows a
--      SKU of the merchant's own speaks
CREATE OR REPLACE TEMP TABLE stock_skus AS
SELECT
    $mall AS mall, $shop_id AS shop_id, l.manage_number, l.variant_id,
    l.line_sku AS sku,
    if(
        l.line_sku = concat_ws('/', l.manage_number, nullif(l.variant_id, '')),
        'default',
        'order'
    ) AS source
FROM stock_lines AS l
SEMI JOIN stock_orders AS t ON t.order_number = l.order_number
JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN sku_map AS m USING (mall, shop_id, manage_number, variant_id)
WHERE l.mall = $mall
  AND l.shop_id = $shop_id
  AND l.line_sku <> ''
  AND o.stock_policy = 'auto'
  AND NOT starts_with(o.content_hash, 'csv:')
  AND (
      m.sku IS NULL
      OR (
          m.source = 'default'
          AND l.line_sku <> concat_ws('/', l.manage_number, nullif(l.variant_id, ''))
      )
  )
QUALIFY row_number() OVER (
    PARTITION BY l.manage_number, l.variant_id
    ORDER BY
        l.line_sku = concat_ws('/', l.manage_number, nullif(l.variant_id, '')),
        o.ordered_at DESC NULLS LAST, l.order_number DESC, l.line_id
) = 1;
