-- Parcels the mall was not told of: it refused them, or their order was cancelled. An order
-- whose cancellation was withdrawn is told again.
SELECT
    concat_ws('/', s.mall, s.shop_id, s.order_number, s.basket_id, s.tracking_number),
    s.mall, s.shop_id, s.order_number,
    if(b.since > s.changed_at, b.since, s.changed_at),
    CASE
        WHEN b.since IS NOT NULL THEN
            'キャンセルが取り下げられましたが、送り状番号を報告していません。対処: この番号で'
                || '出荷した場合は、送り状番号のファイルをもう一度取り込んでください。'
        WHEN contains(s.reason, '対処') THEN '送り状番号を報告できませんでした: ' || s.reason
        ELSE '送り状番号を報告できませんでした: '
            || coalesce(s.reason, '注文がキャンセルされています。')
            || ' 対処: RMSの受注画面で注文を確認してください。'
    END
FROM shipments AS s
LEFT JOIN (
    SELECT mall, shop_id, order_number, e.since
    FROM order_stands AS e
    JOIN orders AS o USING (mall, shop_id, order_number)
    WHERE NOT o.cancelled
      AND o.mall_status IN ('100', '200', '300', '400')
) AS b
    ON s.state = 'cancelled'
    AND b.mall = s.mall AND b.shop_id = s.shop_id
    AND b.order_number = s.order_number
WHERE s.state IN ('refused', 'cancelled')
