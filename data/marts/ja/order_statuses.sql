-- ステータス履歴: 注文のステータスを、いつからいつまでかとともに1行ずつ表示します。
-- out:
--   モール      order_statuses.mall
--   店舗番号    order_statuses.shop_id
--   注文番号    order_statuses.order_number
--   ステータス  order_statuses.status
--   開始        order_statuses.since
--   終了        order_statuses.until。今のステータスは空欄
--   時間数      order_statuses.hours
--   開始は確か  order_statuses.since_known。false のときは、ステータスの記録を始める前からのもので、開始はこれより前かもしれません
-- example: SELECT ステータス, round(median(時間数), 1) AS 中央値 FROM ステータス履歴 WHERE 終了 IS NOT NULL AND 開始は確か GROUP BY ステータス
SELECT
    mall AS モール,
    shop_id AS 店舗番号,
    order_number AS 注文番号,
    status AS ステータス,
    since AT TIME ZONE 'Asia/Tokyo' AS 開始,
    until AT TIME ZONE 'Asia/Tokyo' AS 終了,
    hours AS 時間数,
    since_known AS 開始は確か
FROM order_statuses;
