-- name: list_skus
-- Every SKU with the name of an item that sells it, the lowest level first.
-- out: sku, level, is_counted, item_name (of the latest order with one)
SELECT l.sku, l.level, l.is_counted, n.item_name
FROM stock_levels AS l
LEFT JOIN (
    SELECT sku, last(item_name ORDER BY day_jst) AS item_name
    FROM sales
    WHERE item_name IS NOT NULL
    GROUP BY sku
) AS n USING (sku)
ORDER BY l.level, l.sku;

-- name: is_sku_counted
-- Whether anybody has counted a SKU.
-- in:  $sku
-- out: is_counted; no row for a SKU that never moved
SELECT is_counted
FROM stock_levels
WHERE sku = $sku;

-- name: list_sku_ledger
-- A SKU's movements with the level after each, in the order in which they were booked.
-- in:  $sku, $most
-- out: kind, quantity, level, counted, order_number, effective_at, moved_at
SELECT kind, quantity, level, counted, order_number, effective_at, moved_at
FROM (
    SELECT *, CAST(sum(quantity) OVER (ORDER BY seq) AS BIGINT) AS level
    FROM stock_movements
    WHERE sku = $sku
)
ORDER BY seq DESC
LIMIT $most;

-- name: list_sku_listings
-- The listings of a SKU and the latest push of each; one that was superseded told nothing.
-- in:  macro `handle_of`, $sku
-- out: mall, shop, manage_number, variant_id, safety (its own, else its shop's as it was
--      pushed last; NULL where neither is known), offered, state, told_at
SELECT
    m.mall, handle_of(m.mall, m.shop_id) AS shop, m.manage_number, m.variant_id,
    coalesce(t.safety, p.safety) AS safety,
    p.offered, p.state, coalesce(p.verified_at, p.sent_at, p.planned_at) AS told_at
FROM sku_map AS m
LEFT JOIN stock_settings AS t USING (mall, shop_id, manage_number, variant_id)
LEFT JOIN (
    SELECT *
    FROM inventory_pushes
    WHERE sku = $sku
      AND state <> 'superseded'
    QUALIFY row_number() OVER (
        PARTITION BY mall, shop_id, manage_number, variant_id
        ORDER BY planned_at DESC, level_seq DESC, push_id DESC
    ) = 1
) AS p USING (mall, shop_id, manage_number, variant_id)
WHERE m.sku = $sku
ORDER BY m.mall, shop, m.manage_number, m.variant_id;
