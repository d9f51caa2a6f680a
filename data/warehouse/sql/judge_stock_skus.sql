-- judge_stock_skus: which listings sell another SKU from now on, and where the stock
-- itself goes along. It does when its SKU loses the last of its listings to one other SKU
-- that has no stock of its own; of several such, the one counted last brings its stock.
-- Otherwise two counts of what may be the same goods would add up.
-- in:  temporary table `stock_skus` (listing, sku, source), one row per listing
-- out: temporary table `stock_sku_changes`: listing, sku_before, sku, carries (the whole
--      stock of sku_before moves), is_left (it has stock that stays)
CREATE OR REPLACE TEMP TABLE stock_sku_changes AS
WITH changed AS (
    SELECT n.mall, n.shop_id, n.manage_number, n.variant_id, m.sku AS sku_before, n.sku
    FROM stock_skus AS n
    JOIN sku_map AS m USING (mall, shop_id, manage_number, variant_id)
    WHERE m.sku <> n.sku
),
kept AS (
    SELECT sku
    FROM sku_map
    ANTI JOIN changed USING (mall, shop_id, manage_number, variant_id)
    UNION
    SELECT sku FROM stock_skus
),
own_stock AS (
    SELECT m.sku, max(m.effective_at) FILTER (m.counted IS NOT NULL) AS counted_at
    FROM stock_movements AS m
    LEFT JOIN stock_counted AS k USING (sku)
    -- What its stock went away from has none of its own, until the next count or receipt.
    WHERE NOT coalesce(k.source = 'emptied' AND m.seq <= k.seq, false)
    GROUP BY m.sku
    HAVING count(m.counted) > 0
        OR sum(m.quantity) FILTER (
            m.kind = 'receipt' OR (m.kind = 'adjustment' AND m.order_number IS NULL)
        ) > 0
),
emptied AS (
    SELECT sku_before, any_value(sku) AS sku
    FROM changed
    GROUP BY sku_before
    HAVING count(DISTINCT sku) = 1
),
carried AS (
    SELECT e.sku_before
    FROM emptied AS e
    JOIN own_stock AS a ON a.sku = e.sku_before
    WHERE e.sku_before NOT IN (SELECT sku FROM kept)
      AND e.sku NOT IN (SELECT sku FROM own_stock)
    QUALIFY row_number() OVER (
        PARTITION BY e.sku ORDER BY a.counted_at DESC NULLS LAST, e.sku_before
    ) = 1
)
SELECT
    c.*,
    c.sku_before IN (SELECT sku_before FROM carried) AS carries,
    c.sku_before NOT IN (SELECT sku_before FROM carried)
        AND c.sku_before NOT IN (SELECT sku FROM kept)
        AND c.sku_before IN (SELECT sku FROM own_stock) AS is_left
FROM changed AS c;
