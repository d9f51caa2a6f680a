-- Goods that came in under a SKU and went along with its listing to another one are received
-- there as well: the level has them, so what was shipped of them without an adjustment is to
-- be taken off, and the mall is to be told of them since then.

CREATE OR REPLACE VIEW lines_by_hand AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, l.sku, s.sku AS stock_sku, l.quantity,
    o.outcome, o.placed_by, o.imported_at, k.counted_at, k.received_at
FROM order_lines AS l
JOIN orders_by_hand AS o USING (mall, shop_id, order_number)
JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
LEFT JOIN (
    SELECT
        sku,
        max(effective_at) FILTER (counted IS NOT NULL) AS counted_at,
        min(effective_at) FILTER (
            kind = 'receipt'
            OR (source = 'mapping' AND order_number IS NULL AND quantity > 0)
        ) AS received_at
    FROM stock_movements
    GROUP BY sku
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
COMMENT ON COLUMN lines_by_hand.counted_at IS 'When that SKU was counted last; NULL = never';
COMMENT ON COLUMN lines_by_hand.received_at IS 'When goods of that SKU, or of one whose stock it took over, were first received; NULL = never';

CREATE OR REPLACE VIEW inventory_due AS
WITH told AS (
    SELECT mall, shop_id, manage_number, variant_id, state, level_seq, planned_at
    FROM inventory_pushes
    WHERE state <> 'superseded'
    QUALIFY row_number() OVER (
        PARTITION BY mall, shop_id, manage_number, variant_id
        ORDER BY planned_at DESC, level_seq DESC, push_id DESC
    ) = 1
)
SELECT
    m.mall, m.shop_id, m.manage_number, m.variant_id, m.sku,
    coalesce(min(x.moved_at), any_value(t.planned_at)) AS due_since
FROM sku_map AS m
JOIN stock_levels AS l USING (sku)
LEFT JOIN told AS t USING (mall, shop_id, manage_number, variant_id)
LEFT JOIN inventory_verified AS v USING (mall, shop_id, manage_number, variant_id)
LEFT JOIN inventory_holds AS h USING (mall, shop_id, manage_number, variant_id)
LEFT JOIN stock_movements AS x
    ON x.sku = m.sku
    AND if(
        v.level_seq IS NULL,
        x.kind IN ('count', 'receipt')
        OR (x.source = 'mapping' AND x.order_number IS NULL AND x.quantity > 0),
        x.seq > v.level_seq
    )
WHERE m.mall = 'rakuten'
  AND m.variant_id <> ''
  AND l.is_counted
  AND h.sku IS NULL
  AND (
      t.state IS NULL
      OR t.state IN ('planned', 'sent', 'unknown')
      OR (t.state = 'verified' AND t.level_seq < l.level_seq)
  )
GROUP BY m.mall, m.shop_id, m.manage_number, m.variant_id, m.sku;

COMMENT ON VIEW inventory_due IS 'Listings of Rakuten shops whose level the mall was not told yet; without those that it refuses or that wait for a person. A changed safety stock of the whole shop shows only in a push';
COMMENT ON COLUMN inventory_due.mall IS 'Mall of the listing: rakuten, to which alone stock is pushed';
COMMENT ON COLUMN inventory_due.shop_id IS 'Shop of the listing';
COMMENT ON COLUMN inventory_due.manage_number IS '商品管理番号, lower-cased';
COMMENT ON COLUMN inventory_due.variant_id IS 'SKU管理番号';
COMMENT ON COLUMN inventory_due.sku IS 'The SKU it sells';
COMMENT ON COLUMN inventory_due.due_since IS 'When the first movement was booked that the mall was not told';
