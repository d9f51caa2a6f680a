-- name: list_stock_waiting
-- Lines for which a person has to adjust stock, longest waiting first.
-- in:  $shop_id
-- out: mall, shop_id, order_number, line_id, sku, item_name, quantity, level, booked,
--      is_cancelled, imported_at, ordered_at, is_counted_since
WITH gone AS (
    SELECT m.mall, m.shop_id, m.order_number, m.sku, -sum(m.quantity) AS units
    FROM stock_movements AS m
    ANTI JOIN order_lines USING (mall, shop_id, order_number, line_id)
    WHERE m.kind = 'adjustment'
      AND m.shop_id = $shop_id
    GROUP BY ALL
)
SELECT
    w.mall, w.shop_id, w.order_number, w.line_id, s.sku, l.item_name, w.quantity,
    v.level,
    coalesce(g.units, 0)::BIGINT AS booked,
    o.cancelled AS is_cancelled,
    w.imported_at, o.ordered_at,
    coalesce(c.counted_at > p.placed_by, false) AS is_counted_since
FROM manual_stock_adjustments AS w
JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
JOIN order_lines AS l USING (mall, shop_id, order_number, line_id)
JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN orders_by_hand AS p USING (mall, shop_id, order_number)
LEFT JOIN stock_levels AS v ON v.sku = s.sku
LEFT JOIN stock_counted AS c ON c.sku = s.sku
LEFT JOIN gone AS g
    ON g.mall = w.mall AND g.shop_id = w.shop_id
    AND g.order_number = w.order_number AND g.sku = s.sku
WHERE w.shop_id = $shop_id
ORDER BY w.imported_at, w.mall, w.order_number, w.line_id;

-- name: judge_stock_adjustments
-- What becomes of each line a person named.
-- in:  view `stock_adjustments` (position, mall, shop_id, order_number, line_id, units,
--      is_done)
-- out: temporary table `stock_judged`: the line, its SKU, quantity (what moves), verdict
--      book | unknown | auto | adjusted | over | repeated | no-sku, was_booked (the ledger has
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
        WHEN w.line_id IS NULL THEN 'over'
        WHEN s.sku = '' AND NOT a.is_done THEN 'no-sku'
        ELSE 'book'
    END AS verdict
FROM stock_adjustments AS a
LEFT JOIN order_lines AS l USING (mall, shop_id, order_number, line_id)
LEFT JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
LEFT JOIN manual_stock_adjustments AS w USING (mall, shop_id, order_number, line_id)
LEFT JOIN ledger AS b USING (mall, shop_id, order_number, line_id);

-- name: learn_stock_adjusted_skus
-- A person booked these lines under these SKUs; their listings sell
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

-- name: plan_stock_adjustments
-- The movements of the lines that are booked. A person decides after every count that is
-- booked: by a clock that is behind one, the count would have seen the pieces.
-- in:  temporary table `stock_judged`, $adjustment_id, $who, $note, $at
-- out: temporary table `stock_moves`; a line adjusted elsewhere moves 0 and is signed
CREATE OR REPLACE TEMP TABLE stock_moves AS
SELECT
    concat_ws('/', 'adjust', j.mall, j.shop_id, j.order_number, j.line_id) AS movement_id,
    coalesce(nullif(l.sku, ''), j.sku) AS sku,
    j.quantity,
    'adjustment' AS kind,
    'person' AS source,
    j.mall, j.shop_id, j.order_number, j.line_id,
    $adjustment_id AS cause_id, $who AS who, $note AS note,
    greatest($at::TIMESTAMPTZ, c.counted_at + INTERVAL 1 MICROSECOND) AS effective_at,
    $at::TIMESTAMPTZ AS moved_at
FROM stock_judged AS j
JOIN stock_lines AS l USING (mall, shop_id, order_number, line_id)
LEFT JOIN stock_counted AS c ON c.sku = coalesce(nullif(l.sku, ''), j.sku)
WHERE j.verdict = 'book'
  AND NOT j.was_booked;

-- name: mark_stock_adjusted_lines
-- Booked lines wait no longer.
-- in:  temporary table `stock_judged`, $at
-- out: rows of order_lines
UPDATE order_lines AS l SET stock_adjusted_at = $at
FROM stock_judged AS j
WHERE j.verdict = 'book'
  AND l.mall = j.mall
  AND l.shop_id = j.shop_id
  AND l.order_number = j.order_number
  AND l.line_id = j.line_id;

-- name: list_stock_adjusted
-- The lines that wait no longer, what they moved, and the level after all of them.
-- in:  temporary tables `stock_judged`, `stock_moves`, stock_levels
-- out: mall, shop_id, order_number, line_id, sku, quantity, level
SELECT
    j.mall, j.shop_id, j.order_number, j.line_id,
    coalesce(m.sku, j.sku) AS sku,
    j.quantity,
    v.level
FROM stock_judged AS j
LEFT JOIN stock_moves AS m USING (mall, shop_id, order_number, line_id)
LEFT JOIN stock_levels AS v ON v.sku = coalesce(m.sku, j.sku)
WHERE j.verdict = 'book'
ORDER BY j.position;

-- name: list_stock_not_adjusted
-- The lines that were left as they were.
-- in:  temporary table `stock_judged`
-- out: mall, shop_id, order_number, line_id, verdict
SELECT mall, shop_id, order_number, line_id, verdict
FROM stock_judged
WHERE verdict <> 'book'
ORDER BY position;

-- name: list_stock_waiting_long
-- Shops where lines have waited for a person since before then.
-- in:  $before
-- out: mall, shop_id, lines, since (when the first of them was imported)
SELECT mall, shop_id, count(*) AS lines, min(imported_at) AS since
FROM manual_stock_adjustments
WHERE imported_at < $before
GROUP BY mall, shop_id
ORDER BY mall, shop_id;
