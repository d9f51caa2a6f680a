-- Cancellations the mall has not settled (800 キャンセル確定待ち).
SELECT
    concat_ws('/', mall, shop_id, order_number),
    mall, shop_id, order_number, observed_at,
    'キャンセルの確定待ち(800)です。'
        || '対処: 発送を止め、RMSの受注画面でキャンセルを確認してください。'
FROM orders
WHERE mall = 'rakuten'
  AND mall_status = '800'
