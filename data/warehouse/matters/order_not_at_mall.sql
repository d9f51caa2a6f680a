-- Orders that only a CSV knows, until they are shipped or cancelled, also where only the
-- mall's word says so: a CSV leaves an order that it creates at 受注処理中.
SELECT
    concat_ws('/', mall, shop_id, order_number),
    mall, shop_id, order_number, missing_since,
    'CSVで取り込んだ注文ですが、RMSにありません。'
        || '対処: 注文番号と店舗をRMSの受注画面で確認してください。'
FROM orders_not_at_mall
SEMI JOIN (
    SELECT mall, shop_id, order_number FROM orders WHERE outcome IS NULL
) AS o USING (mall, shop_id, order_number)
WHERE status NOT IN ('出荷済', 'キャンセル')
