-- name: find_alarms
-- Every trouble that the warehouse knows of, one row a kind and shop. Of a shop that is
-- closed only what a person settles: no run of it will come and end the others.
-- in:  macros `handle_of` and `closed_shops`, $now, $quiet_since: since when a notice must
--      have come, NULL = not asked
-- out: kind, shop, what
WITH people AS (
    SELECT
        CASE
            WHEN kind = 'shop_stopped' THEN 'shop-stopped'
            WHEN kind IN ('stock_refused', 'tracking_refused') THEN 'push-refused'
            WHEN kind = 'parcel_to_stop' THEN 'parcel-to-stop'
            ELSE 'rejected'
        END AS kind,
        mall, shop_id, what,
        since, key
    FROM needs_a_person
    WHERE kind IN (
        'parcel_to_stop', 'shop_stopped', 'stock_refused', 'tracking_refused',
        'csv_reject', 'shipment_reject', 'order_refused', 'notice_refused'
    )
),
troubles AS (
    SELECT
        kind, mall, shop_id,
        what || CASE count(*) OVER (PARTITION BY kind, mall, shop_id)
            WHEN 1 THEN ''
            ELSE '(全部で' || count(*) OVER (PARTITION BY kind, mall, shop_id)
                || '件あります)'
        END AS what
    FROM people
    QUALIFY row_number() OVER (
        PARTITION BY kind, mall, shop_id ORDER BY since DESC, key
    ) = 1
    UNION ALL
    SELECT
        'licence-ending', mall, shop_id,
        'ライセンスキーの期限は' || strftime(
            timezone('Asia/Tokyo', license_expires_at), '%Y年%m月%d日'
        ) || 'です。対処: RMSで新しいキーを発行し、rms-shop ブロックに登録してください。'
    FROM shops
    WHERE license_expires_at < $now::TIMESTAMPTZ + INTERVAL 14 DAY
      AND stage IS DISTINCT FROM '停止'
    UNION ALL
    SELECT
        'notice-waiting', mall, shop_id,
        '10分を過ぎても処理できない通知が' || count(*) || '件あります。'
            || '対処: drain-notices の実行の内容を確認してください。'
    FROM notices
    WHERE settled_at IS NULL
      AND order_number IS NOT NULL
      AND received_at < $now::TIMESTAMPTZ - INTERVAL 10 MINUTE
    GROUP BY mall, shop_id
    UNION ALL
    SELECT
        'notices-silent', mall, shop_id,
        '最後の通知は' || strftime(
            timezone('Asia/Tokyo', max(received_at)), '%m月%d日 %H:%M'
        ) || 'です。対処: 受信(make receiver)が動いていること、外から届くことを'
            || '確認してください。注文は毎日の巡回で取り込みます。'
    FROM notices AS n
    GROUP BY mall, shop_id
    HAVING max(received_at) > $now::TIMESTAMPTZ - INTERVAL 7 DAY
       AND (
           max(received_at) < $quiet_since::TIMESTAMPTZ
           OR EXISTS (
               SELECT 1
               FROM alarms AS a
               WHERE a.kind = 'notices-silent'
                 AND a.shop = handle_of(n.mall, n.shop_id)
                 AND a.healed_at IS NULL
                 AND a.since > max(received_at)
           )
       )
    UNION ALL
    SELECT
        'notices-missed', mall, shop_id,
        '通知が届いていない注文が' || found_without_notice || '件ありました(取込済み)。'
            || '対処: 受信のログと、RMSの通知の設定を確認してください。'
    FROM (
        FROM loads
        WHERE source = 'api'
          AND finished_at < $now::TIMESTAMPTZ - INTERVAL 10 MINUTE  -- notices are late
        QUALIFY row_number() OVER (
            PARTITION BY mall, shop_id ORDER BY started_at DESC
        ) = 1
    ) AS latest
    WHERE found_without_notice > 0
      AND EXISTS (
          SELECT 1
          FROM notices AS n
          WHERE n.mall = latest.mall
            AND n.shop_id = latest.shop_id
            AND n.received_at < latest.started_at
      )
    UNION ALL
    SELECT
        'day-missing', l.mall, l.shop_id,
        '最後の朝の処理は' || strftime(timezone('Asia/Tokyo', l.day_at), '%m月%d日 %H:%M')
            || 'です。注文の巡回と発送報告が止まっています。対処: Prefect の画面で、'
            || 'daily/0900 のスケジュールが停止していないことを確認し、実行してください。'
    FROM (
        SELECT mall, shop_id, max(started_at) FILTER (source = 'tracking') AS day_at
        FROM loads
        GROUP BY ALL
    ) AS l
    WHERE l.day_at < $now::TIMESTAMPTZ - INTERVAL 26 HOUR
      AND EXISTS (  -- the machine was on when it was due
          SELECT 1
          FROM loads AS other
          WHERE other.mall = l.mall
            AND other.shop_id = l.shop_id
            AND other.started_at BETWEEN l.day_at + INTERVAL 24 HOUR
                AND $now::TIMESTAMPTZ - INTERVAL 1 HOUR
      )
      AND EXISTS (
          SELECT 1
          FROM shops AS s
          SEMI JOIN shop_keys USING (shop)  -- without one no morning can be
          WHERE s.mall = l.mall
            AND s.shop_id = l.shop_id
            AND coalesce(s.stage, '稼働中') = '稼働中'
      )
    UNION ALL
    SELECT
        'outcome-unknown', mall, shop_id,
        'RMSの応答がなく、届いたか不明なものが' || count(*) || '件あります。'
            || '対処: push-inventory、push-tracking を実行してください。'
            || '送る前に、RMSの内容を確認します。'
    FROM (
        SELECT mall, shop_id, sent_at
        FROM (
            FROM inventory_pushes
            WHERE state <> 'superseded'
            QUALIFY row_number() OVER (
                PARTITION BY mall, shop_id, manage_number, variant_id
                ORDER BY planned_at DESC, level_seq DESC, push_id DESC
            ) = 1
        )
        WHERE state IN ('unknown', 'sent')
        UNION ALL
        SELECT mall, shop_id, sent_at
        FROM shipments
        WHERE state IN ('unknown', 'sent')
    )
    WHERE sent_at < $now::TIMESTAMPTZ - INTERVAL 15 MINUTE
    GROUP BY mall, shop_id
)
SELECT t.kind, handle_of(t.mall, t.shop_id) AS shop, t.what
FROM troubles AS t
LEFT JOIN closed_shops() AS c USING (mall, shop_id)
WHERE c.shop_id IS NULL
   OR t.kind IN (SELECT kind FROM people)
