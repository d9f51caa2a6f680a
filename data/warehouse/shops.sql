-- name: upsert_shop
-- Write what is known of a shop; what is not told now stays as it was.
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

-- name: upsert_shop_application
-- Keep an application; the same one again is made anew.
-- in:  $shop, $mail_hash, $shop_name, $shop_url, $rakuten_pay, $made_at
-- out: one row of shop_applications; what was sent stays sent
INSERT INTO shop_applications BY NAME
SELECT
    $shop AS shop,
    $mail_hash AS mail_hash,
    $shop_name AS shop_name,
    $shop_url AS shop_url,
    $rakuten_pay AS rakuten_pay,
    $made_at AS made_at,
    NULL AS sent_at
ON CONFLICT (shop, mail_hash) DO UPDATE SET
    made_at = greatest(shop_applications.made_at, excluded.made_at);

-- name: find_shop_application
-- When one application was made and sent.
-- in:  $shop, $mail_hash
-- out: made_at, sent_at; at most one row
SELECT made_at, sent_at
FROM shop_applications
WHERE shop = $shop
  AND mail_hash = $mail_hash;

-- name: mark_shop_application_sent
-- Record that a mail server took the application's mail.
-- in:  $shop, $mail_hash, $sent_at
-- out: the row of shop_applications; a first sending is not overwritten
UPDATE shop_applications SET sent_at = coalesce(sent_at, $sent_at)
WHERE shop = $shop
  AND mail_hash = $mail_hash;

-- name: delete_former_handles
-- Take away the rows of names under which nobody describes this shop any more: with two
-- rows each line of its orders stood twice on lists, and a former key's alarm never ended.
-- Their history stays.
-- in:  $shop, $mall, $shop_id, $described (the handles that anything describes)
-- out: rows gone from shops
DELETE FROM shops
WHERE mall = $mall
  AND shop_id = $shop_id
  AND shop <> $shop
  AND NOT list_contains($described::VARCHAR[], shop);

-- name: forget_closed_shops_keys
-- Leave out what is known of the keys of shops that nobody describes any more: an alarm
-- of a key that is not in use never ends. Of one that comes back the next check tells it.
-- in:  $mall, $described (the handles of the mall that anything describes)
-- out: rows of shops
UPDATE shops SET license_expires_at = NULL, connection_status = NULL
WHERE mall = $mall
  AND NOT list_contains($described::VARCHAR[], shop)
  AND (license_expires_at IS NOT NULL OR connection_status IS NOT NULL);

-- name: create_closed_shops
-- The shops that nobody describes any more: once checked, and forgotten by
-- `forget_closed_shops_keys` under each of their names.
-- in:  nothing
-- out: temporary table macro `closed_shops` (mall, shop_id)
CREATE OR REPLACE TEMP MACRO closed_shops() AS TABLE
SELECT mall, shop_id
FROM shops
GROUP BY ALL
HAVING count(checked_at) > 0 AND count(connection_status) = 0;

-- name: list_halted_shops
-- Shops that wait for a key that works, but those that a person has stopped.
-- in:  $statuses (findings about the key)
-- out: shop
SELECT shop
FROM shops
WHERE stage IS DISTINCT FROM '停止'
  AND (stage = '期限切れ' OR list_contains($statuses::VARCHAR[], connection_status))
ORDER BY shop;

-- name: list_shop_steps
-- A shop's history, oldest move first.
-- in:  $shop
-- out: stage, moved_at, who, why
SELECT stage, moved_at, who, why
FROM shop_stages
WHERE shop = $shop
ORDER BY step;

-- name: find_shop_facts
-- What the guards of a move ask.
-- in:  $shop
-- out: application_made_at, key_seen_at, told_expires_at, typed_expires_at, answered_at,
--      connection, checked_at, notices_start_at; exactly one row, NULL for what is not
--      known
SELECT
    (
        SELECT max(made_at)
        FROM shop_applications
        WHERE shop = $shop
    ) AS application_made_at,
    key.first_seen_at AS key_seen_at,
    key.told_expires_at,
    key.typed_expires_at,
    key.answered_at,
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

-- name: insert_shop_step
-- Append a move to a shop's history.
-- in:  $shop, $stage, $moved_at, $who, $why
-- out: one row of shop_stages, numbered after the shop's last
INSERT INTO shop_stages BY NAME
SELECT
    $shop AS shop,
    coalesce(max(step), 0) + 1 AS step,
    $stage AS stage,
    $moved_at AS moved_at,
    $who AS who,
    $why AS why
