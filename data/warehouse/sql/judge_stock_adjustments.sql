-- judge_stock_adjustments: what becomes of each line a person named.
-- in:  view `stock_adjustments` (position, mall, shop_id, order_number, line_id, units,
--      is_done)
-- out: temporary table `stock_judged`: the line, its SKU, quantity (what moves), verdict
--      book | unknown | auto | adjusted | repeated | no-sku, was_booked (the ledger has
--      it: the line came back after it had been adjusted)
CREATE OR REPLACE TEMP TABLE stock_judged AS
WITH ledger AS (
    SELECT mall, shop_id, order_number, line_id, any_value(sku) AS sku
    FROM stock_movements
    WHERE kind = 'adjustment' AND source = 'person'
    GROUP BY ALL
)
SELECT
    a.position, a.mall, a.shop_id, a.order_number, a.line_id,
    coalesce(nullif(s.sku, ''), '(SKUなし)') AS sku,
    b.sku IS NOT NULL AS was_booked,
    if(
        a.is_done OR b.sku IS NOT NULL,
        0,
        -coalesce(a.units, l.quantity)
    )::BIGINT AS quantity,
    CASE
        WHEN row_number() OVER (
            PARTITION BY a.mall, a.shop_id, a.order_number, a.line_id ORDER BY a.position
        ) > 1 THEN 'repeated'
        WHEN l.line_id IS NULL THEN 'unknown'
        WHEN o.stock_policy <> 'manual' THEN 'auto'
        WHEN l.stock_adjusted_at IS NOT NULL THEN 'adjusted'
        WHEN s.sku = '' AND NOT a.is_done THEN 'no-sku'
        ELSE 'book'
    END AS verdict
FROM stock_adjustments AS a
LEFT JOIN order_lines AS l USING (mall, shop_id, order_number, line_id)
LEFT JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
LEFT JOIN ledger AS b USING (mall, shop_id, order_number, line_id);
