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
-- in:  macro `handle_of`, $kind, $most
-- out: key, shop (its handle, else its id), order_number, since
SELECT key, coalesce(handle_of(mall, shop_id), '') AS shop, order_number, since
FROM needs_a_person
WHERE kind = $kind
ORDER BY since, key
LIMIT $most;
