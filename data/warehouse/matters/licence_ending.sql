-- Licence keys of which a warning was given: the next warning brings a dismissed one back.
SELECT
    s.shop, s.mall, s.shop_id, NULL, max(w.warned_at),
    '店舗「' || s.shop || '」のライセンスキーの期限が近づいています(残り'
        || min(w.days) || '日以内)。対処: RMSで新しいキーを発行し、rms-shop'
        || ' ブロックに登録してください。'
FROM shops AS s
JOIN shop_warnings AS w ON w.shop = s.shop AND w.expires_at = s.license_expires_at
WHERE s.stage IS DISTINCT FROM '停止'
GROUP BY s.shop, s.mall, s.shop_id
