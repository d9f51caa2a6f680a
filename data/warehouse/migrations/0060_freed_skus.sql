-- A SKU whose stock went away with its listing may be another listing's later. Its counts of
-- before were of the former goods: they neither hide an earlier count that comes along with
-- the other listing, nor take in what that one sold or received, nor end a hold.

CREATE OR REPLACE VIEW stock_levels AS
SELECT
    sku,
    sum(quantity)::BIGINT AS level,
    max(seq) AS level_seq,
    coalesce(
        sum(quantity) FILTER (
            kind = 'receipt'
            OR (kind = 'adjustment' AND source = 'mapping' AND order_number IS NULL)
        ) > 0,
        false
    ) OR coalesce(
        max(seq) FILTER (counted IS NOT NULL)
            > coalesce(max(seq) FILTER (source = 'emptied'), 0),
        false
    ) AS is_counted
FROM stock_movements
GROUP BY sku;

COMMENT ON VIEW stock_levels IS 'What there is to sell of each SKU';
COMMENT ON COLUMN stock_levels.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN stock_levels.level IS 'Units; below zero means sold more than was counted';
COMMENT ON COLUMN stock_levels.level_seq IS 'Version of the level: its highest movement';
COMMENT ON COLUMN stock_levels.is_counted IS 'False while nobody has counted or received it, or its stock went to another SKU: such a level is no number to tell a mall';

CREATE OR REPLACE VIEW stock_counted AS
SELECT
    sku, counted,
    if(source = 'emptied', NULL, effective_at) AS counted_at,
    source, cause_id, seq
FROM (
    SELECT
        *, max(seq) FILTER (source = 'emptied') OVER (PARTITION BY sku) AS emptied_seq
    FROM stock_movements
    WHERE counted IS NOT NULL
)
WHERE seq >= coalesce(emptied_seq, 0)
QUALIFY row_number() OVER (
    PARTITION BY sku ORDER BY source = 'emptied', effective_at DESC, seq DESC
) = 1;

COMMENT ON VIEW stock_counted IS 'The latest count of each SKU, of those since its stock went to another one';
COMMENT ON COLUMN stock_counted.sku IS 'The SKU';
COMMENT ON COLUMN stock_counted.counted IS 'What was counted';
COMMENT ON COLUMN stock_counted.counted_at IS 'When; NULL where its stock went away and nobody has counted it since';
COMMENT ON COLUMN stock_counted.source IS 'count; mapping where it came from another SKU, emptied where it went to one';
COMMENT ON COLUMN stock_counted.cause_id IS 'The import that said so';
COMMENT ON COLUMN stock_counted.seq IS 'Its movement';

CREATE OR REPLACE VIEW lines_by_hand AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, l.sku, s.sku AS stock_sku, l.quantity,
    o.outcome, o.placed_by, o.imported_at, c.counted_at, k.received_at
FROM order_lines AS l
JOIN orders_by_hand AS o USING (mall, shop_id, order_number)
JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
LEFT JOIN stock_counted AS c ON c.sku = s.sku
LEFT JOIN (
    SELECT m.sku, min(m.effective_at) AS received_at
    FROM stock_movements AS m
    LEFT JOIN stock_counted AS e ON e.sku = m.sku AND e.source = 'emptied'
    WHERE (
        m.kind = 'receipt'
        OR (m.source = 'mapping' AND m.order_number IS NULL AND m.quantity > 0)
    )
      AND m.seq > coalesce(e.seq, 0)
    GROUP BY m.sku
) AS k ON k.sku = s.sku
WHERE l.stock_adjusted_at IS NULL
  AND l.quantity <> 0;

COMMENT ON VIEW lines_by_hand IS 'Lines of orders_by_hand for which nobody has adjusted stock';
COMMENT ON COLUMN lines_by_hand.mall IS 'Mall of the order';
COMMENT ON COLUMN lines_by_hand.shop_id IS 'Shop of the order';
COMMENT ON COLUMN lines_by_hand.order_number IS '受注番号';
COMMENT ON COLUMN lines_by_hand.line_id IS '商品明細ID';
COMMENT ON COLUMN lines_by_hand.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN lines_by_hand.stock_sku IS 'The SKU whose stock it sells';
COMMENT ON COLUMN lines_by_hand.quantity IS '個数 of the line';
COMMENT ON COLUMN lines_by_hand.outcome IS 'What has become of its order at the mall: shipped, or NULL while it is open';
COMMENT ON COLUMN lines_by_hand.placed_by IS 'When its order had been placed at the latest';
COMMENT ON COLUMN lines_by_hand.imported_at IS 'When its order was created in this warehouse';
COMMENT ON COLUMN lines_by_hand.counted_at IS 'When that SKU was counted last; NULL = never, or its stock went to another SKU since';
COMMENT ON COLUMN lines_by_hand.received_at IS 'When goods of that SKU, or of one whose stock it took over, were first received; NULL = never';
