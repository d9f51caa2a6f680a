-- gather_inventory_levels: the levels the mall has to be told. What its own sales lowered
-- is among them and costs no write: reading shows that it stands right.
-- in:  $mall, $shop_id, $safety (the shop's), $full (told ones too)
-- out: temporary table `inventory_levels`: listing, sku, level_seq, level, safety,
--      offered, expected (what the mall should show; NULL = never verified), waiting
CREATE OR REPLACE TEMP TABLE inventory_levels AS
WITH told AS (
    SELECT manage_number, variant_id, state, level_seq, offered
    FROM inventory_pushes
    WHERE mall = $mall
      AND shop_id = $shop_id
      AND state <> 'superseded'
    QUALIFY row_number() OVER (
        PARTITION BY manage_number, variant_id
        ORDER BY planned_at DESC, level_seq DESC, push_id DESC
    ) = 1
),
sold AS (
    SELECT l.manage_number, l.variant_id, sum(l.quantity) AS units
    FROM stock_lines AS l
    JOIN orders AS o USING (mall, shop_id, order_number)
    JOIN inventory_verified AS v USING (mall, shop_id, manage_number, variant_id)
    WHERE l.mall = $mall
      AND l.shop_id = $shop_id
      AND o.ordered_at > v.verified_at
      AND NOT o.cancelled
    GROUP BY l.manage_number, l.variant_id
),
waiting AS (
    SELECT s.sku, sum(w.quantity) AS units
    FROM manual_stock_adjustments AS w
    JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
    GROUP BY s.sku
),
offers AS (
    SELECT
        m.manage_number, m.variant_id, m.sku, l.level_seq, l.level,
        coalesce(s.safety, $safety)::BIGINT AS safety,
        least(greatest(l.level - coalesce(s.safety, $safety), 0), 99999)::BIGINT AS offered
    FROM sku_map AS m
    JOIN stock_levels AS l USING (sku)
    LEFT JOIN stock_settings AS s USING (mall, shop_id, manage_number, variant_id)
    WHERE m.mall = $mall
      AND m.shop_id = $shop_id
      AND m.variant_id <> ''
      AND l.is_counted
)
SELECT
    o.*,
    CASE  -- greatest() passes over a NULL
        WHEN v.found_after IS NOT NULL
            THEN greatest(v.found_after - coalesce(d.units, 0), 0)::BIGINT
    END AS expected,
    coalesce(w.units, 0)::BIGINT AS waiting
FROM offers AS o
LEFT JOIN told AS t USING (manage_number, variant_id)
LEFT JOIN inventory_verified AS v
    ON v.mall = $mall AND v.shop_id = $shop_id
    AND v.manage_number = o.manage_number AND v.variant_id = o.variant_id
LEFT JOIN sold AS d
    ON d.manage_number = o.manage_number AND d.variant_id = o.variant_id
LEFT JOIN waiting AS w ON w.sku = o.sku
WHERE $full
   OR t.state IS NULL
   OR t.state IN ('planned', 'sent', 'unknown')
   OR t.level_seq < o.level_seq
   OR t.offered <> o.offered;