FROM shop_stages
WHERE shop = $shop;

-- name: set_shop_stage
-- Copy the last move of a shop's history into its row.
-- in:  $shop
-- out: the shop's row, if it has one and a history
UPDATE shops SET stage = last.stage
FROM (
    SELECT arg_max(stage, step) AS stage
    FROM shop_stages
    WHERE shop = $shop
) AS last
WHERE shops.shop = $shop
  AND last.stage IS NOT NULL;

-- name: list_shop_stages
-- Where every shop stands that has a history.
-- out: shop, stage
SELECT shop, arg_max(stage, step) AS stage
FROM shop_stages
GROUP BY shop
ORDER BY shop;

-- name: upsert_shop_key
-- Record that a key was seen in use, and when it ends if that is known.
-- in:  $shop, $key_hash, $seen_at, $told_expires_at, $typed_expires_at, $answered_at
-- out: one row of shop_keys; what is not told now stays as it was
INSERT INTO shop_keys BY NAME
SELECT
    $shop AS shop,
    $key_hash AS key_hash,
    $seen_at AS first_seen_at,
    $seen_at AS last_seen_at,
    $told_expires_at AS told_expires_at,
    $typed_expires_at AS typed_expires_at,
    $answered_at AS answered_at
ON CONFLICT (shop, key_hash) DO UPDATE SET
    last_seen_at     = greatest(shop_keys.last_seen_at, excluded.last_seen_at),
    told_expires_at  = coalesce(excluded.told_expires_at, shop_keys.told_expires_at),
    typed_expires_at = coalesce(excluded.typed_expires_at, shop_keys.typed_expires_at),
    answered_at      = coalesce(excluded.answered_at, shop_keys.answered_at);

-- name: find_shop_key
-- The fingerprint of the licence key a shop's calls use.
-- in:  $shop
-- out: key_hash, at most one row: the key seen last
SELECT key_hash
FROM shop_keys
WHERE shop = $shop
ORDER BY last_seen_at DESC, first_seen_at DESC
LIMIT 1;

-- name: find_shop_key_facts
-- What is known of one licence key.
-- in:  $shop, $key_hash
-- out: first_seen_at, told_expires_at, typed_expires_at, answered_at; at most one row
SELECT first_seen_at, told_expires_at, typed_expires_at, answered_at
FROM shop_keys
WHERE shop = $shop
  AND key_hash = $key_hash;

-- name: set_shop_licence
-- Copy the end of the key in use into a shop's row; a new key's end is
-- unknown until somebody tells it, and the old one's is no answer.
-- in:  $shop, $license_expires_at
-- out: the shop's row
UPDATE shops SET license_expires_at = $license_expires_at
WHERE shop = $shop;

-- name: insert_shop_stop
-- Record that one function refused a shop; an earlier stop of it keeps its time.
-- in:  $shop, $function_name, $codes, $stopped_at
-- out: one row of shop_stops
INSERT INTO shop_stops BY NAME
SELECT
    $shop AS shop,
    $function_name AS function_name,
    $codes AS codes,
    $stopped_at AS stopped_at
ON CONFLICT DO NOTHING;

-- name: list_shop_stops
-- The functions that a shop may not call now.
-- in:  $shop
-- out: function_name
SELECT function_name
FROM shop_stops
WHERE shop = $shop
ORDER BY function_name;

-- name: delete_shop_stops
-- Lift the stops of functions that answered.
-- in:  $shop, $functions
-- out: rows gone from shop_stops
DELETE FROM shop_stops
WHERE shop = $shop
  AND function_name IN (SELECT unnest($functions));

-- name: find_shop_warning
-- The most urgent warning given about one end of a shop's key.
-- in:  $shop, $expires_at
-- out: days, NULL = none given
SELECT min(days) AS days
FROM shop_warnings
WHERE shop = $shop
  AND expires_at = $expires_at;

-- name: insert_shop_warning
-- Record that a warning was given; twice is once.
-- in:  $shop, $expires_at, $days, $warned_at
-- out: one row of shop_warnings
INSERT INTO shop_warnings BY NAME
SELECT
    $shop AS shop,
    $expires_at AS expires_at,
    $days AS days,
    $warned_at AS warned_at
ON CONFLICT DO NOTHING;

-- name: list_shops_with_orders
-- The shops of a mall that have orders, whoever told of them.
-- in:  $mall; NULL = of every mall
-- out: shop_id
SELECT DISTINCT shop_id
FROM orders
WHERE mall = $mall OR $mall IS NULL
ORDER BY shop_id;
