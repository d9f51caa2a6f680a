-- name: list_known_listings
-- Listings of the shop that we know of, with a variant.
-- in:  $mall, $shop_id
-- out: manage_number, variant_id
SELECT manage_number, variant_id
FROM sku_map
WHERE mall = $mall
  AND shop_id = $shop_id
  AND variant_id <> ''
UNION
SELECT manage_number, variant_id
FROM listings
WHERE mall = $mall
  AND shop_id = $shop_id
ORDER BY manage_number, variant_id;

-- name: take_listing_skus
-- Whose stock the mall's own word says each listing sells. A merchant's SKU
-- that several listings have names none of them: the listing keeps what is known, and one
-- of which nobody has said anything gets a SKU of its own, so that no order joins it to
-- the others later. A person's word stays.
-- in:  view `listings_said` (manage_number, variant_id, merchant_sku, is_shared), $mall,
--      $shop_id
-- out: temporary table `stock_skus`, only listings of which something new is said
CREATE OR REPLACE TEMP TABLE stock_skus AS
SELECT
    $mall AS mall, $shop_id AS shop_id, s.manage_number, s.variant_id,
    if(
        s.merchant_sku IS NULL OR s.is_shared,
        concat_ws('/', s.manage_number, s.variant_id),
        s.merchant_sku
    ) AS sku,
    if(s.merchant_sku IS NULL, 'default', 'order') AS source
FROM listings_said AS s
LEFT JOIN sku_map AS m
    ON m.mall = $mall AND m.shop_id = $shop_id
    AND m.manage_number = s.manage_number AND m.variant_id = s.variant_id
WHERE m.sku IS NULL
   OR (m.source = 'default' AND s.merchant_sku IS NOT NULL)
   OR (m.source = 'order' AND NOT s.is_shared AND m.sku <> s.merchant_sku);

-- name: list_listing_skus
-- What is new in the mapping.
-- in:  temporary table `stock_skus`
-- out: manage_number, variant_id, sku_before (NULL: not mapped before), sku
SELECT s.manage_number, s.variant_id, m.sku AS sku_before, s.sku
FROM stock_skus AS s
LEFT JOIN sku_map AS m USING (mall, shop_id, manage_number, variant_id)
ORDER BY s.manage_number, s.variant_id;

-- name: list_persons_skus
-- Listings whose SKU a person has set otherwise than the mall says.
-- in:  view `listings_said`, $mall, $shop_id
-- out: manage_number, variant_id, sku (the person's), merchant_sku
SELECT s.manage_number, s.variant_id, m.sku, s.merchant_sku
FROM listings_said AS s
JOIN sku_map AS m
    ON m.mall = $mall AND m.shop_id = $shop_id
    AND m.manage_number = s.manage_number AND m.variant_id = s.variant_id
WHERE m.source = 'person'
  AND m.sku <> s.merchant_sku
ORDER BY s.manage_number, s.variant_id;

-- name: merge_listings
-- What the mall says of its SKUs now.
-- in:  view `listings_said` (manage_number, variant_id, item_name, merchant_sku,
--      is_on_sale), $mall, $shop_id, $told_by, $seen_at
-- out: rows of listings
INSERT OR REPLACE INTO listings BY NAME
SELECT
    $mall AS mall, $shop_id AS shop_id, manage_number, variant_id, item_name,
    merchant_sku,
    true AS is_there,
    is_on_sale,
    $told_by AS told_by,
    $seen_at::TIMESTAMPTZ AS seen_at
FROM listings_said;

-- name: merge_listings_gone
-- Listings of which the item API said that no item has them.
-- in:  view `listings_gone` (manage_number, variant_id), $mall, $shop_id, $seen_at
-- out: rows of listings
INSERT INTO listings BY NAME
SELECT
    $mall AS mall, $shop_id AS shop_id, manage_number, variant_id, '' AS item_name,
    false AS is_there,
    false AS is_on_sale,
    'item' AS told_by,
    $seen_at::TIMESTAMPTZ AS seen_at
FROM listings_gone
ON CONFLICT DO UPDATE SET
    is_there   = false,
    is_on_sale = false,
    told_by    = 'item',
    seen_at    = excluded.seen_at;

-- name: list_listings_gone
-- Listings that no item had when the mall was asked last.
-- in:  $mall, $shop_id
-- out: manage_number, variant_id
SELECT manage_number, variant_id
FROM listings
WHERE mall = $mall
  AND shop_id = $shop_id
  AND NOT is_there;

-- name: give_up_unknown_pushes
-- Planned levels of SKUs that no item of the mall has: they are not sent.
-- in:  $push_ids, $reason
-- out: push_id of each
UPDATE inventory_pushes SET
    state  = 'unknown_sku',
    reason = $reason
WHERE list_contains($push_ids, push_id)
  AND state = 'planned'
RETURNING push_id;
