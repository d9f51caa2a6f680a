-- What a mall was not told yet, of the shops whose stock we push: Rakuten's.

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
    AND if(v.level_seq IS NULL, x.kind IN ('count', 'receipt'), x.seq > v.level_seq)
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
