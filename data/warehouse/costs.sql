-- name: merge_sku_costs
-- Store what pieces of SKUs cost, from which day on.
-- in:  view `costs_told` (sku, valid_from, cost), $who, $imported_at
-- out: rows of sku_costs
INSERT INTO sku_costs BY NAME
SELECT sku, valid_from, cost, $who AS who, $imported_at AS imported_at
FROM costs_told
ON CONFLICT (sku, valid_from) DO UPDATE SET
    cost = excluded.cost,
    who = excluded.who,
    imported_at = excluded.imported_at;

-- name: list_unsold_skus
-- SKUs of the file that no order and no listing has: perhaps misspelt.
-- in:  view `costs_told`
-- out: sku
SELECT DISTINCT sku
FROM costs_told
ANTI JOIN order_lines USING (sku)
ANTI JOIN sku_map USING (sku)
ORDER BY sku;

-- name: merge_mall_fees
-- Store what malls keep of a sale, from which day on.
-- in:  view `fees_told` (mall, shop_id, valid_from, percent, each_order), $who, $imported_at
-- out: rows of mall_fees
INSERT INTO mall_fees BY NAME
SELECT
    mall, shop_id, valid_from, percent, each_order,
    $who AS who, $imported_at AS imported_at
FROM fees_told
ON CONFLICT (mall, shop_id, valid_from) DO UPDATE SET
    percent = excluded.percent,
    each_order = excluded.each_order,
    who = excluded.who,
    imported_at = excluded.imported_at;
