-- find_shop_key: the fingerprint of the licence key a shop's calls use.
-- in:  $shop
-- out: key_hash, at most one row: the key seen last
SELECT key_hash
FROM shop_keys
WHERE shop = $shop
ORDER BY last_seen_at DESC, first_seen_at DESC
LIMIT 1;