ORDER BY ALL;

-- name: read_making_time
-- When the warehouse was made: before that there was nothing to back up.
-- out: one time
SELECT min(applied_at)
FROM schema_migrations;

-- name: list_open_alarms
-- What is broken as far as anybody was or will be told.
-- out: kind, shop, since, what
SELECT kind, shop, since, what
FROM alarms
WHERE healed_at IS NULL
ORDER BY ALL;

-- name: insert_alarm
-- Record a trouble, of which nobody was told yet.
-- in:  $kind, $shop, $since, $what
-- out: one row of alarms
INSERT INTO alarms BY NAME
SELECT
    $kind AS kind,
    $shop AS shop,
    $since AS since,
    $what AS what,
    'nothing' AS told;

-- name: heal_alarm
-- Record that a trouble is over.
-- in:  $kind, $shop, $healed_at
-- out: the row of alarms; a clock set back must not end it before it began
UPDATE alarms SET healed_at = greatest($healed_at::TIMESTAMPTZ, since)
WHERE kind = $kind
  AND shop = $shop
  AND healed_at IS NULL;

-- name: list_due_alarms
-- What somebody has to be told. What was over before anybody heard of it is not.
-- out: kind, shop, since, what, is_healed
SELECT kind, shop, since, what, healed_at IS NOT NULL AS is_healed
FROM alarms
WHERE (told = 'nothing' AND healed_at IS NULL)
   OR (told = 'broken' AND healed_at IS NOT NULL)
ORDER BY since, kind, shop;

-- name: mark_alarm_sent
-- Record what was told of a trouble.
-- in:  $kind, $shop, $since, $told
-- out: the row of alarms
UPDATE alarms SET told = $told
WHERE kind = $kind
  AND shop = $shop
  AND since = $since;
