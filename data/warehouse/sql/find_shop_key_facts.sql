-- find_shop_key_facts: what is known of one licence key.
-- in:  $shop, $key_hash
-- out: first_seen_at, license_expires_at; at most one row
SELECT
    first_seen_at,
    coalesce(told_expires_at, typed_expires_at) AS license_expires_at
FROM shop_keys
WHERE shop = $shop
  AND key_hash = $key_hash;
