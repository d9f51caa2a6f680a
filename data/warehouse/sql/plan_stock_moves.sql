-- plan_stock_moves: what the orders taken ask of the ledger. Every line of a live
-- `auto` order takes its units from its SKU, every other line nothing; what is missing
-- or too much moves. So replays and reordered snapshots plan nothing.
-- An order whose present content a CSV import wrote is left as it is until the mall's
-- own answer replaces it: a CSV never moves stock (design: rule 6.4).
-- in:  temporary table `stock_orders`, $mall, $shop_id, $moved_at
-- out: temporary table `stock_moves`. A new order's goods are gone since it was placed;
--      a change's since we asked
CREATE OR REPLACE TEMP TABLE stock_moves AS
WITH judged AS (
    SELECT mall, shop_id, order_number, cancelled, ordered_at, observed_at
    FROM orders
    SEMI JOIN stock_orders USING (order_number)
    WHERE mall = $mall
      AND shop_id = $shop_id
      AND stock_policy = 'auto'
      AND NOT starts_with(content_hash, 'csv:')
),
moved AS (
    SELECT
        order_number, line_id, sku,
        sum(quantity) AS quantity,
        count(*) AS movements
    FROM stock_movements
    SEMI JOIN stock_orders USING (order_number)
    WHERE mall = $mall
      AND shop_id = $shop_id
      AND kind IN ('order', 'cancellation')
    GROUP BY order_number, line_id, sku
),
wanted AS (
    SELECT l.order_number, l.line_id, l.sku, -l.quantity AS quantity
    FROM stock_lines AS l
    SEMI JOIN (SELECT * FROM judged WHERE NOT cancelled) AS o
        ON o.order_number = l.order_number
    WHERE l.mall = $mall
      AND l.shop_id = $shop_id
      AND l.sku <> ''
),
differing AS (
    SELECT
        order_number, line_id, sku,
        coalesce(w.quantity, 0) - coalesce(m.quantity, 0) AS quantity
    FROM wanted AS w
    FULL JOIN moved AS m USING (order_number, line_id, sku)
    WHERE coalesce(w.quantity, 0) <> coalesce(m.quantity, 0)
),
before AS (
    SELECT order_number, line_id, sum(movements) AS movements
    FROM moved
    GROUP BY order_number, line_id
)
SELECT
    concat_ws(
        '/', 'line', $mall, $shop_id, d.order_number, d.line_id,
        coalesce(b.movements, 0) + row_number() OVER (
            PARTITION BY d.order_number, d.line_id ORDER BY d.quantity DESC, d.sku
        )
    ) AS movement_id,
    d.sku,
    d.quantity::BIGINT AS quantity,
    if(d.quantity < 0, 'order', 'cancellation') AS kind,
    'api' AS source,
    $mall AS mall, $shop_id AS shop_id, d.order_number, d.line_id,
    NULL::VARCHAR AS cause_id, NULL::VARCHAR AS who, NULL::VARCHAR AS note,
    if(
        d.order_number IN (SELECT order_number FROM before),
        o.observed_at,
        coalesce(o.ordered_at, o.observed_at)
    ) AS effective_at,
    $moved_at::TIMESTAMPTZ AS moved_at
FROM differing AS d
JOIN judged AS o USING (order_number)
LEFT JOIN before AS b USING (order_number, line_id);
