-- Marks of which nobody knows whether RMS shows them, and cancellations whose stock RMS
-- could not put right.
SELECT
    mark_id, mall, shop_id, order_number, sent_at,
    CASE kind
        WHEN 'cancel' THEN 'キャンセル'
        WHEN 'memo' THEN 'ひとことメモ'
        ELSE 'サブステータス'
    END || 'がRMSに反映されたかどうか不明です。対処: RMSの受注画面で注文を確認してください。'
FROM order_marks
WHERE state IN ('sent', 'unknown')
UNION ALL
SELECT
    mark_id, mall, shop_id, order_number, settled_at,
    'キャンセルしましたが、RMSの在庫数が更新されていません。'
        || '対処: push-inventory を「全件」で実行し、RMSの在庫数を確認してください。'
FROM order_marks
WHERE kind = 'cancel'
  AND state = 'done'
  AND code LIKE '%WARNING\_101' ESCAPE '\'
