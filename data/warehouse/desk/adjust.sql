-- name: list_published_waiting
-- Lines of the copy for which a person has to adjust stock, the oldest order first.
-- in:  macro `handle_of`, the copy's tables, $row_limit
-- out: shop, mall, shop_id, order_number, line_id, sku, item_name, variant_id, quantity,
--      level, booked, is_cancelled, imported_at, ordered_at, is_counted_since
WITH gone AS (
    SELECT m.mall, m.shop_id, m.order_number, m.sku, -sum(m.quantity) AS units
    FROM stock_movements AS m
    ANTI JOIN order_lines USING (mall, shop_id, order_number, line_id)
    WHERE m.kind = 'adjustment'
    GROUP BY ALL
), lines AS (
    SELECT
        w.mall, w.shop_id, w.order_number, w.line_id, w.quantity, w.imported_at,
        l.item_name, l.variant_id,
        coalesce(nullif(lower(l.manage_number), ''), l.sku) AS listing,
        coalesce(
            nullif(l.sku, ''),
            concat_ws('/', nullif(lower(l.manage_number), ''), nullif(l.variant_id, ''))
        ) AS line_sku
    FROM manual_stock_adjustments AS w
    JOIN order_lines AS l USING (mall, shop_id, order_number, line_id)
), skus AS (
    SELECT l.*, coalesce(k.sku, l.line_sku) AS stock_sku
    FROM lines AS l
    LEFT JOIN sku_map AS k
        ON k.mall = l.mall AND k.shop_id = l.shop_id
        AND k.manage_number = l.listing AND k.variant_id = coalesce(l.variant_id, '')
)
SELECT
    handle_of(w.mall, w.shop_id) AS shop,
    w.mall, w.shop_id, w.order_number, w.line_id, w.stock_sku, w.item_name,
    w.variant_id, w.quantity, v.level,
    coalesce(g.units, 0)::BIGINT AS booked,
    o.cancelled AS is_cancelled,
    w.imported_at, o.ordered_at,
    coalesce(
        c.counted_at > CASE
            WHEN o.hour_jst IS NULL THEN least(o.ordered_at + INTERVAL 24 HOURS, w.imported_at)
            ELSE coalesce(o.ordered_at, w.imported_at)
        END,
        false
    ) AS is_counted_since
FROM skus AS w
JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN stock_levels AS v ON v.sku = w.stock_sku
LEFT JOIN (
    SELECT m.sku, max(m.effective_at) AS counted_at
    FROM stock_movements AS m
    LEFT JOIN (
        SELECT sku, max(seq) AS seq
        FROM stock_movements
        WHERE source = 'emptied'
        GROUP BY sku
    ) AS e USING (sku)
    WHERE m.counted IS NOT NULL
      AND m.seq > coalesce(e.seq, 0)
    GROUP BY m.sku
) AS c ON c.sku = w.stock_sku
LEFT JOIN gone AS g
    ON g.mall = w.mall AND g.shop_id = w.shop_id
    AND g.order_number = w.order_number AND g.sku = w.stock_sku
ORDER BY coalesce(o.ordered_at, w.imported_at), w.mall, w.order_number, w.line_id
LIMIT $row_limit;

-- name: count_published_waiting
-- How many lines wait for an adjustment.
-- in:  the copy's manual_stock_adjustments
-- out: lines
SELECT count(*) FROM manual_stock_adjustments;
