-- Orders at a status of Rakuten's that data.model.order.RMS_STATUS does not have.
SELECT
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
