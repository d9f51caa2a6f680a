-- Functions that refused a shop while its key was good: the others go on.
SELECT
    concat_ws('/', f.shop, f.function_name), s.mall, s.shop_id, NULL, f.stopped_at,
    '店舗「' || f.shop || '」は、RMSの機能 ' || f.function_name
        || ' を使えないため、この機能だけを止めています。ほかの機能は動いています。'
        || '対処: RMSの利用機能編集でオンにし、check-connection/0850 を実行してください。'
FROM shop_stops AS f
JOIN shops AS s USING (shop)
WHERE s.stage IS DISTINCT FROM '停止'
