-- Parcels the mall was not told of: it refused them, or their order was cancelled.
SELECT
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
