-- Orders that were cancelled within two weeks after the mall was told of their parcel, or after
-- their label was printed while no number is known; a later cancellation is a return. What
-- changes about a cancelled order later than its status is no cancellation. And orders that
-- are not shipped yet whose recipient, wish, or what is to be collected at the door, changed
-- after their label was printed; and those that wait for a payment again: a label is made of an
-- order that waits to be shipped, and of no other.
SELECT
    concat_ws('/', o.mall, o.shop_id, o.order_number),
    o.mall, o.shop_id, o.order_number, e.since,
    '発送を報告した後にキャンセルされました(送り状番号 '
        || string_agg(s.tracking_number, '、' ORDER BY s.tracking_number)
        || ')。対処: 荷物を止めてください。出荷済みの場合は、配送会社に返送を依頼して'
        || 'ください。'
FROM orders AS o
JOIN order_stands AS e USING (mall, shop_id, order_number)
JOIN shipments AS s USING (mall, shop_id, order_number)
LEFT JOIN (
    SELECT
        mall, shop_id, order_number, basket_id, tracking_number,
        max(exported_at) AS exported_at
    FROM tracking_exports
    WHERE reason IS NULL
    GROUP BY ALL
) AS x USING (mall, shop_id, order_number, basket_id, tracking_number)
WHERE (o.cancelled OR o.mall_status = '800')
  AND (
      s.state IN ('sent', 'unknown', 'verified')
      OR s.state = 'planned' AND x.exported_at IS NOT NULL
  )
  AND e.since <= coalesce(s.verified_at, s.sent_at, x.exported_at) + INTERVAL 14 DAY
GROUP BY o.mall, o.shop_id, o.order_number, e.since
UNION ALL
SELECT
    concat_ws('/', o.mall, o.shop_id, o.order_number),
    o.mall, o.shop_id, o.order_number, e.since,
    '送り状を出力した後にキャンセルされました(短縮キー '
        || string_agg(l.short_key, '、' ORDER BY l.short_key)
        || ')。対処: 荷物を止めてください。出荷前の場合は、送り状を破棄してください。'
FROM orders AS o
JOIN order_stands AS e USING (mall, shop_id, order_number)
JOIN shipping_labels AS l USING (mall, shop_id, order_number)
ANTI JOIN shipments AS s
    ON s.mall = o.mall AND s.shop_id = o.shop_id AND s.order_number = o.order_number
    AND s.state NOT IN ('planned', 'replaced')
ANTI JOIN tracking_exports AS x
    ON x.mall = o.mall AND x.shop_id = o.shop_id AND x.order_number = o.order_number
    AND x.reason IS NULL
WHERE (o.cancelled OR o.mall_status = '800')
  AND e.since <= l.exported_at + INTERVAL 14 DAY
GROUP BY o.mall, o.shop_id, o.order_number, e.since
UNION ALL
SELECT
    concat_ws('/', o.mall, o.shop_id, o.order_number),
    o.mall, o.shop_id, o.order_number, max(l.outdated_at),
    '送り状を出力した後に、お届け先・お届け希望日時・冷蔵冷凍の区分・代金引換の金額の'
        || 'いずれかが変わりました(短縮キー '
        || string_agg(l.short_key, '、' ORDER BY l.short_key)
        || ')。対処: 荷物を止めて、印刷済みの送り状を破棄してください。送り状は「もう一度'
        || '出力する」で出力できます。送り状番号を取り込んだ後は、手作業で作成してください。'
FROM orders AS o
JOIN shipping_labels AS l USING (mall, shop_id, order_number)
WHERE l.outdated_at IS NOT NULL
  AND o.outcome IS NULL
  AND (o.content_source = 'api' OR o.shipped_at IS NULL)
  AND coalesce(o.mall_status, '') <> '800'
  AND NOT o.cancelled
GROUP BY o.mall, o.shop_id, o.order_number
UNION ALL
SELECT
    concat_ws('/', o.mall, o.shop_id, o.order_number),
    o.mall, o.shop_id, o.order_number, e.since,
    '送り状を出力した後に、発送待ちではなくなりました(入金待ち、変更確定待ちなど。短縮キー '
        || string_agg(l.short_key, '、' ORDER BY l.short_key)
        || ')。対処: 発送待ちに戻るまで、発送を止めてください。出荷済みの場合は、RMSの受注画面で'
        || '支払いを確認してください。'
FROM orders AS o
JOIN order_stands AS e USING (mall, shop_id, order_number)
JOIN shipping_labels AS l USING (mall, shop_id, order_number)
WHERE o.mall = 'rakuten'
  AND o.mall_status IN ('100', '200', '400')
  AND NOT o.cancelled
GROUP BY o.mall, o.shop_id, o.order_number, e.since
HAVING count(l.outdated_at) = 0
