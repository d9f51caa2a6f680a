-- What waits for a person, in one list, and how something is taken off it.
--
-- A kind is one branch of the view `for_a_person`. To add one, put `for_a_person` whole,
-- with its new branch, into a new migration (CREATE OR REPLACE VIEW and its comments), and
-- its name into data.model.matter.MatterKind. What a branch promises: docs/rules.md 6.9.
-- `needs_a_person` is that list less what was dismissed, and needs no change for it.
--
-- No function in a CHECK: after a kill right behind the commit DuckDB 2.0.1 cannot open
-- the file, because it has not loaded its functions when it replays the statement.

CREATE TABLE dismissals (
    kind         VARCHAR     NOT NULL CHECK (kind <> ''),
    key          VARCHAR     NOT NULL CHECK (key <> ''),
    mall         VARCHAR,
    shop_id      VARCHAR,
    order_number VARCHAR,
    since        TIMESTAMPTZ NOT NULL,
    what         VARCHAR     NOT NULL,
    who          VARCHAR     NOT NULL CHECK (who <> ''),
    note         VARCHAR     NOT NULL CHECK (note <> ''),
    dismissed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (kind, key, dismissed_at),
    CHECK (since <= dismissed_at)
);

COMMENT ON TABLE dismissals IS 'What a person took off needs_a_person, append-only: it stays off until it breaks anew after dismissed_at';
COMMENT ON COLUMN dismissals.kind IS 'Kind of the matter';
COMMENT ON COLUMN dismissals.key IS 'Which one of its kind';
COMMENT ON COLUMN dismissals.mall IS 'Mall it was about';
COMMENT ON COLUMN dismissals.shop_id IS 'Shop it was about';
COMMENT ON COLUMN dismissals.order_number IS '受注番号 it was about; NULL if about none';
COMMENT ON COLUMN dismissals.since IS 'Since when it had waited';
COMMENT ON COLUMN dismissals.what IS 'What the list said of it';
COMMENT ON COLUMN dismissals.who IS 'Who took it off: a role';
COMMENT ON COLUMN dismissals.note IS 'Why, in their words';
COMMENT ON COLUMN dismissals.dismissed_at IS 'When';

CREATE VIEW for_a_person AS
-- Orders of a mall's file that were set aside, until a later file or the mall brings them.
SELECT
    'csv_reject' AS kind,
    concat_ws('/', i.mall, i.shop_id, r.order_number) AS key,
    i.mall, i.shop_id, r.order_number,
    max(i.imported_at) AS since,
    '注文CSV「' || last(i.file_name ORDER BY i.imported_at) || '」の'
        || last(r.row_number ORDER BY i.imported_at, r.row_number DESC) || '行目'
        || last(
            coalesce('「' || r.column_name || '」', '')
            ORDER BY i.imported_at, r.row_number DESC
        ) || ': '
        || last(r.reason ORDER BY i.imported_at, r.row_number DESC)
        || ' 対処: 行を修正して、もう一度取り込んでください。' AS what
FROM csv_rejects AS r
JOIN csv_imports AS i USING (import_id)
LEFT JOIN orders AS o
    ON o.mall = i.mall AND o.shop_id = i.shop_id AND o.order_number = r.order_number
LEFT JOIN order_sightings AS g
    ON g.mall = i.mall AND g.shop_id = i.shop_id AND g.order_number = r.order_number
WHERE r.order_number IS NOT NULL
  AND coalesce(greatest(o.updated_at, g.seen_at) <= i.imported_at, true)
GROUP BY i.mall, i.shop_id, r.order_number
UNION ALL
-- Rows of a mall's file that tell no order, until a file of that name comes again.
SELECT
    'csv_reject', i.import_id, i.mall, i.shop_id, NULL, any_value(i.imported_at),
    '注文CSV「' || any_value(i.file_name) || '」の' || count(DISTINCT r.row_number)
        || '行を取り込めませんでした(' || min(r.row_number) || '行目: '
        || first(r.reason ORDER BY r.row_number)
        || ') 対処: 行を修正して、もう一度取り込んでください。'
FROM csv_rejects AS r
JOIN csv_imports AS i USING (import_id)
WHERE r.order_number IS NULL
  AND NOT EXISTS (
      SELECT 1
      FROM csv_imports AS later
      WHERE later.mall = i.mall
        AND later.shop_id = i.shop_id
        AND later.file_name = i.file_name
        AND later.imported_at > i.imported_at
  )
GROUP BY i.import_id, i.mall, i.shop_id
UNION ALL
-- Rows of a carrier's file that were set aside, until a file of that name comes again.
SELECT
    'shipment_reject', i.import_id, i.mall, i.shop_id, NULL, any_value(i.imported_at),
    '送り状のファイル「' || any_value(i.file_name) || '」の'
        || count(DISTINCT r.row_number) || '行を取り込めませんでした('
        || min(r.row_number) || '行目: ' || first(r.reason ORDER BY r.row_number)
        || ') 対処: 行を修正して、または注文を取り込んでから、もう一度取り込んでください。'
