-- Shops that nobody calls for: a check that fails again brings a dismissed one back. The
-- words are data.model.shops.connection.STOPS_CALLS; 停止 is a person's own decision.
SELECT
    shop, mall, shop_id, NULL, coalesce(checked_at, updated_at),
    '店舗「' || shop || '」はRMSを呼び出せないため、止まっています。'
        || '対処: check-connection/0850 を実行し、報告に従ってください。'
FROM shops
WHERE stage IS DISTINCT FROM '停止'
  AND (
      stage = '期限切れ'
      OR connection_status IN (
          'key-ended', 'secret', 'key', 'key-or-secret', 'shop-number'
      )
  )
