-- Orders the mall still had at 300 a day after it showed every parcel of ours, and in the
-- morning after the last of them was to leave: until that night RMS closes none. A package
-- without a row may still be to be sent.
SELECT
    concat_ws('/', s.mall, s.shop_id, s.order_number),
    s.mall, s.shop_id, s.order_number, max(s.verified_at),
    CASE
        WHEN bool_or(len(coalesce(p.shipping_rows, [])) = 0) THEN
            '発送情報のない送付先があるため、発送待ち(300)のままです。対処: まだ出荷していない'
                || '場合は、出荷してから送り状番号を取り込んでください。出荷した場合は、RMSの'
                || '画面で発送情報を入力してください。'
        WHEN bool_or(s.tracking_number = 'なし') THEN
            'すべての荷物を報告しましたが、発送待ち(300)のままです。'
                || '番号のない発送は、RMSが自動で発送済みにしないことがあります。'
                || '対処: RMSの画面で発送済みに変更してください。'
        ELSE
            'すべての荷物を報告しましたが、発送待ち(300)のままです。'
                || '対処: 空欄のある行は、RMSの画面で入力するか、削除してください。'
                || '重複した行は、1つを残して削除してください。'
    END
FROM shipments AS s
JOIN orders AS o USING (mall, shop_id, order_number)
JOIN order_packages AS p USING (mall, shop_id, order_number)
JOIN order_sightings AS g USING (mall, shop_id, order_number)
WHERE o.mall_status = '300'
  AND s.state NOT IN ('replaced', 'cancelled')
GROUP BY s.mall, s.shop_id, s.order_number
HAVING bool_and(s.state = 'verified')
   AND max(g.seen_at) >= max(s.verified_at) + INTERVAL 1 DAY
   AND max(g.seen_at)
       >= (max(s.shipping_date) + INTERVAL 30 HOUR) AT TIME ZONE 'Asia/Tokyo'
