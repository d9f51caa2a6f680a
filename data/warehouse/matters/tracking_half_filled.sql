-- Orders at 300 whose number stands at the mall beside a row with an empty cell: the
-- night job will not close them. A parcel of ours that has no number lacks none.
SELECT
    concat_ws('/', o.mall, o.shop_id, o.order_number),
    o.mall, o.shop_id, o.order_number, max(s.verified_at),
    '送り状番号を報告しましたが、RMSの発送情報に空欄のある行が残っているため、'
        || '発送済みになりません。対処: RMSの画面で空欄を入力するか、行を削除してください。'
FROM orders AS o
JOIN shipments AS s USING (mall, shop_id, order_number)
JOIN order_packages AS p USING (mall, shop_id, order_number)
LEFT JOIN (
    SELECT mall, shop_id, order_number, list(shipping_detail_id) AS rows
    FROM shipments
    WHERE tracking_number = 'なし' AND state = 'verified'
    GROUP BY mall, shop_id, order_number
) AS u USING (mall, shop_id, order_number)
WHERE o.mall_status = '300'
  AND s.state = 'verified'
  AND len(list_filter(
      p.shipping_rows,
      lambda r: coalesce(r.carrier_code, '') = ''
          OR coalesce(r.tracking_number, '') = ''
              AND NOT coalesce(list_contains(u.rows, r.shipping_detail_id), false)
          OR r.shipping_date IS NULL
  )) > 0
GROUP BY o.mall, o.shop_id, o.order_number
