-- plan_stock_sku_counts: where the whole stock moves, its latest count moves along, and
-- what it leaves behind counts as none.
-- in:  temporary table `stock_sku_changes`, $change_id, $who, $note, $moved_at
-- out: temporary table `stock_counts`: sku, counted, counted_at and the cause
CREATE OR REPLACE TEMP TABLE stock_counts AS
WITH carried AS (
    SELECT DISTINCT c.sku_before, c.sku, k.counted, k.counted_at
    FROM stock_sku_changes AS c
    JOIN stock_counted AS k ON k.sku = c.sku_before
    WHERE c.carries
)
SELECT
    sku, counted, counted_at,
    'mapping' AS source, $change_id AS cause_id, $who AS who, $note AS note, $moved_at::TIMESTAMPTZ AS moved_at
FROM carried
UNION ALL
SELECT sku_before, 0, counted_at, 'emptied', $change_id, $who, $note, $moved_at::TIMESTAMPTZ
FROM carried;