FROM shipment_rejects AS r
JOIN shipment_imports AS i USING (import_id)
WHERE NOT EXISTS (
    SELECT 1
    FROM shipment_imports AS later
    WHERE later.mall = i.mall
      AND later.shop_id = i.shop_id
      AND later.file_name = i.file_name
      AND later.imported_at > i.imported_at
)
GROUP BY i.import_id, i.mall, i.shop_id
UNION ALL
-- Lines of a CSV's orders for which nobody has adjusted stock. A key for each line, so
-- that a line which comes to an order later is a matter of its own.
SELECT
    'stock_adjustment',
    concat_ws('/', mall, shop_id, order_number, line_id),
    mall, shop_id, order_number, imported_at,
    'CSVで登録した注文の在庫が調整されていません(SKU '
        || coalesce(nullif(sku, ''), '不明') || '、' || quantity
        || '個)。対処: adjust-stock/manual を実行してください。'
FROM manual_stock_adjustments
UNION ALL
-- Orders that only a CSV knows, until they are shipped or cancelled.
SELECT
    'order_not_at_mall',
    concat_ws('/', mall, shop_id, order_number),
    mall, shop_id, order_number, missing_since,
    'CSVで取り込んだ注文ですが、RMSにありません。'
        || '対処: 注文番号と店舗をRMSの受注画面で確認してください。'
FROM orders_not_at_mall
WHERE status NOT IN ('出荷済', 'キャンセル')
UNION ALL
-- Notices that were given up, while their order is not stored: a new one brings it back.
SELECT
    'notice_refused',
    concat_ws('/', n.mall, n.shop_id, n.order_number),
    n.mall, n.shop_id, n.order_number, max(n.settled_at),
    '通知は届きましたが、注文を取得できませんでした: ' || any_value(r.reason)
FROM notices AS n
JOIN order_refusals AS r USING (mall, shop_id, order_number)
ANTI JOIN orders_not_at_mall AS c USING (mall, shop_id, order_number)
WHERE n.reason IN ('refused', 'exhausted')
  AND r.settled_at IS NULL
GROUP BY n.mall, n.shop_id, n.order_number
UNION ALL
-- Orders that could not be taken and that are in neither of the two branches above.
SELECT
    'order_refused',
    concat_ws('/', r.mall, r.shop_id, r.order_number),
    r.mall, r.shop_id, r.order_number, r.first_seen_at,
    '注文を取得できませんでした: ' || r.reason
FROM order_refusals AS r
ANTI JOIN orders_not_at_mall AS c USING (mall, shop_id, order_number)
ANTI JOIN (
    SELECT mall, shop_id, order_number
    FROM notices
    WHERE reason IN ('refused', 'exhausted')
) AS n USING (mall, shop_id, order_number)
WHERE r.settled_at IS NULL
UNION ALL
-- Orders whose money the mall shows as open.
SELECT
    'amounts_open',
    concat_ws('/', mall, shop_id, order_number),
    mall, shop_id, order_number, coalesce(ordered_at, imported_at),
    '送料などの金額が未確定です。対処: RMSで金額を確定してください。'
        || '確定するまで、注文確認はできません。'
FROM orders
WHERE NOT amounts_fixed
  AND NOT cancelled
  AND status NOT IN ('出荷済', 'キャンセル')
UNION ALL
-- Orders at a status of Rakuten's that data.model.order.RMS_STATUS does not have.
SELECT
    'status_unknown',
    concat_ws('/', mall, shop_id, order_number),
    mall, shop_id, order_number, observed_at,
    'ステータス「' || mall_status || '」は不明なため、「保留」として保存しました。'
        || '対処: RMSの受注画面でステータスを確認してください。'
FROM orders
WHERE mall = 'rakuten'
  AND source = 'api'
  AND mall_status NOT IN (
      '100', '200', '300', '400', '500', '600', '700', '800', '900'
  )
UNION ALL
-- Cancellations the mall has not settled (800 キャンセル確定待ち).
SELECT
    'cancel_request',
    concat_ws('/', mall, shop_id, order_number),
    mall, shop_id, order_number, observed_at,
    'キャンセルの確定待ち(800)です。'
        || '対処: 発送を止め、RMSの受注画面でキャンセルを確認してください。'
FROM orders
WHERE mall = 'rakuten'
  AND mall_status = '800'
UNION ALL
-- Listings whose latest level the mall refused or does not have.
SELECT
    'stock_refused',
    concat_ws('/', mall, shop_id, manage_number, variant_id),
    mall, shop_id, NULL, coalesce(sent_at, planned_at),
    '在庫を転送できませんでした(商品管理番号 ' || manage_number || '、SKU管理番号 '
        || variant_id || '): ' || CASE
            WHEN contains(reason, '対処') THEN reason
            ELSE coalesce(reason, 'RMSにこのSKUがありません。')
                || ' 対処: RMSの商品とSKUを確認し、push-inventory を「全件」で'
                || '実行してください。'
        END
