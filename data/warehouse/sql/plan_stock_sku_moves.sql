-- plan_stock_sku_moves: take what the changed listings' orders moved from the SKU of
-- before to the new one, and along with it the rest where the whole stock moves. Each
-- movement keeps the moment it took effect, so both SKUs' counts mean what they meant.
-- in:  temporary table `stock_sku_changes`, $change_id, $who, $note, $moved_at
-- out: temporary table `stock_moves`, two rows for what moves and one of no units that
--      marks the change, so that the level has a new version; counts are not in it
CREATE OR REPLACE TEMP TABLE stock_moves AS
WITH of_lines AS (
    SELECT
        m.sku, c.sku AS sku_after, m.kind = 'adjustment' AS by_hand,
        m.mall, m.shop_id, m.order_number, m.line_id, m.effective_at,
        sum(m.quantity) AS quantity
    FROM stock_movements AS m
    JOIN stock_lines AS l USING (mall, shop_id, order_number, line_id)
    JOIN stock_sku_changes AS c
        ON c.mall = l.mall AND c.shop_id = l.shop_id
        AND c.manage_number = l.manage_number AND c.variant_id = l.variant_id
        AND c.sku_before = m.sku
    WHERE m.kind <> 'count'
    GROUP BY ALL
),
of_stock AS (
    SELECT
        m.sku, c.sku AS sku_after, m.kind IN ('receipt', 'adjustment') AS by_hand,
        m.mall, m.shop_id, m.order_number, m.line_id, m.effective_at,
        sum(m.quantity) AS quantity
    FROM stock_movements AS m
    JOIN (
        SELECT DISTINCT sku_before, sku FROM stock_sku_changes WHERE carries
    ) AS c ON c.sku_before = m.sku
    LEFT JOIN of_lines AS l
        ON l.sku = m.sku AND l.mall = m.mall AND l.shop_id = m.shop_id
        AND l.order_number = m.order_number AND l.line_id = m.line_id
    WHERE m.kind <> 'count'
      AND l.sku IS NULL
    GROUP BY ALL
),
moving AS (
    FROM of_lines WHERE quantity <> 0
    UNION ALL
    FROM of_stock WHERE quantity <> 0
),
sides AS (
    SELECT * EXCLUDE (sku, sku_after, quantity), sku, -quantity AS quantity
    FROM moving
    UNION ALL
    SELECT * EXCLUDE (sku, sku_after, quantity), sku_after AS sku, quantity
    FROM moving
    UNION ALL BY NAME
    SELECT DISTINCT sku, true AS by_hand, $moved_at::TIMESTAMPTZ AS effective_at, 0 AS quantity
    FROM stock_sku_changes
)
SELECT
    concat_ws('/', 'map', $change_id, row_number() OVER (
        ORDER BY sku, mall, shop_id, order_number, line_id, effective_at, by_hand, quantity
    )) AS movement_id,
    sku,
    quantity::BIGINT AS quantity,
    CASE
        WHEN by_hand THEN 'adjustment'
        WHEN quantity < 0 THEN 'order'
        ELSE 'cancellation'
    END AS kind,
    'mapping' AS source,
    mall, shop_id, order_number, line_id,
    $change_id AS cause_id, $who AS who, $note AS note,
    effective_at,
    $moved_at::TIMESTAMPTZ AS moved_at
FROM sides;
