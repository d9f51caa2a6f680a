-- Orders that only a CSV knows, until they are shipped or cancelled.
SELECT
    concat_ws('/', mall, shop_id, order_number),
    mall, shop_id, order_number, missing_since,
    'CSVで取り込んだ注文ですが、RMSにありません。'
        || '対処: 注文番号と店舗をRMSの受注画面で確認してください。'
FROM orders_not_at_mall
WHERE status NOT IN ('出荷済', 'キャンセル')