FROM (
    FROM inventory_pushes
    WHERE state <> 'superseded'
    QUALIFY row_number() OVER (
        PARTITION BY mall, shop_id, manage_number, variant_id
        ORDER BY planned_at DESC, level_seq DESC, push_id DESC
    ) = 1
)
WHERE state IN ('refused', 'unknown_sku')
UNION ALL
-- Parcels the mall was not told of: it refused them, or their order was cancelled.
SELECT
    'tracking_refused',
    concat_ws('/', mall, shop_id, order_number, basket_id, tracking_number),
    mall, shop_id, order_number, changed_at,
    '送り状番号を報告できませんでした: '
        || CASE
            WHEN contains(reason, '対処') THEN reason
            ELSE coalesce(reason, '注文がキャンセルされています。')
                || ' 対処: RMSの受注画面で注文を確認してください。'
        END
FROM shipments
WHERE state IN ('refused', 'cancelled')
UNION ALL
-- Orders the mall still had at 300 a day after it showed every parcel of ours.
SELECT
    'tracking_not_closed',
    concat_ws('/', s.mall, s.shop_id, s.order_number),
    s.mall, s.shop_id, s.order_number, max(s.verified_at),
    'すべての荷物を報告しましたが、発送待ち(300)のままです。'
        || '対処: 不足している行をRMSの画面で入力するか、削除してください。'
FROM shipments AS s
JOIN orders AS o USING (mall, shop_id, order_number)
JOIN order_sightings AS g USING (mall, shop_id, order_number)
WHERE o.mall_status = '300'
  AND s.state NOT IN ('replaced', 'cancelled')
GROUP BY s.mall, s.shop_id, s.order_number
HAVING bool_and(s.state = 'verified')
   AND max(g.seen_at) >= max(s.verified_at) + INTERVAL 1 DAY
UNION ALL
-- Shops that nobody calls for: a check that fails again brings a dismissed one back. The
-- words are data.model.connection.STOPS_CALLS; 停止 is a person's own decision.
SELECT
    'shop_stopped', shop, mall, shop_id, NULL, coalesce(checked_at, updated_at),
    '店舗「' || shop || '」はRMSを呼び出せないため、止まっています。'
        || '対処: check-connection/0850 を実行し、報告に従ってください。'
FROM shops
WHERE stage IS DISTINCT FROM '停止'
  AND (
      stage = '期限切れ'
      OR connection_status IN (
          'key-ended', 'secret', 'key', 'key-or-secret', 'function-off'
      )
  )
UNION ALL
-- Licence keys of which a warning was given: the next warning brings a dismissed one back.
SELECT
    'licence_ending', s.shop, s.mall, s.shop_id, NULL, max(w.warned_at),
    '店舗「' || s.shop || '」のライセンスキーの期限が近づいています(残り'
        || min(w.days) || '日以内)。対処: RMSで新しいキーを発行し、登録してください。'
FROM shops AS s
JOIN shop_warnings AS w ON w.shop = s.shop AND w.expires_at = s.license_expires_at
WHERE s.stage IS DISTINCT FROM '停止'
GROUP BY s.shop, s.mall, s.shop_id;

COMMENT ON VIEW for_a_person IS 'Everything a person must act on, dismissed or not; one branch a kind';
COMMENT ON COLUMN for_a_person.kind IS 'Kind, one of data.model.matter.MatterKind';
COMMENT ON COLUMN for_a_person.key IS 'Which one of its kind; the parameter key of the flow dismiss';
COMMENT ON COLUMN for_a_person.mall IS 'Mall it is about';
COMMENT ON COLUMN for_a_person.shop_id IS 'Shop it is about';
COMMENT ON COLUMN for_a_person.order_number IS '受注番号 it is about; NULL if about none';
COMMENT ON COLUMN for_a_person.since IS 'Since when it waits; later when it breaks anew';
COMMENT ON COLUMN for_a_person.what IS 'What happened and what to do, in Japanese for staff, without personal data';

CREATE VIEW needs_a_person AS
SELECT m.kind, m.key, m.mall, m.shop_id, m.order_number, m.since, m.what
FROM for_a_person AS m
WHERE NOT EXISTS (
    SELECT 1
    FROM dismissals AS d
    WHERE d.kind = m.kind
      AND d.key = m.key
      AND d.dismissed_at >= m.since
);

COMMENT ON VIEW needs_a_person IS 'What waits for a person now: for_a_person less what was dismissed since it broke';
COMMENT ON COLUMN needs_a_person.kind IS 'Kind, one of data.model.matter.MatterKind';
COMMENT ON COLUMN needs_a_person.key IS 'Which one of its kind; the parameter key of the flow dismiss';
COMMENT ON COLUMN needs_a_person.mall IS 'Mall it is about';
COMMENT ON COLUMN needs_a_person.shop_id IS 'Shop it is about';
COMMENT ON COLUMN needs_a_person.order_number IS '受注番号 it is about; NULL if about none';
COMMENT ON COLUMN needs_a_person.since IS 'Since when it waits';
COMMENT ON COLUMN needs_a_person.what IS 'What happened and what to do, in Japanese for staff, without personal data';
