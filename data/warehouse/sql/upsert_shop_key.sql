-- upsert_shop_key: note that a key was seen in use, and when it ends if that is known.
-- in:  $shop, $key_hash, $seen_at, $told_expires_at, $typed_expires_at
-- out: one row of shop_keys; what is not told now stays as it was
INSERT INTO shop_keys BY NAME
SELECT
    $shop AS shop,
    $key_hash AS key_hash,
    $seen_at AS first_seen_at,
    $seen_at AS last_seen_at,
    $told_expires_at AS told_expires_at,
    $typed_expires_at AS typed_expires_at
ON CONFLICT (shop, key_hash) DO UPDATE SET
    last_seen_at     = greatest(shop_keys.last_seen_at, excluded.last_seen_at),
    told_expires_at  = coalesce(excluded.told_expires_at, shop_keys.told_expires_at),
    typed_expires_at = coalesce(excluded.typed_expires_at, shop_keys.typed_expires_at);
