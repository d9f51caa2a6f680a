-- Goods received (入荷): the same file format as a count, added to the level. No DEFAULT:
-- see the bans on ALTER TABLE in the reliability notes.

ALTER TABLE stock_count_imports ADD COLUMN kind VARCHAR;

COMMENT ON TABLE stock_count_imports IS 'One row per imported file of a count (棚卸) or of goods received (入荷)';
COMMENT ON COLUMN stock_count_imports.kind IS 'count (棚卸) or receipt (入荷); NULL = a count from before there were receipts';
COMMENT ON COLUMN stock_count_imports.skus_equal IS 'SKUs of which we knew the counted number already; of a receipt: SKUs of which nothing new came in';
COMMENT ON COLUMN stock_count_imports.skus_older IS 'SKUs whose level stayed, because a later count is known';
COMMENT ON COLUMN stock_count_imports.counted_at IS 'When it was counted, or came in';

-- Received goods that went to another SKU along with their listing are received there and
-- no more where they were; a mapping books them as adjustments that name no order.
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
        last(source ORDER BY effective_at, seq) FILTER (counted IS NOT NULL) <> 'emptied',
        false
    ) AS is_counted
FROM stock_movements
GROUP BY sku;

COMMENT ON VIEW stock_levels IS 'What there is to sell of each SKU';
COMMENT ON COLUMN stock_levels.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN stock_levels.level IS 'Units; below zero means sold more than was counted';
COMMENT ON COLUMN stock_levels.level_seq IS 'Version of the level: its highest movement';
COMMENT ON COLUMN stock_levels.is_counted IS 'False while nobody has counted or received it, or its stock went to another SKU: such a level is no number to tell a mall';
