-- name: read_freshness
-- Of which moment the copy is.
-- out: published_at, newest_order_at; one row
SELECT published_at, newest_order_at
FROM freshness;

-- name: list_keys
-- The shops that are known, and until when their keys are good.
-- out: shop, mall, stage, connection_status, license_expires_at
SELECT shop, mall, stage, connection_status, license_expires_at
FROM shops
ORDER BY license_expires_at NULLS LAST, shop;

-- name: list_open_matters
-- What waits for a person of one kind, longest waiting first.
-- in:  $kind, $most
-- out: key, shop (its handle, else its id), order_number, since
SELECT n.key, coalesce(s.shop, n.shop_id, '') AS shop, n.order_number, n.since
FROM needs_a_person AS n
LEFT JOIN (
    SELECT mall, shop_id, min(shop) AS shop
    FROM shops
    GROUP BY mall, shop_id
) AS s USING (mall, shop_id)
WHERE n.kind = $kind
ORDER BY n.since, n.key
LIMIT $most;
