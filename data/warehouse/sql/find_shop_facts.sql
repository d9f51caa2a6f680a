-- find_shop_facts: what the guards of a move ask.
-- in:  $shop
-- out: application_made_at, key_seen_at, license_expires_at, connection, checked_at,
--      notices_start_at; exactly one row, NULL for what is not known
SELECT
    (
        SELECT max(made_at)
        FROM shop_applications
        WHERE shop = $shop
    ) AS application_made_at,
    key.first_seen_at AS key_seen_at,
    coalesce(key.told_expires_at, key.typed_expires_at) AS license_expires_at,
    s.connection_status AS connection,
    s.checked_at,
    s.notices_start_at
FROM (SELECT $shop AS shop) AS asked
LEFT JOIN shops AS s USING (shop)
LEFT JOIN (
    SELECT *
    FROM shop_keys
    WHERE shop = $shop
    ORDER BY last_seen_at DESC, first_seen_at DESC
    LIMIT 1
) AS key USING (shop);
