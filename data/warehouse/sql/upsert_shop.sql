-- upsert_shop: write what is known of a shop; what is not told now stays as it was.
-- in:  $shop, $mall, $shop_id, $stage, $connection_status, $checked_at,
--      $license_expires_at, $notices_start_at, $updated_at
-- out: one row of shops
INSERT INTO shops BY NAME
SELECT
    $shop AS shop,
    $mall AS mall,
    $shop_id AS shop_id,
    $stage AS stage,
    $connection_status AS connection_status,
    $checked_at AS checked_at,
    $license_expires_at AS license_expires_at,
    $notices_start_at AS notices_start_at,
    $updated_at AS updated_at
ON CONFLICT (shop) DO UPDATE SET
    mall               = excluded.mall,
    shop_id            = excluded.shop_id,
    stage              = coalesce(excluded.stage, shops.stage),
    connection_status  = coalesce(excluded.connection_status, shops.connection_status),
    checked_at         = coalesce(excluded.checked_at, shops.checked_at),
    license_expires_at = coalesce(excluded.license_expires_at, shops.license_expires_at),
    notices_start_at   = coalesce(excluded.notices_start_at, shops.notices_start_at),
    updated_at         = excluded.updated_at;
